import AttendanceLedger
public import SiteModel

/// What a comparison of a day with the platform found.
public struct Reconciliation: Sendable, Hashable {
    public let day: CivilDate
    /// Passes that count as confirmed here.
    public let confirmed: Int
    /// Passes of the day that the platform shows.
    public let shown: Int
    /// Confirmed here and not shown there: they go up again.
    public let missing: [LedgerSequence]
    /// Shown there and not recorded here, or withdrawn here.
    public let unexpected: Int
}

struct WantedReconciliation {
    let day: CivilDate
    let done: CheckedContinuation<Result<Reconciliation, DeliveryError>, Never>
}

/// Comparing what was confirmed with what the platform shows: the only way to find a record that it said it
/// took and did not keep.
extension PlatformDelivery {
    /// Asks the platform for everything it has of a day. What is missing there is sent again.
    ///
    /// - Throws: `DeliveryError.refused` when the platform gives no usable answer.
    public func reconcile(_ day: CivilDate) async throws(DeliveryError) -> Reconciliation {
        guard !isPaused else {
            throw .refused("the deliveries to \(name) are paused (muster sync resume)")
        }
        guard !health.isPaused(at: uptime) else {
            let reason = health.lastTrouble ?? "it refuses everything"
            throw .refused("\(name) is not reached: \(reason) (muster sync status)")
        }
        let result = await withCheckedContinuation { done in
            reconciliations.append(WantedReconciliation(day: day, done: done))
            wake()
        }
        return try result.get()
    }

    func reconciled(_ day: CivilDate) async -> Result<Reconciliation, DeliveryError> {
        do {
            return .success(try await compare(day))
        } catch let error as DeliveryError {
            return .failure(error)
        } catch is LookFailure {
            return .failure(.refused(health.lastTrouble ?? "the platform gave no usable answer"))
        } catch {
            return .failure(.ledger("\(error)"))
        }
    }

    private func compare(_ day: CivilDate) async throws -> Reconciliation {
        let shown = try await held(on: day, nil, since: uptime)
        var unexplained = shown
        var missing: [UploadMaker.Pass] = []
        var confirmed = 0
        try forEachPass(of: day) { pass in
            guard let person = try maker.person(pass.worker) else { return }
            let key = HeldDay.Key(
                person: person.upload.idNumber, second: pass.item.at.second, direction: pass.direction)
            unexplained.remove(key)
            guard try isConfirmed(pass) else { return }
            confirmed += 1
            if !shown.contains(key) { missing.append(pass) }
        }
        try await record(
            missing.map { pass in
                EntryDraft(
                    DeliverySettled(
                        platform: name, entry: pass.item.sequence, pass: pass.item.pass, isResent: true,
                        by: "muster", reason: "confirmed, and not found there"),
                    kind: .deliverySettled, subject: .worker(pass.worker), clock: clock.now())
            })
        return Reconciliation(
            day: day, confirmed: confirmed, shown: shown.count, missing: missing.map(\.item.sequence),
            unexpected: unexplained.count)
    }

    private func isConfirmed(_ pass: UploadMaker.Pass) throws -> Bool {
        let sequence = pass.item.sequence.rawValue
        guard sequence < live, !backlog.contains(where: { $0.contains(sequence) }),
            try !file.isWithdrawn(pass.item.sequence)
        else { return false }
        return try !isOpen(pass.item.sequence, pass: pass.item.pass)
    }

    /// Late records and corrections stand behind their day, so the walk goes on to the newest entry.
    private func forEachPass(of day: CivilDate, _ body: (UploadMaker.Pass) throws -> Void) throws {
        var place = LedgerSequence(try firstSequence(of: day) - 1)
        while place.rawValue < position {
            let entries = try maker.reading { () throws(LedgerError) in
                try reader.entries(after: place, limit: 1_024)
            }
            guard let last = entries.last else { return }
            for entry in entries {
                for pass in try maker.passes(of: entry) where self.day(of: pass.item.at) == day {
                    try body(pass)
                }
            }
            place = last.sequence
        }
    }

    /// An entry before which nothing of the day stands, by bisection; a day of margin for clocks that were
    /// wrong.
    private func firstSequence(of day: CivilDate) throws(DeliveryError) -> Int64 {
        let early = CivilDate(daysSince1970: day.daysSince1970 - 1)
        var (low, high) = (Int64(1), position + 1)
        while low < high {
            let middle = (low + high) / 2
            let entry = try maker.reading { () throws(LedgerError) in
                try reader.entry(LedgerSequence(middle))
            }
            if let entry, self.day(of: maker.corrected(entry.clock).instant) < early {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}
