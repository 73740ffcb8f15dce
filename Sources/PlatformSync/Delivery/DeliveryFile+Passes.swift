import SQLiteStore
import SiteModel

/// Calls of attendance, passes that wait, and passes that were refused.
extension DeliveryFile {
    /// Why a pass waits. Raw values are stored.
    enum HoldReason: Int64 {
        /// It may go.
        case released = 0
        /// The platform does not have the worker yet, or a change of them is on its way.
        case worker = 1
        /// Nobody knows when it was.
        case clock = 2
        /// The lane's barrier has not told yet who passed.
        case passage = 3
    }

    struct HeldPass {
        let sequence: LedgerSequence
        let pass: Int
        let isDoubtful: Bool
    }

    /// `SQLITE_CORRUPT`
    static let damaged: Int32 = 11

    func calls() throws(SQLiteError) -> [AttendanceCall] {
        var calls: [AttendanceCall] = []
        try rows(
            """
            SELECT id, is_live, team, employer, state, receipt, dependencies, items, sent FROM call
            ORDER BY id
            """
        ) { row throws(SQLiteError) in
            // try?: whatever is wrong with it, the file is damaged; it can be made again from the ledger.
            guard let items = try? DeliveryItem.decoded(row.bytes(7)) else {
                throw SQLiteError(operation: "read a call", code: Self.damaged)
            }
            var call = AttendanceCall(
                id: row.wholeNumber(0), isLive: row.wholeNumber(1) == 1,
                team: Team(name: row.text(2), employer: row.text(3)), items: items,
                state: AttendanceCall.State(rawValue: Int(row.wholeNumber(4))) ?? .unknown)
            call.receipt = row.text(5)
            call.dependencyCount = Int(row.wholeNumber(6))
            call.sentCount = Int(row.wholeNumber(8))
            calls.append(call)
        }
        return calls
    }

    func save(_ call: AttendanceCall) throws(SQLiteError) {
        let statement = try connection.statement(
            """
            INSERT OR REPLACE INTO call
            (id, is_live, team, employer, state, receipt, dependencies, items, sent)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """)
        try statement.bind(1, call.id)
        try statement.bind(2, call.isLive ? 1 : 0 as Int64)
        try statement.bind(3, call.team.name)
        try statement.bind(4, call.team.employer)
        try statement.bind(5, Int64(call.state.rawValue))
        try statement.bind(6, call.receipt)
        try statement.bind(7, Int64(call.dependencyCount))
        try statement.bind(8, DeliveryItem.encoded(call.items))
        try statement.bind(9, Int64(call.sentCount))
        try statement.run()
    }

    func removeCall(_ id: Int64) throws(SQLiteError) { try run("DELETE FROM call WHERE id = ?1", id) }

    // MARK: Passes that wait

    func hold(
        _ sequence: LedgerSequence, pass: Int, of worker: WorkerID, _ reason: HoldReason,
        isDoubtful: Bool = false
    ) throws(SQLiteError) {
        try run(
            """
            INSERT OR REPLACE INTO held (sequence, pass, worker, reason, is_doubtful)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """, sequence.rawValue, Int64(pass), Int64(bitPattern: worker.rawValue), reason.rawValue,
            isDoubtful ? 1 : 0)
    }

    func unhold(_ sequence: LedgerSequence, pass: Int) throws(SQLiteError) {
        try run("DELETE FROM held WHERE sequence = ?1 AND pass = ?2", sequence.rawValue, Int64(pass))
    }

    /// Up to `limit` passes of a stretch of the ledger that may go, oldest first.
    func released(in range: ClosedRange<Int64>, limit: Int) throws(SQLiteError) -> [HeldPass] {
        var passes: [HeldPass] = []
        try rows(
            """
            SELECT sequence, pass, is_doubtful FROM held WHERE reason = 0 AND sequence BETWEEN ?1 AND ?2
            ORDER BY sequence, pass LIMIT ?3
            """, range.lowerBound, range.upperBound, Int64(limit)
        ) { row in
            passes.append(
                HeldPass(
                    sequence: LedgerSequence(row.wholeNumber(0)), pass: Int(row.wholeNumber(1)),
                    isDoubtful: row.wholeNumber(2) == 1))
        }
        return passes
    }

