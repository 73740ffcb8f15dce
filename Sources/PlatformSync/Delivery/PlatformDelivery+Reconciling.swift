import AttendanceLedger
import SQLiteStore
public import SiteModel

/// What a comparison of a day with the platform found. Of a day that is too large to be read whole, people
/// who passed here are asked for one by one: rows of others are not seen.
public struct Reconciliation: Sendable, Hashable {
    public let day: CivilDate
    /// Passes that count as confirmed here.
    public let confirmed: Int
    /// Passes of the day that the platform shows.
    public let shown: Int
    /// Confirmed here and not shown there: they go up again.
    public let missing: [LedgerSequence]
    /// Shown there with a lane of this node, and not recorded here, or withdrawn here.
    public let unexpected: Int
    /// The first of them in time, at most `rowLimit`. Personal data.
    public let unexpectedRows: [HeldAttendance]
    /// Shown there with lanes that this node never wrote of: other nodes' records.
    public let elsewhere: Int
    /// Shown there once more than it should be.
    public let repeated: Int
    /// Confirmed here, and shown there with another time than is known now: they stay as they are.
    public let moved: Int

    /// Enough to see what kind of rows they are.
    public static let rowLimit = 100
}

struct WantedReconciliation {
    let number: Int
    let day: CivilDate
    /// Nothing older answers.
    let since: Uptime
    let done: CheckedContinuation<Result<Reconciliation, DeliveryError>, Never>
    /// Of a day that is asked for person by person: who is left. Nil before anybody was asked for.
    var left: [PersonUpload]?
    /// What was shown of the others.
    var shown: HeldDay?
}

/// Comparing what was confirmed with what the platform shows: the only way to find a record that it said it
/// took and did not keep.
extension PlatformDelivery {
    /// Asks the platform for everything it has of a day. What is missing there is sent again.
    ///
    /// - Throws: `DeliveryError.refused` when the platform gives no usable answer, or shows what cannot be
    ///   read: then nothing is sent.
    public func reconcile(_ day: CivilDate) async throws(DeliveryError) -> Reconciliation {
        guard !isPaused else {
            throw .refused("the deliveries to \(name) are paused (muster sync resume)")
        }
        guard !health.isPaused(at: uptime) else {
            let reason = health.lastTrouble ?? "it refuses everything"
            throw .refused("\(name) is not reached: \(reason) (muster sync status)")
        }
        if let standstill { throw .refused(standstill) }
        let result = await withCheckedContinuation { done in
            reconciliationCount += 1
            reconciliations.append(
                WantedReconciliation(number: reconciliationCount, day: day, since: uptime, done: done))
            wake()
        }
        return try result.get()
    }

    /// One page of a comparison that somebody waits for.
    ///
    /// - Returns: false when nobody does.
    func goOnComparing() async -> Bool {
        guard let wanted = reconciliations.first, let result = await compared(wanted) else {
            return !reconciliations.isEmpty
        }
        // Somebody may have paused meanwhile: then it was answered.
        guard reconciliations.first?.number == wanted.number else { return true }
        reconciliations.removeFirst()
        wanted.done.resume(returning: result)
        return true
    }

    /// Nil while pages are still to come.
    private func compared(_ wanted: WantedReconciliation) async -> Result<Reconciliation, DeliveryError>? {
        do {
            return .success(try await compare(wanted))
        } catch LookFailure.unfinished {
            return nil
        } catch let error as DeliveryError {
            return .failure(error)
        } catch LookFailure.tooLarge {
            return .failure(.unreadableDay("\(name): \(Self.tooLargeWords(wanted.day))"))
        } catch is LookFailure {
            return .failure(.refused(health.lastTrouble ?? "the platform gave no usable answer"))
        } catch {
            return .failure(.ledger("\(error)"))
        }
    }

