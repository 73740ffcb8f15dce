import SQLiteStore
import SiteModel

/// A change of personnel on its way.
struct ChangeDelivery: Sendable {
    enum State: Int64, Sendable {
        case open = 0
        /// A call about it is under way, or the platform gave a receipt.
        case sent = 1
        /// Its company or team is not on the platform yet, or nobody knows on which day it was.
        case waiting = 2
        case refused = 3
        /// Of an import in pieces that has not ended.
        case staged = 4
    }

    let sequence: LedgerSequence
    let worker: WorkerID
    let kind: PersonnelChangeKind
    /// Taken over from before: nobody is told of it, but the platform must have the worker.
    let isBaseline: Bool
    var step: Int
    var state: State
    var receipt: String

    /// Until it is confirmed, passes of the worker behind it wait.
    var holdsPasses: Bool {
        switch kind {
        case .joined, .moved, .identityCorrected: true
        default: false
        }
    }
}

/// A company, or a team of one.
struct OrganisationUnit: Sendable {
    enum State: Int64, Sendable {
        case open = 0
        case sent = 1
        case taken = 2
        case refused = 3
    }

    let employer: String
    /// Empty: the company itself.
    let team: String
    var state: State
    var number: Int64?
    var receipt: String
    var words: String
    /// The platform has it, whatever became of a correction since.
    var isThere = false
    /// What the platform took of it (`PlatformDelivery.facts`); empty: nothing, or an earlier version told.
    var told = ""
    /// The same of what is under way.
    var telling = ""
}

extension DeliveryFile {
    // MARK: Changes

    func add(_ change: ChangeDelivery) throws(SQLiteError) {
        try run(
            """
            INSERT OR REPLACE INTO change (sequence, worker, kind, is_baseline, step, state, receipt)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, '')
            """, change.sequence.rawValue, Int64(bitPattern: change.worker.rawValue),
            Int64(change.kind.rawValue), change.isBaseline ? 1 : 0, Int64(change.step),
            change.state.rawValue)
    }

    func save(_ change: ChangeDelivery) throws(SQLiteError) {
        let statement = try connection.statement(
            "UPDATE change SET step = ?2, state = ?3, receipt = ?4 WHERE sequence = ?1")
        try statement.bind(1, change.sequence.rawValue)
        try statement.bind(2, Int64(change.step))
        try statement.bind(3, change.state.rawValue)
        try statement.bind(4, change.receipt)
        try statement.run()
    }

    func removeChange(_ sequence: LedgerSequence) throws(SQLiteError) {
        try run("DELETE FROM change WHERE sequence = ?1", sequence.rawValue)
    }

    func change(_ sequence: LedgerSequence) throws(SQLiteError) -> ChangeDelivery? {
        var found: ChangeDelivery?
        try rows(
            """
            SELECT sequence, worker, kind, is_baseline, step, state, receipt FROM change WHERE sequence = ?1
            """, sequence.rawValue
        ) { found = Self.change($0) }
        return found
    }

    /// Up to `limit` changes of a state behind a sequence, in order.
    func changes(
        _ state: ChangeDelivery.State, after sequence: LedgerSequence = LedgerSequence(0), limit: Int
    ) throws(SQLiteError) -> [ChangeDelivery] {
        var changes: [ChangeDelivery] = []
        try rows(
            """
            SELECT sequence, worker, kind, is_baseline, step, state, receipt FROM change
            WHERE state = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3
            """, state.rawValue, sequence.rawValue, Int64(limit)
        ) { if let change = Self.change($0) { changes.append(change) } }
        return changes
    }

    /// Up to `limit` open changes whose worker has none on its way before them, in order.
    func nextChanges(limit: Int) throws(SQLiteError) -> [ChangeDelivery] {
        var changes: [ChangeDelivery] = []
        try rows(
            """
            SELECT sequence, worker, kind, is_baseline, step, state, receipt FROM change
            WHERE state = 0 AND NOT EXISTS (
                SELECT 1 FROM change AS former WHERE former.worker = change.worker
                AND former.sequence < change.sequence AND former.state < 3)
            ORDER BY sequence LIMIT ?1
            """, Int64(limit)
        ) { if let change = Self.change($0) { changes.append(change) } }
        return changes
    }