    func releaseHeld(of worker: WorkerID) throws(SQLiteError) {
        try run(
            "UPDATE held SET reason = 0 WHERE reason = 1 AND worker = ?1",
            Int64(bitPattern: worker.rawValue))
    }

    /// A team came to be known there: whoever waited is looked at anew.
    func releaseHeldForWorkers() throws(SQLiteError) {
        try run("UPDATE held SET reason = 0 WHERE reason = 1")
    }

    func releaseHeldForTheClock() throws(SQLiteError) {
        try run("UPDATE held SET reason = 0 WHERE reason = 2")
    }

    /// The barrier told that somebody passed, or nobody can say.
    ///
    /// - Parameter isPlanned: the stretch of the ledger in which it stands was planned without it.
    func releaseHeldForPassage(_ sequence: LedgerSequence, isPlanned: Bool) throws(SQLiteError) {
        if isPlanned {
            try run("UPDATE held SET reason = 0 WHERE reason = 3 AND sequence = ?1", sequence.rawValue)
        } else {
            try run("DELETE FROM held WHERE reason = 3 AND sequence = ?1", sequence.rawValue)
        }
    }

    func awaitsPassage(_ sequence: LedgerSequence) throws(SQLiteError) -> Bool {
        var isThere = false
        try rows("SELECT 1 FROM held WHERE reason = 3 AND sequence = ?1", sequence.rawValue) { _ in
            isThere = true
        }
        return isThere
    }

    func heldCount() throws(SQLiteError) -> Int64 {
        try connection.wholeNumber("SELECT count(*) FROM held") ?? 0
    }

    // MARK: Passes that were refused

    func refuse(
        _ sequence: LedgerSequence, pass: Int, of worker: WorkerID, code: String
    ) throws(SQLiteError) {
        let statement = try connection.statement(
            "INSERT OR REPLACE INTO refused (sequence, pass, worker, code) VALUES (?1, ?2, ?3, ?4)")
        try statement.bind(1, sequence.rawValue)
        try statement.bind(2, Int64(pass))
        try statement.bind(3, Int64(bitPattern: worker.rawValue))
        try statement.bind(4, code)
        try statement.run()
    }

    struct RefusedPass {
        let sequence: LedgerSequence
        let pass: Int
        let worker: WorkerID
        let code: String

        fileprivate init(_ row: SQLiteStatement) {
            sequence = LedgerSequence(row.wholeNumber(0))
            pass = Int(row.wholeNumber(1))
            worker = WorkerID(rawValue: UInt64(bitPattern: row.wholeNumber(2)))
            code = row.text(3)
        }
    }

    /// Up to `limit`, oldest first.
    func refusedPasses(limit: Int) throws(SQLiteError) -> [RefusedPass] {
        var passes: [RefusedPass] = []
        try rows(
            "SELECT sequence, pass, worker, code FROM refused ORDER BY sequence, pass LIMIT ?1", Int64(limit)
        ) { passes.append(RefusedPass($0)) }
        return passes
    }

    func refusedPasses(of sequence: LedgerSequence) throws(SQLiteError) -> [RefusedPass] {
        var passes: [RefusedPass] = []
        try rows(
            "SELECT sequence, pass, worker, code FROM refused WHERE sequence = ?1 ORDER BY pass",
            sequence.rawValue
        ) { passes.append(RefusedPass($0)) }
        return passes
    }

    func isRefused(_ sequence: LedgerSequence, pass: Int) throws(SQLiteError) -> Bool {
        var isThere = false
        try rows(
            "SELECT 1 FROM refused WHERE sequence = ?1 AND pass = ?2", sequence.rawValue, Int64(pass)
        ) { _ in isThere = true }
        return isThere
    }

