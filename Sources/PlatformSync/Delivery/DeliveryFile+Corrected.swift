import SQLiteStore
import SiteModel

/// Passes that a person decided about after they were recorded.
extension DeliveryFile {
    // MARK: Passes of corrections

    struct CorrectionPass {
        let sequence: LedgerSequence
        let pass: Int
        /// On which it counts as recorded.
        let day: CivilDate
    }

    func noteCorrection(
        _ sequence: LedgerSequence, pass: Int, of worker: WorkerID, on day: CivilDate
    ) throws(SQLiteError) {
        try run(
            "INSERT OR REPLACE INTO correction_pass (sequence, pass, worker, day) VALUES (?1, ?2, ?3, ?4)",
            sequence.rawValue, Int64(pass), Int64(bitPattern: worker.rawValue), day.daysSince1970)
    }

    /// Those of a worker, whatever became of them; nobody asks for them again.
    func takeCorrections(of worker: WorkerID) throws(SQLiteError) -> [CorrectionPass] {
        var passes: [CorrectionPass] = []
        let value = Int64(bitPattern: worker.rawValue)
        try rows("SELECT sequence, pass, day FROM correction_pass WHERE worker = ?1", value) { row in
            passes.append(
                CorrectionPass(
                    sequence: LedgerSequence(row.wholeNumber(0)), pass: Int(row.wholeNumber(1)),
                    day: CivilDate(daysSince1970: row.wholeNumber(2))))
        }
        try run("DELETE FROM correction_pass WHERE worker = ?1", value)
        return passes
    }

    // MARK: Passes that never go up

    /// Withdrawn before it went, or a person decided against it. Stays: no comparison may send it after all.
    func drop(_ sequence: LedgerSequence, pass: Int) throws(SQLiteError) {
        try run(
            "INSERT OR IGNORE INTO dropped (sequence, pass) VALUES (?1, ?2)", sequence.rawValue, Int64(pass))
    }

    func isDropped(_ sequence: LedgerSequence, pass: Int) throws(SQLiteError) -> Bool {
        var isThere = false
        try rows(
            "SELECT 1 FROM dropped WHERE sequence = ?1 AND pass = ?2", sequence.rawValue, Int64(pass)
        ) { _ in isThere = true }
        return isThere
    }

    // MARK: Passes that the platform has, and that do not count here any more

    /// Withdrawn when it was there already, or on its way: a person has to settle it at the platform.
    func overtake(_ sequence: LedgerSequence, pass: Int) throws(SQLiteError) {
        try run(
            "INSERT OR IGNORE INTO overtaken (sequence, pass) VALUES (?1, ?2)", sequence.rawValue,
            Int64(pass))
    }

    func isOvertaken(_ sequence: LedgerSequence, pass: Int) throws(SQLiteError) -> Bool {
        var isThere = false
        try rows(
            "SELECT 1 FROM overtaken WHERE sequence = ?1 AND pass = ?2", sequence.rawValue, Int64(pass)
        ) { _ in isThere = true }
        return isThere
    }

    func forgetOvertaken(_ sequence: LedgerSequence, pass: Int) throws(SQLiteError) {
        try run(
            "DELETE FROM overtaken WHERE sequence = ?1 AND pass = ?2", sequence.rawValue, Int64(pass))
    }

    /// Up to `limit`, oldest first.
    func overtakenPasses(limit: Int) throws(SQLiteError) -> [(sequence: LedgerSequence, pass: Int)] {
        var passes: [(LedgerSequence, Int)] = []
        try rows(
            "SELECT sequence, pass FROM overtaken ORDER BY sequence, pass LIMIT ?1", Int64(limit)
        ) { row in
            passes.append((LedgerSequence(row.wholeNumber(0)), Int(row.wholeNumber(1))))
        }
        return passes
    }

    func overtakenPasses(
        of sequence: LedgerSequence
    ) throws(SQLiteError) -> [(sequence: LedgerSequence, pass: Int)] {
        var passes: [(LedgerSequence, Int)] = []
        try rows(
            "SELECT pass FROM overtaken WHERE sequence = ?1 ORDER BY pass", sequence.rawValue
        ) { passes.append((sequence, Int($0.wholeNumber(0)))) }
        return passes
    }

    func overtakenCount() throws(SQLiteError) -> Int64 {
        try connection.wholeNumber("SELECT count(*) FROM overtaken") ?? 0
    }
}