    /// The first change of a worker that holds passes behind it; nil when none does.
    func firstHolding(_ worker: WorkerID) throws(SQLiteError) -> LedgerSequence? {
        var first: LedgerSequence?
        try rows(
            """
            SELECT sequence FROM change WHERE worker = ?1 AND kind IN (1, 3, 10) AND state < 4
            ORDER BY sequence LIMIT 1
            """,
            Int64(bitPattern: worker.rawValue)
        ) { first = LedgerSequence($0.wholeNumber(0)) }
        return first
    }

    /// What was refused is tried again with what is known of the worker now.
    func retryRefusedChanges(of worker: WorkerID) throws(SQLiteError) {
        try run(
            "UPDATE change SET state = 0 WHERE worker = ?1 AND state = 3",
            Int64(bitPattern: worker.rawValue))
    }

    func releaseStagedChanges() throws(SQLiteError) {
        try run("UPDATE change SET state = 0 WHERE state = 4")
    }

    func dropStagedChanges() throws(SQLiteError) { try run("DELETE FROM change WHERE state = 4") }

    func releaseWaitingChanges() throws(SQLiteError) {
        try run("UPDATE change SET state = 0 WHERE state = 2")
    }

    func changeCounts() throws(SQLiteError) -> [ChangeDelivery.State: Int64] {
        var counts: [ChangeDelivery.State: Int64] = [:]
        try rows("SELECT state, count(*) FROM change GROUP BY state") { row in
            if let state = ChangeDelivery.State(rawValue: row.wholeNumber(0)) {
                counts[state] = row.wholeNumber(1)
            }
        }
        return counts
    }

    private static func change(_ row: SQLiteStatement) -> ChangeDelivery? {
        guard let kind = PersonnelChangeKind(rawValue: Int(row.wholeNumber(2))),
            let state = ChangeDelivery.State(rawValue: row.wholeNumber(5))
        else { return nil }
        return ChangeDelivery(
            sequence: LedgerSequence(row.wholeNumber(0)),
            worker: WorkerID(rawValue: UInt64(bitPattern: row.wholeNumber(1))), kind: kind,
            isBaseline: row.wholeNumber(3) == 1, step: Int(row.wholeNumber(4)), state: state,
            receipt: row.text(6))
    }

    // MARK: Workers whom the platform has

    func setMember(_ worker: WorkerID, isPresent: Bool) throws(SQLiteError) {
        try run(
            "INSERT OR REPLACE INTO member (worker, is_present) VALUES (?1, ?2)",
            Int64(bitPattern: worker.rawValue), isPresent ? 1 : 0)
    }

    /// Nil: the platform does not have them.
    func isPresent(_ worker: WorkerID) throws(SQLiteError) -> Bool? {
        var isPresent: Bool?
        try rows("SELECT is_present FROM member WHERE worker = ?1", Int64(bitPattern: worker.rawValue)) {
            isPresent = $0.wholeNumber(0) == 1
        }
        return isPresent
    }

    /// Nothing stays of a worker who was erased.
    func erase(_ worker: WorkerID) throws(SQLiteError) {
        let value = Int64(bitPattern: worker.rawValue)
        try run("DELETE FROM member WHERE worker = ?1", value)
        try run("DELETE FROM change WHERE worker = ?1", value)
    }

    // MARK: Companies and teams

    func save(_ unit: OrganisationUnit) throws(SQLiteError) {
        let statement = try connection.statement(
            """
            INSERT OR REPLACE INTO organisation
            (employer, team, state, number, receipt, words, is_there, told, telling)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """)
        try statement.bind(1, unit.employer)
        try statement.bind(2, unit.team)
        try statement.bind(3, unit.state.rawValue)
        try statement.bind(4, unit.number)
        try statement.bind(5, unit.receipt)
        try statement.bind(6, unit.words)
        try statement.bind(7, unit.isThere ? 1 : 0 as Int64)
        try statement.bind(8, unit.told)
        try statement.bind(9, unit.telling)
        try statement.run()
    }

    func organisation() throws(SQLiteError) -> [OrganisationUnit] {
        var units: [OrganisationUnit] = []
        try rows(
            """
            SELECT employer, team, state, number, receipt, words, is_there, told, telling FROM organisation
            ORDER BY employer, team
            """
        ) { row in
            units.append(
                OrganisationUnit(
                    employer: row.text(0), team: row.text(1),
                    state: OrganisationUnit.State(rawValue: row.wholeNumber(2)) ?? .open,
                    number: row.optionalWholeNumber(3), receipt: row.text(4), words: row.text(5),
                    isThere: row.wholeNumber(6) == 1, told: row.text(7), telling: row.text(8)))
        }
        return units
    }
}
