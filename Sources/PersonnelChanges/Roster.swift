public import SiteModel

/// A worker on the roster, present or past. Personal data.
public struct RosterMember: Sendable, Hashable {
    public let id: WorkerID
    public internal(set) var worker: ProjectWorker
    /// Was there before the gateway was (`roster import --baseline`): no clock runs for the enrolment. Ends
    /// when they join again.
    public internal(set) var isTakenOver: Bool

    public init(id: WorkerID, worker: ProjectWorker, isTakenOver: Bool = false) {
        self.id = id
        self.worker = worker
        self.isTakenOver = isTakenOver
    }
}

/// Everybody the ledger knows, with personal data: the fold of its `personnelChange` entries.
///
/// Built when an import, a list or an export needs it, and dropped afterwards; what decides at the lane is
/// the `WorkerIndex`, which holds no names. 100,000 workers take some 40 MB and a tenth of a second.
public struct Roster: Sendable {
    /// In the order in which they first came.
    public private(set) var members: [RosterMember] = []
    /// The newest entry folded that changes the roster; 0 before the first.
    public private(set) var position = LedgerSequence(0)
    private var places: [WorkerID: Int] = [:]
    private var placesByNumber: [IDNumber: Int] = [:]
    private var staged = StagedChanges<(worker: ProjectWorker, isTakenOver: Bool?)>()

    public init() {}

    /// Takes in the next entry of the ledger; entries that do not change the roster are passed over.
    ///
    /// - Throws: `PersonnelError.damagedEntry`; the roster is then as before.
    public mutating func apply(_ entry: LedgerEntry) throws(PersonnelError) {
        guard entry.kind.changesRoster else { return }
        if entry.kind == .personnelChange {
            guard let id = entry.subject else { throw .damagedEntry(entry.sequence) }
            do throws(CanonicalDecodingError) {
                let change = try PersonnelChange(encoded: entry.body)
                let isTakenOver = change.kind == .joined ? change.isBaseline : nil
                if staged.holds(entry) {
                    staged.hold((change.worker, isTakenOver), of: id)
                } else {
                    apply(change.worker, of: id, isTakenOver: isTakenOver)
                }
            } catch {
                throw .damagedEntry(entry.sequence)
            }
        }
        if entry.kind == .rosterApplied { try end(entry) }
        if entry.kind == .workerErased, let id = entry.subject { erase(id) }
        position = entry.sequence
    }

    /// - Parameter isTakenOver: nil leaves it as it is.
    public mutating func apply(_ worker: ProjectWorker, of id: WorkerID, isTakenOver: Bool? = nil) {
        guard let place = places[id] else {
            places[id] = members.count
            placesByNumber[worker.idNumber] = members.count
            members.append(RosterMember(id: id, worker: worker, isTakenOver: isTakenOver ?? false))
            return
        }
        let former = members[place].worker.idNumber
        if former != worker.idNumber, placesByNumber[former] == place { placesByNumber[former] = nil }
        placesByNumber[worker.idNumber] = place
        members[place].worker = worker
        if let isTakenOver { members[place].isTakenOver = isTakenOver }
    }

    private mutating func end(_ entry: LedgerEntry) throws(PersonnelError) {
        do throws(CanonicalDecodingError) {
            let applied = try RosterApplied(encoded: entry.body)
            for (id, change) in staged.follow(applied, at: entry) {
                apply(change.worker, of: id, isTakenOver: change.isTakenOver)
            }
        } catch {
            throw .damagedEntry(entry.sequence)
        }
    }

    /// Whoever was erased is on no list.
    private mutating func erase(_ id: WorkerID) {
        staged.drop(id)
        guard let place = places[id] else { return }
        var kept = Roster()
        kept.staged = staged
        for (index, member) in members.enumerated() where index != place {
            kept.apply(member.worker, of: member.id, isTakenOver: member.isTakenOver)
        }
        self = kept
    }

    public func member(_ number: IDNumber) -> RosterMember? {
        placesByNumber[number].map { members[$0] }
    }

    public func member(_ id: WorkerID) -> RosterMember? {
        places[id].map { members[$0] }
    }
}

extension ProjectWorker {
    /// Whether the worker no longer belongs to the project at that instant.
    public func hasLeft(at instant: UTCInstant) -> Bool {
        leftAt.map { $0 <= instant } ?? false
    }
}
