import AttendanceLedger
import SQLiteStore
public import SiteModel

/// What the platform refused and nobody has decided about.
extension PlatformDelivery {
    /// Up to `limit` things, oldest first.
    public func rejected(limit: Int) throws(DeliveryError) -> [RejectedDelivery] {
        let (passes, changes, corrected, lines) = try file.reading { () throws(SQLiteError) in
            (
                try file.refusedPasses(limit: limit), try file.changes(.refused, limit: limit),
                try file.overtakenPasses(limit: limit), try file.refusedPayrollLines(limit: limit)
            )
        }
        var refusals = Refusals()
        var rejected: [RejectedDelivery] = []
        for line in lines {
            if let told = try self.rejected(line, &refusals) { rejected.append(told) }
        }
        for item in corrected {
            if let told = try correctedHere(item) { rejected.append(told) }
        }
        for pass in passes {
            if let told = try answer(to: pass.sequence, pass.pass, of: pass.worker, &refusals) {
                rejected.append(told)
            }
        }
        for change in changes {
            if let told = try self.rejected(change, &refusals) { rejected.append(told) }
        }
        return Array(
            rejected.sorted { ($0.entry, $0.pass) < ($1.entry, $1.pass) }.prefix(limit))
    }

    /// What was refused of one entry: of a correction or a month perhaps several, in order; mostly one.
    public func rejected(_ entry: LedgerSequence) throws(DeliveryError) -> [RejectedDelivery] {
        let (passes, change, corrected, lines) = try file.reading { () throws(SQLiteError) in
            (
                try file.refusedPasses(of: entry), try file.change(entry),
                try file.overtakenPasses(of: entry),
                try file.payrollLines(of: entry).filter { $0.state == .refused }
            )
        }
        var refusals = Refusals()
        var rejected: [RejectedDelivery] = []
        for pass in passes {
            if let told = try answer(to: entry, pass.pass, of: pass.worker, &refusals) {
                rejected.append(told)
            }
        }
        if let change, change.state == .refused, let told = try self.rejected(change, &refusals) {
            rejected.append(told)
        }
        for item in corrected {
            if let told = try correctedHere(item) { rejected.append(told) }
        }
        for line in lines {
            if let told = try self.rejected(line, &refusals) { rejected.append(told) }
        }
        return rejected.sorted { $0.pass < $1.pass }
    }

    func rejected(
        _ change: ChangeDelivery, _ refusals: inout Refusals
    ) throws(DeliveryError) -> RejectedDelivery? {
        try answer(to: change.sequence, 0, of: change.worker, &refusals, change: change.kind)
    }

    /// No platform takes a pass back by this interface, so that is a person's to do.
    func correctedHere(
        _ item: (sequence: LedgerSequence, pass: Int)
    ) throws(DeliveryError) -> RejectedDelivery? {
        let entry = try maker.reading { () throws(LedgerError) in try reader.entry(item.sequence) }
        guard let entry, let worker = entry.subject else { return nil }
        return RejectedDelivery(
            entry: item.sequence, pass: item.pass, worker: worker, change: nil,
            code: RejectedDelivery.correctedCode, words: RejectedDelivery.correctedWords, at: entry.clock)
    }

    /// Refusals of workers as they were read for one list: a worker may have thousands.
    struct Refusals {
        struct Key: Hashable {
            let entry: LedgerSequence
            let pass: Int
        }

        struct Refusal {
            let code: String
            let words: String
            let at: ClockReading
        }

        var ofWorkers: [WorkerID: [Key: Refusal]] = [:]
    }

    /// The newest refusal of a pass, a change or a row of a month; nil when none stands in the ledger.
    func answer(
        to entry: LedgerSequence, _ pass: Int, of worker: WorkerID, _ refusals: inout Refusals,
        change: PersonnelChangeKind? = nil
    ) throws(DeliveryError) -> RejectedDelivery? {
        if refusals.ofWorkers[worker] == nil { refusals.ofWorkers[worker] = try self.refusals(of: worker) }
        return refusals.ofWorkers[worker]?[Refusals.Key(entry: entry, pass: pass)].map {
            RejectedDelivery(
                entry: entry, pass: pass, worker: worker, change: change, code: $0.code, words: $0.words,
                at: $0.at)
        }
    }

    private func refusals(
        of worker: WorkerID
    ) throws(DeliveryError) -> [Refusals.Key: Refusals.Refusal] {
        let found = try maker.reading { () throws(LedgerError) in
            try reader.deliveryAnswers(of: worker) + (try answers?.deliveryAnswers(of: worker) ?? [])
        }
        var refusals: [Refusals.Key: Refusals.Refusal] = [:]
        for entry in found {
            let answer = try maker.decoding(entry.sequence) { () throws(CanonicalDecodingError) in
                try DeliveryAnswered(encoded: entry.body)
            }
            guard answer.platform == name, answer.state == .rejected else { continue }
            refusals[Refusals.Key(entry: answer.entry, pass: answer.pass)] = Refusals.Refusal(
                code: answer.code, words: answer.words, at: entry.clock)
        }
        return refusals
    }
}
