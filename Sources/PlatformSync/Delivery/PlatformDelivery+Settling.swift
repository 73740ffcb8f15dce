import AttendanceLedger
import SQLiteStore
public import SiteModel

/// Which of what was refused a person decides about at once.
public struct RefusedSelection: Sendable, Hashable {
    /// The platform's code, or one of ours; nil: any.
    public var code: String?
    /// Day of site time of the passes; changes and months have none. Nil: any.
    public var day: CivilDate?

    public init(code: String? = nil, day: CivilDate? = nil) {
        (self.code, self.day) = (code, day)
    }
}

/// What came of a decision about many.
public struct BulkSettlement: Sendable, Hashable {
    /// Decided about, or in a rehearsal to be decided about.
    public let count: Int
    /// Chosen, and each to be looked at by itself: corrected here since and to be sent again, or a joining
    /// that is to be dismissed while passes wait for it.
    public let keptCount: Int
}

/// A person decides about what was refused: sent once more, or never.
extension PlatformDelivery {
    /// Decisions that are written down together.
    private static let settledAtOnce = 256

    /// - Throws: `DeliveryError.refused` when it is not among what was refused, when the platform has it
    ///   already and it is to be sent, and when the passes of a worker would wait for it for ever.
    public func settle(
        _ entry: LedgerSequence, pass: Int, resend: Bool, by: String, reason: String
    ) async throws(DeliveryError) {
        guard let rejected = try rejected(entry).first(where: { $0.pass == pass }) else {
            throw .refused("entry \(entry) is not among what \(name) refused (muster sync rejected)")
        }
        guard !resend || rejected.code != RejectedDelivery.correctedCode else {
            throw .refused("\(name) has entry \(entry) already: put it right there, then dismiss it")
        }
        let item = RefusedItem(rejected)
        guard try mayBeSettled(item, resend: resend) else {
            throw .refused(
                "entry \(entry) brings a worker whom \(name) does not have, and their passes wait for it: "
                    + "register them there, then muster changes confirm \(entry)")
        }
        try await settle([item], resend: resend, by: by, reason: reason)
    }

    /// Decides about all that are chosen.
    ///
    /// - Parameter isDry: counts, and decides nothing.
    public func settleAll(
        _ selection: RefusedSelection, resend: Bool, by: String, reason: String, isDry: Bool
    ) async throws(DeliveryError) -> BulkSettlement {
        let chosen = try refused(selection)
        var meant: [RefusedItem] = []
        for item in chosen where try mayBeSettled(item, resend: resend) { meant.append(item) }
        if !isDry {
            for start in stride(from: 0, to: meant.count, by: Self.settledAtOnce) {
                let part = meant[start..<min(start + Self.settledAtOnce, meant.count)]
                try await settle(part, resend: resend, by: by, reason: reason)
            }
        }
        return BulkSettlement(count: meant.count, keptCount: chosen.count - meant.count)
    }

    fileprivate struct RefusedItem {
        let entry: LedgerSequence
        let pass: Int
        let worker: WorkerID
        let code: String
        var isJoining = false
    }

    private func settle(
        _ items: some Sequence<RefusedItem>, resend: Bool, by: String, reason: String
    ) async throws(DeliveryError) {
        let now = clock.now()
        do throws(LedgerError) {
            _ = try await ledger.append(
                items.map { item in
                    EntryDraft(
                        DeliverySettled(
                            platform: name, entry: item.entry, pass: item.pass, isResent: resend, by: by,
                            reason: reason),
                        kind: .deliverySettled, subject: .worker(item.worker), clock: now)
                })
        } catch {
            throw .ledger("\(error)")
        }
        wake()
    }

    private func mayBeSettled(_ item: RefusedItem, resend: Bool) throws(DeliveryError) -> Bool {
        if resend { return item.code != RejectedDelivery.correctedCode }
        guard item.isJoining else { return true }
        return try file.reading { () throws(SQLiteError) in try file.isPresent(item.worker) != nil }
    }

    private func refused(_ selection: RefusedSelection) throws(DeliveryError) -> [RefusedItem] {
        var items = try refusedPasses(selection)
        guard selection.day == nil else { return items }
        var refusals = Refusals()
        let (changes, lines) = try file.reading { () throws(SQLiteError) in
            (try file.changes(.refused, limit: .max), try file.refusedPayrollLines(limit: .max))
        }
        for change in changes {
            guard let told = try rejected(change, &refusals) else { continue }
            items.append(RefusedItem(told))
        }
        for line in lines {
            guard let told = try rejected(line, &refusals) else { continue }
            items.append(RefusedItem(told))
        }
        return items.filter { selection.code == nil || $0.code == selection.code }
    }

    private func refusedPasses(_ selection: RefusedSelection) throws(DeliveryError) -> [RefusedItem] {
        let (passes, corrected) = try file.reading { () throws(SQLiteError) in
            (try file.refusedPasses(limit: .max), try file.overtakenPasses(limit: .max))
        }
        var items = passes.map {
            RefusedItem(entry: $0.sequence, pass: $0.pass, worker: $0.worker, code: $0.code)
        }
        for item in corrected {
            guard let told = try correctedHere(item) else { continue }
            items.append(RefusedItem(told))
        }
        items.removeAll { selection.code != nil && $0.code != selection.code }
        guard let day = selection.day else { return items }
        var ofDay: [RefusedItem] = []
        for item in items {
            guard let pass = try maker.pass(item.entry, item.pass), self.day(of: pass.item.at) == day else {
                continue
            }
            ofDay.append(item)
        }
        return ofDay
    }
}

extension PlatformDelivery.RefusedItem {
    fileprivate init(_ rejected: RejectedDelivery) {
        self.init(
            entry: rejected.entry, pass: rejected.pass, worker: rejected.worker, code: rejected.code,
            isJoining: rejected.change == .joined)
    }
}
