import Foundation
import SQLiteStore
import Testing

@Suite(.timeLimit(.minutes(10)))
struct SQLiteStoreTests {
    private static let first: StaticString = "CREATE TABLE one (n INTEGER) STRICT; PRAGMA user_version = 1"
    private static let second: StaticString = "CREATE TABLE two (n INTEGER) STRICT; PRAGMA user_version = 2"
    private static let broken: StaticString = "CREATE TABLE two (n INTEGER); CREATE TABLE one (n INTEGER)"

    @Test func migrationsRunOnceAndInOrder() throws {
        let connection = try Self.scratch()
        try Migrations([Self.first]).run(on: connection)
        #expect(try connection.schemaVersion() == 1)
        for _ in 0..<2 { try Migrations([Self.first, Self.second]).run(on: connection) }
        #expect(try connection.schemaVersion() == 2)
        #expect(try connection.wholeNumber("SELECT count(*) FROM sqlite_schema") == 2)
    }

    @Test func aFailedMigrationLeavesTheFileAsItWas() throws {
        let connection = try Self.scratch()
        try Migrations([Self.first]).run(on: connection)
        #expect(throws: SQLiteError.self) { try Migrations([Self.first, Self.broken]).run(on: connection) }
        #expect(try connection.schemaVersion() == 1)
        #expect(try connection.wholeNumber("SELECT count(*) FROM sqlite_schema") == 1)
    }

    @Test func valuesComeBackAsTheyWereBound() throws {
        let connection = try Self.scratch()
        try connection.execute("CREATE TABLE kept (a INTEGER, b INTEGER, c TEXT, d BLOB, e BLOB) STRICT")
        let insert = try connection.statement("INSERT INTO kept VALUES (?1, ?2, ?3, ?4, ?5)")
        try insert.bind(1, Int64.min)
        try insert.bind(2, nil)
        try insert.bind(3, "门\u{0}禁")
        try insert.bind(4, [0, 255])
        try insert.bind(5, [])
        try insert.run()
        let row = try connection.statement("SELECT a, b, c, d, e FROM kept")
        defer { row.reset() }
        #expect(try row.step())
        #expect(row.wholeNumber(0) == .min && row.optionalWholeNumber(1) == nil)
        #expect(row.text(2) == "门\u{0}禁" && row.bytes(3) == [0, 255] && row.bytes(4) == [])
        #expect(try !row.step())
    }

    @Test func aThrowUndoesTheTransaction() throws {
        let connection = try Self.scratch()
        try connection.execute("CREATE TABLE kept (n INTEGER CHECK (n < 3)) STRICT")
        let refusal = #expect(throws: SQLiteError.self) {
            try connection.transaction { () throws(SQLiteError) in
                for number in Int64(0)..<5 {
                    let insert = try connection.statement("INSERT INTO kept VALUES (?1)")
                    try insert.bind(1, number)
                    try insert.run()
                }
            }
        }
        #expect(refusal?.code == 275 && refusal?.operation == "step")  // SQLITE_CONSTRAINT_CHECK
        #expect(try connection.wholeNumber("SELECT count(*) FROM kept") == 0)
        try connection.transaction { () throws(SQLiteError) in
            try connection.execute("INSERT INTO kept VALUES (1)")
        }
        #expect(try connection.wholeNumber("SELECT count(*) FROM kept") == 1)
    }

    @Test func aReadOnlyConnectionWritesNothing() throws {
        let path = Self.newPath()
        let writer = try SQLiteConnection(path: path, access: .readWriteCreating)
        try writer.execute("CREATE TABLE kept (n INTEGER) STRICT")
        let reader = try SQLiteConnection(path: path, access: .readOnly)
        let refusal = #expect(throws: SQLiteError.self) { try reader.execute("DELETE FROM kept") }
        #expect(refusal?.primaryCode == 8)  // SQLITE_READONLY
        try FileManager.default.removeItem(atPath: path)
    }

    @Test func errorsSayWhatKindTheyAre() throws {
        let missing = #expect(throws: SQLiteError.self) {
            try SQLiteConnection(path: Self.newPath(), access: .readOnly)
        }
        #expect(missing?.isMissing == true && missing?.isDiskFull == false)
        let connection = try Self.scratch()
        try connection.execute("PRAGMA page_size = 4096; PRAGMA max_page_count = 3")
        let full = #expect(throws: SQLiteError.self) {
            try connection.execute(
                "CREATE TABLE kept (b BLOB) STRICT; INSERT INTO kept VALUES (zeroblob(100000))")
        }
        #expect(full?.isDiskFull == true && full?.isMissing == false)
    }

    private static func newPath() -> String {
        NSTemporaryDirectory() + "store-" + UUID().uuidString + ".db"
    }

    private static func scratch() throws -> SQLiteConnection {
        try SQLiteConnection(path: ":memory:", access: .readWriteCreating)
    }
}