    private func compare(_ wanted: WantedReconciliation) async throws -> Reconciliation {
        let day = wanted.day
        let shown = try await shown(wanted)
        guard shown.unreadableCount == 0 else {
            throw DeliveryError.unreadableDay(
                "\(name): \(Self.unreadableWords(day, shown)): nothing is sent on a guess")
        }
        var unexplained = shown.lanes
        // Rows of passes that do not count any more: unexpected there, and no other pass under another time.
        var uncounted: [HeldDay.Key: String?] = [:]
        var lanes: Set<String> = []
        var absent: [(pass: UploadMaker.Pass, key: HeldDay.Key)] = []
        var seconds = PassSeconds()
        var confirmed = 0
        try forEachPass(since: day) { pass in
            lanes.insert(String(pass.lane.prefix(Self.laneLimit)))
            guard self.day(of: pass.item.at) == day, let person = try maker.person(pass.worker) else {
                return
            }
            // It may have gone up a second later than it was; see `PassSeconds`.
            let keys = [pass.item.at, seconds.free(for: pass)].map {
                HeldDay.Key(
                    person: person.upload.idNumber, second: $0.second, direction: pass.direction)
            }
            let isCounted = try counts(pass)
            for key in keys {
                guard let lane = unexplained.removeValue(forKey: key), !isCounted else { continue }
                uncounted[key] = lane
            }
            guard isCounted else { return }
            guard try isConfirmed(pass) else { return }
            confirmed += 1
            if !keys.contains(where: shown.contains) { absent.append((pass, keys[0])) }
        }
        // Never with a changed time: what is there at another one is not sent again.
        let missing = absent.filter { take($0.key, of: $0.pass, from: &unexplained) == nil }.map(\.pass)
        try await sendAgain(missing, of: day)
        unexplained.merge(uncounted) { row, _ in row }
        let unexpected = unexplained.filter { lane in lane.value.map { lanes.contains($0) } ?? true }
        return Reconciliation(
            day: day, confirmed: confirmed, shown: shown.lanes.count, missing: missing.map(\.item.sequence),
            unexpected: unexpected.count, unexpectedRows: Self.listed(unexpected),
            elsewhere: unexplained.count - unexpected.count, repeated: shown.repeatedCount,
            moved: absent.count - missing.count)
    }

    private static func listed(_ rows: [HeldDay.Key: String?]) -> [HeldAttendance] {
        rows.sorted { ($0.key.second, $0.key.person.packed) < ($1.key.second, $1.key.person.packed) }
            .prefix(Reconciliation.rowLimit).map { key, lane in
                HeldAttendance(
                    idNumber: key.person, at: UTCInstant(milliseconds: key.second * 1_000),
                    direction: key.direction, lane: lane)
            }
    }

    /// A day of which something goes again stays due: it is compared once more when that is confirmed. What
    /// the platform took so often and never showed goes no more: it is told as missing, for a person.
    private func sendAgain(_ all: [UploadMaker.Pass], of day: CivilDate) async throws {
        var missing: [UploadMaker.Pass] = []
        for pass in all where try resendCount(of: pass) < Self.resendLimit { missing.append(pass) }
        guard !missing.isEmpty else {
            return try file.write { () throws(SQLiteError) in try file.setDue(day, false) }
        }
        try await record(
            missing.map { pass in
                EntryDraft(
                    DeliverySettled(
                        platform: name, entry: pass.item.sequence, pass: pass.item.pass, isResent: true,
                        by: Self.comparing, reason: "confirmed, and not found there"),
                    kind: .deliverySettled, subject: .worker(pass.worker), clock: clock.now())
            })
    }

    /// How often a comparison sent the pass again; the ledger tells.
    private func resendCount(of pass: UploadMaker.Pass) throws(DeliveryError) -> Int {
        let entries = try maker.reading { () throws(LedgerError) in
            try reader.deliverySettlements(of: pass.worker)
        }
        var count = 0
        for entry in entries {
            let settled = try maker.decoding(entry.sequence) { () throws(CanonicalDecodingError) in
                try DeliverySettled(encoded: entry.body)
            }
            if settled.platform == name, settled.entry == pass.item.sequence, settled.pass == pass.item.pass,
                settled.isResent, settled.by == Self.comparing
            {
                count += 1
            }
        }
        return count
    }

