import SiteModel

/// The columns of the worker index, one row a worker, in the order in which they first came. A row is never
/// removed: somebody who left is still known.
///
/// Bytes a worker at full capacity:
///
///     ids, cards, workers   3 x (8 key + 5 slots)
///     standings             48
///     team lists            8
///     in all                95
///
/// Not copyable: a copy would retain and release every column, which costs several look-ups.
struct WorkerTable: ~Copyable {
    private var ids: PackedKeyTable
    private var cards: PackedKeyTable
    private var workers: PackedKeyTable
    private var standings: [Standing] = []
    private(set) var teams = TeamLists()
    private(set) var rosterPosition = LedgerSequence(0)
    private let maximumRowCount: Int

    /// What a look-up gives beside the id, side by side, so that it costs one miss.
    private struct Standing {
        /// Milliseconds; `notLeft` while the worker belongs to the project.
        var leftAt: Int64
        var team: TeamNumber
        /// Days from 1970; `noBirthDay` when the ID number tells none.
        var birthDay: Int32
        let conditions: ConditionDays

        static let notLeft = Int64.max
        static let noBirthDay = Int32.min

        /// No leaving is on record.
        var isMember: Bool { leftAt == Self.notLeft }

        /// Of a row that belongs to nobody.
        static let erased = Standing(leftAt: .min, team: TeamNumber(rawValue: 0), birthDay: noBirthDay)

        private init(leftAt: Int64, team: TeamNumber, birthDay: Int32) {
            conditions = ConditionDays()
            self.leftAt = leftAt
            self.team = team
            self.birthDay = birthDay
        }

        /// `left` without a date means: when it happened.
        init(_ place: WorkerPlace, team: TeamNumber) {
            let implied = place.change == .left ? place.occurredAt : nil
            leftAt = (place.leftAt ?? implied)?.milliseconds ?? Self.notLeft
            self.team = team
            birthDay = place.idNumber.birthDate.map { Int32($0.daysSince1970) } ?? Self.noBirthDay
            conditions = ConditionDays(place.conditions)
        }
    }

    init(rowCapacity: Int, maximumRowCount: Int) {
        self.maximumRowCount = maximumRowCount
        ids = PackedKeyTable(rowCapacity: 0)
        cards = PackedKeyTable(rowCapacity: 0)
        workers = PackedKeyTable(rowCapacity: 0)
        reserve(rowCapacity: rowCapacity)
    }

    /// The same table. Columns are shared until one of the two changes them, so this takes no time.
    borrowing func copy() -> WorkerTable {
        WorkerTable(copying: self)
    }

    private init(copying other: borrowing WorkerTable) {
        ids = other.ids.copy()
        cards = other.cards.copy()
        workers = other.workers.copy()
        standings = other.standings
        teams = other.teams.copy()
        rosterPosition = other.rosterPosition
        maximumRowCount = other.maximumRowCount
    }

    var rowCount: Int { standings.count }

    var byteCount: Int {
        ids.byteCount + cards.byteCount + workers.byteCount + teams.byteCount
            + standings.capacity * MemoryLayout<Standing>.stride
    }

    func worker(_ credential: Credential) -> IndexedWorker? {
        let row: Int?
        switch credential {
        case .idNumber(let number): row = ids.row(of: number.packed)
        case .cardNumber(let card): row = cards.row(of: card.packed)
        case .chipSerial, .qrToken: row = nil
        case .manual(let worker, _): row = workers.row(of: worker.rawValue)
        }
        guard let row else { return nil }
        return worker(row: row)
    }

    func worker(_ id: WorkerID) -> IndexedWorker? {
        guard let row = workers.row(of: id.rawValue) else { return nil }
        return worker(row: row)
    }

    /// - Returns: nil when the worker to go on after is not, or no longer, of that team.
    func workers(of team: TeamNumber, after last: WorkerID?, limit: Int) -> [WorkerID]? {
        guard team.rawValue < teams.teams.count else { return [] }
        var row: Int?
        if let last {
            row = workers.row(of: last.rawValue)
            guard let row, standings[row].team == team else { return nil }
        }
        var page: [WorkerID] = []
        for row in teams.rows(of: team, after: row, limit: limit) {
            page.append(WorkerID(rawValue: workers.keys[row]))
        }
        return page
    }

