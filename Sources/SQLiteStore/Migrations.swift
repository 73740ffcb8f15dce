/// Numbered changes of a schema, forward only. The number of the last one stands in `user_version`.
public struct Migrations: Sendable {
    /// One script for each version from 1. The last statement of each sets `user_version` to its number.
    private let scripts: [StaticString]

    public init(_ scripts: [StaticString]) {
        self.scripts = scripts
    }

    /// The version that the newest script makes.
    public var newestVersion: Int { scripts.count }

    /// Brings the file to the newest version, each step in one transaction. Nothing happens to a file that is
    /// there already. Look at `schemaVersion` first: a file of a newer program is not for this one.
    public func run(on connection: SQLiteConnection) throws(SQLiteError) {
        let found = try connection.schemaVersion()
        precondition(found <= newestVersion, "a file of a newer program was to be migrated")
        for (index, script) in scripts.enumerated().dropFirst(found) {
            try connection.transaction { () throws(SQLiteError) in try connection.execute(script) }
            let reached = try connection.schemaVersion()
            precondition(reached == index + 1, "migration \(index + 1) left version \(reached)")
        }
    }
}

extension SQLiteConnection {
    /// `user_version`: 0 in a file that no migration has touched.
    public func schemaVersion() throws(SQLiteError) -> Int {
        Int(try wholeNumber("PRAGMA user_version") ?? 0)
    }
}