    /// Who sends again what a comparison misses.
    private static let comparing = "muster"
    /// A platform may lose a pass more than once; one that hides it asks for it every night.
    private static let resendLimit = 3

    /// All that the platform shows of the day, at once or person by person.
    private func shown(_ wanted: WantedReconciliation) async throws -> HeldDay {
        guard daysByPerson.contains(wanted.day) else {
            return try await held(on: wanted.day, nil, since: wanted.since)
        }
        var left = try wanted.left ?? persons(on: wanted.day)
        var shown = wanted.shown ?? HeldDay(askedAt: uptime)
        guard let person = left.last else { return shown }
        shown.add(try await held(on: wanted.day, person, since: wanted.since))
        left.removeLast()
        guard !left.isEmpty else { return shown }
        if reconciliations.first?.number == wanted.number {
            (reconciliations[0].left, reconciliations[0].shown) = (left, shown)
        }
        throw LookFailure.unfinished
    }

    /// Everybody with a pass on the day that counts.
    private func persons(on day: CivilDate) throws -> [PersonUpload] {
        var persons: Set<PersonUpload> = []
        try forEachPass(since: day) { pass in
            guard self.day(of: pass.item.at) == day, let person = try maker.person(pass.worker),
                try counts(pass)
            else { return }
            persons.insert(person.upload)
        }
        return Array(persons)
    }

    /// The newest day before `end` that had confirmations since it was last compared, and is none of
    /// `others`; nil when there is none.
    public func dayToCompare(
        before end: CivilDate, except others: Set<CivilDate>
    ) throws(DeliveryError) -> CivilDate? {
        try file.reading { () throws(SQLiteError) in
            try file.dueDays(before: end, limit: others.count + 1).first { !others.contains($0) }
        }
    }

    /// The row nearest in time that is nobody's, of the same person, direction and lane; taken from those.
    private func take(
        _ key: HeldDay.Key, of pass: UploadMaker.Pass, from rows: inout [HeldDay.Key: String?]
    ) -> HeldDay.Key? {
        let lane = String(pass.lane.prefix(Self.laneLimit))
        let found = rows.filter {
            $0.key.person == key.person && $0.key.direction == key.direction && $0.value ?? lane == lane
        }.keys.min { abs($0.second - key.second) < abs($1.second - key.second) }
        if let found { rows[found] = nil }
        return found
    }

    /// Of the name of a lane at a platform, in characters (platform.md 3.8).
    private static let laneLimit = 50

    /// Not withdrawn, and nobody decided that it never goes up.
    private func counts(_ pass: UploadMaker.Pass) throws -> Bool {
        try !file.isDropped(pass.item.sequence, pass: pass.item.pass)
            && !file.isOvertaken(pass.item.sequence, pass: pass.item.pass)
    }

    private func isConfirmed(_ pass: UploadMaker.Pass) throws -> Bool {
        let sequence = pass.item.sequence.rawValue
        guard sequence < live, !backlog.contains(where: { $0.contains(sequence) }),
            try !file.isWithdrawn(pass.item.sequence)
        else { return false }
        return try !isOpen(pass.item.sequence, pass: pass.item.pass)
    }

    /// Late records and corrections stand behind their day, so the walk goes on to the newest entry.
    func forEachPass(since day: CivilDate, _ body: (UploadMaker.Pass) throws -> Void) throws {
        var place = LedgerSequence(try firstSequence(of: day) - 1)
        while place.rawValue < position {
            let entries = try maker.reading { () throws(LedgerError) in
                try reader.entries(after: place, limit: 1_024)
            }
            guard let last = entries.last else { return }
            for entry in entries {
                for pass in try maker.passes(of: entry) { try body(pass) }
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