    /// Takes in how a worker stands after the entry of this sequence.
    mutating func put(
        _ place: WorkerPlace, of worker: WorkerID, sequence: LedgerSequence
    ) throws(AccessControlError) -> IndexedWorker {
        try checkOrder(sequence)
        let row = try set(place, of: worker, sequence: sequence)
        rosterPosition = sequence
        return self.worker(row: row)
    }

    /// Takes in what waited for the end of an import: all of it, or nothing that anybody sees, when it throws
    /// on a copy.
    mutating func put(
        _ changes: [(worker: WorkerID, change: WorkerPlace)], sequence: LedgerSequence
    ) throws(AccessControlError) {
        try checkOrder(sequence)
        reserve(rowCapacity: rowCount + changes.count)
        for (worker, place) in changes { _ = try set(place, of: worker, sequence: sequence) }
        rosterPosition = sequence
    }

    private mutating func set(
        _ place: WorkerPlace, of worker: WorkerID, sequence: LedgerSequence
    ) throws(AccessControlError) -> Int {
        let present = workers.row(of: worker.rawValue)
        guard present != nil || rowCount < maximumRowCount else {
            throw .tooManyWorkers(sequence, maximum: maximumRowCount)
        }
        guard let team = teams.number(of: place.team) else {
            throw .tooManyTeams(sequence, maximum: TeamLists.maximumTeamCount)
        }
        let standing = Standing(place, team: team)
        let row = present ?? appendRow(of: worker, standing)
        if present != nil { change(row, to: standing) }
        ids.set(place.idNumber.packed, row: row)
        cards.set(place.card?.packed ?? 0, row: row)
        return row
    }

    /// Nobody has the worker's number, card or id any more; the row stays, empty.
    mutating func erase(_ worker: WorkerID, sequence: LedgerSequence) throws(AccessControlError) {
        try checkOrder(sequence)
        rosterPosition = sequence
        guard let row = workers.row(of: worker.rawValue) else { return }
        let standing = standings[row]
        teams.unlink(row, from: standing.team, wasMember: standing.isMember)
        standings[row] = .erased
        ids.set(0, row: row)
        cards.set(0, row: row)
        workers.set(0, row: row)
    }

    /// Moves the position over an entry that changes no worker.
    mutating func pass(_ sequence: LedgerSequence) throws(AccessControlError) {
        try checkOrder(sequence)
        rosterPosition = sequence
    }

    mutating func reserve(rowCapacity: Int) {
        let capacity = min(rowCapacity, maximumRowCount)
        ids.reserve(rowCapacity: capacity)
        cards.reserve(rowCapacity: capacity)
        workers.reserve(rowCapacity: capacity)
        standings.reserveCapacity(capacity)
        teams.reserve(rowCapacity: capacity)
    }

    private func checkOrder(_ sequence: LedgerSequence) throws(AccessControlError) {
        guard sequence > rosterPosition else { throw .outOfOrder(sequence, position: rosterPosition) }
    }

    private func worker(row: Int) -> IndexedWorker {
        let standing = standings[row]
        return IndexedWorker(
            id: WorkerID(rawValue: workers.keys[row]), team: standing.team,
            leftAt: standing.isMember ? nil : UTCInstant(milliseconds: standing.leftAt),
            birthDay: standing.birthDay == Standing.noBirthDay ? nil : standing.birthDay,
            conditions: standing.conditions)
    }

    private mutating func appendRow(of worker: WorkerID, _ standing: Standing) -> Int {
        if rowCount == workers.rowCapacity { reserve(rowCapacity: max(1_024, rowCount + rowCount / 2)) }
        let row = rowCount
        ids.appendRow()
        cards.appendRow()
        workers.appendRow()
        workers.set(worker.rawValue, row: row)
        standings.append(standing)
        teams.appendRow()
        teams.link(row, to: standing.team, isMember: standing.isMember)
        return row
    }

    private mutating func change(_ row: Int, to standing: Standing) {
        let former = standings[row]
        if former.team == standing.team {
            teams.count(standing.team, wasMember: former.isMember, isMember: standing.isMember)
        } else {
            teams.unlink(row, from: former.team, wasMember: former.isMember)
            teams.link(row, to: standing.team, isMember: standing.isMember)
        }
        standings[row] = standing
    }
}
