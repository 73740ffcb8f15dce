import SQLiteStore
import SiteModel

extension DeliveryFile {
    // MARK: Statements

    func add(_ sequence: LedgerSequence, _ stated: MonthStated) throws(SQLiteError) {
        let statement = try connection.statement(
            """
            INSERT OR REPLACE INTO payroll_statement (sequence, month, employer, team)
            VALUES (?1, ?2, ?3, ?4)
            """
        )
        try statement.bind(1, sequence.rawValue)
        try statement.bind(2, stated.month.number)
        try statement.bind(3, stated.team.employer)
        try statement.bind(4, stated.team.name)
        try statement.run()
    }

    func isStatement(_ sequence: LedgerSequence) throws(SQLiteError) -> Bool {
        var isThere = false
        try rows("SELECT 1 FROM payroll_statement WHERE sequence = ?1", sequence.rawValue) { _ in
            isThere = true
        }
        return isThere
    }

    /// Those with rows to be sent and none under way, oldest first.
    func openStatements() throws(SQLiteError) -> [LedgerSequence] {
        var found: [LedgerSequence] = []
        try rows(
            """
            SELECT DISTINCT statement FROM payroll WHERE state = 0
            AND statement NOT IN (SELECT statement FROM payroll_call) ORDER BY statement
            """
        ) { found.append(LedgerSequence($0.wholeNumber(0))) }
        return found
    }

    /// How every statement stands, newest first.
    func payrollStandings(limit: Int) throws(SQLiteError) -> [PayrollStanding] {
        var standings: [PayrollStanding] = []
        try rows(
            """
            SELECT sequence, payroll_statement.month, employer, team, coalesce(sum(state IN (0, 5)), 0),
            coalesce(sum(state = 1), 0), coalesce(sum(state = 2), 0), coalesce(sum(state = 3), 0),
            coalesce(sum(state = 4), 0)
            FROM payroll_statement LEFT JOIN payroll ON statement = sequence
            GROUP BY sequence ORDER BY sequence DESC LIMIT ?1
            """, Int64(limit)
        ) { row in
            guard let month = CivilMonth(number: row.wholeNumber(1)) else { return }
            var counts = DeliveryStatus.Payroll()
            counts.open = row.wholeNumber(4)
            counts.sent = row.wholeNumber(5)
            counts.confirmed = row.wholeNumber(6)
            counts.rejected = row.wholeNumber(7)
            counts.settled = row.wholeNumber(8)
            standings.append(
                PayrollStanding(
                    statement: LedgerSequence(row.wholeNumber(0)), month: month,
                    team: Team(name: row.text(3), employer: row.text(2)), rows: counts))
        }
        return standings
    }

    // MARK: Rows

    func save(_ line: PayrollLine) throws(SQLiteError) {
        try run(
            """
            INSERT OR REPLACE INTO payroll (statement, row, month, worker, days, minutes, state)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """, line.statement.rawValue, Int64(line.row), line.month.number,
            Int64(bitPattern: line.worker.rawValue), Int64(line.days), Int64(line.minutes),
            line.state.rawValue)
    }

    func remove(_ line: PayrollLine) throws(SQLiteError) {
        try run(
            "DELETE FROM payroll WHERE statement = ?1 AND row = ?2", line.statement.rawValue, Int64(line.row))
    }

    func payrollLines(of statement: LedgerSequence) throws(SQLiteError) -> [PayrollLine] {
        var lines: [PayrollLine] = []
        try rows(
            """
            SELECT statement, row, month, worker, days, minutes, state FROM payroll WHERE statement = ?1
            ORDER BY row
            """, statement.rawValue
        ) { row in if let line = Self.line(row) { lines.append(line) } }
        return lines
    }

    /// Of all statements, in order.
    func payrollLines(of worker: WorkerID, in month: CivilMonth) throws(SQLiteError) -> [PayrollLine] {
        var lines: [PayrollLine] = []
        try rows(
            """
            SELECT statement, row, month, worker, days, minutes, state FROM payroll
            WHERE worker = ?1 AND month = ?2 ORDER BY statement
            """, Int64(bitPattern: worker.rawValue), month.number
        ) { row in if let line = Self.line(row) { lines.append(line) } }
        return lines
    }

    func refusedPayrollLines(limit: Int) throws(SQLiteError) -> [PayrollLine] {
        var lines: [PayrollLine] = []
        try rows(
            """
            SELECT statement, row, month, worker, days, minutes, state FROM payroll WHERE state = 3
            ORDER BY statement, row LIMIT ?1
            """, Int64(limit)
        ) { row in if let line = Self.line(row) { lines.append(line) } }
        return lines
    }