    func unrefuse(_ sequence: LedgerSequence, pass: Int) throws(SQLiteError) {
        try run("DELETE FROM refused WHERE sequence = ?1 AND pass = ?2", sequence.rawValue, Int64(pass))
    }

    func refusedCount() throws(SQLiteError) -> Int64 {
        try connection.wholeNumber("SELECT count(*) FROM refused") ?? 0
    }

    // MARK: Stretches of the ledger that wait

    func backlog() throws(SQLiteError) -> [ClosedRange<Int64>] {
        var stretches: [ClosedRange<Int64>] = []
        try rows("SELECT first, last FROM backlog ORDER BY first") { row in
            stretches.append(row.wholeNumber(0)...row.wholeNumber(1))
        }
        return stretches
    }

    func setBacklog(_ stretches: [ClosedRange<Int64>]) throws(SQLiteError) {
        try run("DELETE FROM backlog")
        for stretch in stretches {
            try run(
                "INSERT INTO backlog (first, last) VALUES (?1, ?2)", stretch.lowerBound, stretch.upperBound)
        }
    }

    /// Whether a pass is held back or was refused.
    func isWaiting(_ sequence: LedgerSequence, pass: Int) throws(SQLiteError) -> Bool {
        if try isRefused(sequence, pass: pass) { return true }
        var isThere = false
        try rows(
            "SELECT 1 FROM held WHERE sequence = ?1 AND pass = ?2", sequence.rawValue, Int64(pass)
        ) { _ in isThere = true }
        return isThere
    }

    /// Not to be planned with the stretch that it lies in.
    func withdraw(_ sequence: LedgerSequence) throws(SQLiteError) {
        try run("INSERT OR IGNORE INTO withdrawn (sequence) VALUES (?1)", sequence.rawValue)
    }

    func withdrawn(in range: ClosedRange<Int64>) throws(SQLiteError) -> Set<Int64> {
        var sequences: Set<Int64> = []
        try rows(
            "SELECT sequence FROM withdrawn WHERE sequence BETWEEN ?1 AND ?2", range.lowerBound,
            range.upperBound
        ) { sequences.insert($0.wholeNumber(0)) }
        return sequences
    }

    func isWithdrawn(_ sequence: LedgerSequence) throws(SQLiteError) -> Bool {
        var isThere = false
        try rows("SELECT 1 FROM withdrawn WHERE sequence = ?1", sequence.rawValue) { _ in isThere = true }
        return isThere
    }

    /// These are planned: nothing asks for them any more.
    func forgetWithdrawn(in range: ClosedRange<Int64>) throws(SQLiteError) {
        try run("DELETE FROM withdrawn WHERE sequence BETWEEN ?1 AND ?2", range.lowerBound, range.upperBound)
    }

    func oldestHeld() throws(SQLiteError) -> (sequence: LedgerSequence, pass: Int)? {
        var oldest: (LedgerSequence, Int)?
        try rows("SELECT sequence, pass FROM held ORDER BY sequence, pass LIMIT 1") { row in
            oldest = (LedgerSequence(row.wholeNumber(0)), Int(row.wholeNumber(1)))
        }
        return oldest
    }

    /// Passes of a worker that are held back or were refused.
    func waitingPasses(
        of worker: WorkerID
    ) throws(SQLiteError) -> [(sequence: LedgerSequence, pass: Int)] {
        var passes: [(LedgerSequence, Int)] = []
        try rows(
            """
            SELECT sequence, pass FROM held WHERE worker = ?1
            UNION SELECT sequence, pass FROM refused WHERE worker = ?1
            """, Int64(bitPattern: worker.rawValue)
        ) { passes.append((LedgerSequence($0.wholeNumber(0)), Int($0.wholeNumber(1)))) }
        return passes
    }
}
