public import SiteModel

/// Every change of personnel with its clock: the fold of `personnelChange` and of what the platform, or an
/// officer on its behalf, said of them.
///
/// Holds no personal data. 200 bytes a change.
public struct ChangeBook: Sendable {
    /// In the order in which they took effect; without those that start no clock (a roster that was taken
    /// over).
    public private(set) var changes: [TrackedChange] = []
    private var places: [LedgerSequence: Int] = [:]
    /// Changes of a large import whose end has not come: their clocks run once they take effect.
    private var staged = StagedChanges<TrackedChange?>()

    public init() {}

    /// Takes in the next opened entry; others than changes and confirmations are passed over.
    ///
    /// - Throws: `PersonnelError.damagedEntry`; the book is then as before.
    public mutating func apply(_ entry: LedgerEntry) throws(PersonnelError) {
        do throws(CanonicalDecodingError) {
            switch entry.kind {
            case .personnelChange:
                guard let worker = entry.subject else { break }
                let change = try PersonnelChange(encoded: entry.body)
                if change.kind == .left, change.isBaseline, change.isConfirmedByLeaver {
                    confirmLeaving(of: worker)
                }
                let tracked = change.isBaseline ? nil : TrackedChange(change, entry, of: worker)
                if staged.holds(entry) { staged.hold(tracked, of: worker) } else { append(tracked) }
            case .rosterApplied:
                let applied = try RosterApplied(encoded: entry.body)
                for (_, tracked) in staged.follow(applied, at: entry) { append(tracked) }
            case .changeConfirmed:
                let confirmed = try ChangeConfirmed(encoded: entry.body)
                guard let place = places[confirmed.change], !changes[place].state.isConfirmed else { return }
                changes[place].state = .confirmed(at: entry.clock, isByHand: true)
                changes[place].confirmation = entry.sequence
            case .deliveryAnswered: take(try DeliveryAnswered(encoded: entry.body), at: entry.clock)
            case .deliverySettled:
                let settled = try DeliverySettled(encoded: entry.body)
                guard let place = places[settled.entry], case .rejected = changes[place].state else { return }
                if settled.isResent { changes[place].state = .open }
            case .workerErased:
                if let worker = entry.subject { erase(worker) }
            default: return
            }
        } catch {
            throw .damagedEntry(entry.sequence)
        }
    }

    public func change(_ sequence: LedgerSequence) -> TrackedChange? {
        places[sequence].map { changes[$0] }
    }

    /// Changes that the platform has not confirmed, the most urgent first.
    public func unconfirmed(_ corrected: TimeCorrection) -> [TrackedChange] {
        changes.filter { !$0.state.isConfirmed }
            .map { (change: $0, start: $0.occurredAt(corrected)) }
            .sorted { ($0.start, $0.change.sequence) < ($1.start, $1.change.sequence) }
            .map(\.change)
    }

    /// The newest leaving of each worker who has not confirmed it, the newest first. Some of them may have
    /// joined again since.
    public var unconfirmedLeavings: [TrackedChange] {
        var seen: Set<WorkerID> = []
        return changes.reversed().filter { change in
            change.kind == .left && seen.insert(change.worker).inserted && !change.isConfirmedByLeaver
        }
    }

    public func changes(of worker: WorkerID) -> [TrackedChange] { changes.filter { $0.worker == worker } }

    /// What is confirmed stays so: a second platform that has not judged yet takes nothing back.
    private mutating func take(_ answer: DeliveryAnswered, at clock: ClockReading) {
        guard let place = places[answer.entry], !changes[place].state.isConfirmed else { return }
        let clock = answer.carried?.clock ?? clock
        switch answer.state {
        case .sent: changes[place].state = .sent(at: clock)
        case .confirmed: changes[place].state = .confirmed(at: clock, isByHand: false)
        case .rejected: changes[place].state = .rejected(at: clock, words: answer.words)
        }
    }

    private mutating func confirmLeaving(of worker: WorkerID) {
        guard let place = changes.lastIndex(where: { $0.worker == worker && $0.kind == .left }) else {
            return
        }
        changes[place].isConfirmedByLeaver = true
    }

    private mutating func append(_ change: TrackedChange?) {
        guard let change else { return }
        places[change.sequence] = changes.count
        changes.append(change)
    }

    /// Nothing stays of a worker who was erased.
    private mutating func erase(_ worker: WorkerID) {
        staged.drop(worker)
        guard changes.contains(where: { $0.worker == worker }) else { return }
        changes.removeAll { $0.worker == worker }
        places = Dictionary(uniqueKeysWithValues: changes.enumerated().map { ($1.sequence, $0) })
    }
}
