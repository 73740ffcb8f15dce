import SQLiteStore
import SiteModel

/// Passes that a person decided about after they were recorded.
extension DeliveryFile {
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