    func payrollCounts() throws(SQLiteError) -> DeliveryStatus.Payroll {
        var counts = DeliveryStatus.Payroll()
        try rows("SELECT state, count(*) FROM payroll GROUP BY state") { row in
            switch PayrollLine.State(rawValue: row.wholeNumber(0)) {
            case .open?, .waiting?: counts.open += row.wholeNumber(1)
            case .calling?: counts.sent = row.wholeNumber(1)
            case .confirmed?: counts.confirmed = row.wholeNumber(1)
            case .refused?: counts.rejected = row.wholeNumber(1)
            case .settled?: counts.settled = row.wholeNumber(1)
            case nil: return
            }
        }
        return counts
    }

    private static func line(_ row: SQLiteStatement) -> PayrollLine? {
        guard let month = CivilMonth(number: row.wholeNumber(2)),
            let state = PayrollLine.State(rawValue: row.wholeNumber(6))
        else { return nil }
        return PayrollLine(
            statement: LedgerSequence(row.wholeNumber(0)), row: Int(row.wholeNumber(1)), month: month,
            worker: WorkerID(rawValue: UInt64(bitPattern: row.wholeNumber(3))),
            days: Int(row.wholeNumber(4)), minutes: Int(row.wholeNumber(5)), state: state)
    }

    // MARK: What the platform has

    func setHeldPayroll(
        of worker: WorkerID, in month: CivilMonth, days: Int, minutes: Int
    ) throws(SQLiteError) {
        try run(
            "INSERT OR REPLACE INTO payroll_held (month, worker, days, minutes) VALUES (?1, ?2, ?3, ?4)",
            month.number, Int64(bitPattern: worker.rawValue), Int64(days), Int64(minutes))
    }

    func forgetHeldPayroll(of worker: WorkerID, in month: CivilMonth) throws(SQLiteError) {
        try run(
            "DELETE FROM payroll_held WHERE month = ?1 AND worker = ?2", month.number,
            Int64(bitPattern: worker.rawValue))
    }

    func heldPayroll(
        of worker: WorkerID, in month: CivilMonth
    ) throws(SQLiteError) -> (days: Int, minutes: Int)? {
        var held: (Int, Int)?
        try rows(
            "SELECT days, minutes FROM payroll_held WHERE month = ?1 AND worker = ?2", month.number,
            Int64(bitPattern: worker.rawValue)
        ) { held = (Int($0.wholeNumber(0)), Int($0.wholeNumber(1))) }
        return held
    }

    func erasePayroll(of worker: WorkerID) throws(SQLiteError) {
        try run("DELETE FROM payroll WHERE worker = ?1", Int64(bitPattern: worker.rawValue))
        try run("DELETE FROM payroll_held WHERE worker = ?1", Int64(bitPattern: worker.rawValue))
    }

    // MARK: Calls

    func save(_ call: PayrollCall) throws(SQLiteError) {
        var encoder = CanonicalEncoder(reservingByteCount: 3 * call.rows.count + 3)
        encoder.array(count: call.rows.count)
        for row in call.rows { encoder.append(row) }
        let statement = try connection.statement(
            """
            INSERT OR REPLACE INTO payroll_call (id, statement, state, receipt, rows)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """)
        try statement.bind(1, call.id)
        try statement.bind(2, call.statement.rawValue)
        try statement.bind(3, call.state.rawValue)
        try statement.bind(4, call.receipt)
        try statement.bind(5, encoder.bytes)
        try statement.run()
    }

    func removePayrollCall(_ id: Int64) throws(SQLiteError) {
        try run("DELETE FROM payroll_call WHERE id = ?1", id)
    }

    func payrollCalls() throws(SQLiteError) -> [PayrollCall] {
        var calls: [PayrollCall] = []
        try rows("SELECT id, statement, state, receipt, rows FROM payroll_call ORDER BY id") {
            row throws(SQLiteError) in
            // try?: whatever is wrong with it, the file is damaged; it can be made again from the ledger.
            guard let numbers = try? Self.numbers(row.bytes(4)) else {
                throw SQLiteError(operation: "read a call of payroll", code: Self.damaged)
            }
            calls.append(
                PayrollCall(
                    id: row.wholeNumber(0), statement: LedgerSequence(row.wholeNumber(1)),
                    rows: numbers,
                    state: PayrollCall.State(rawValue: row.wholeNumber(2)) ?? .unknown, receipt: row.text(3)))
        }
        return calls
    }

    private static func numbers(_ bytes: [UInt8]) throws(CanonicalDecodingError) -> [Int] {
        var decoder = CanonicalDecoder(bytes)
        var numbers: [Int] = []
        for _ in 0..<(try decoder.array()) { numbers.append(Int(try decoder.integer())) }
        return numbers
    }
}
