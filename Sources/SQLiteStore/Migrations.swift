/// Numbered changes of a schema, forward only. The number of the last one stands in `user_version`.
public struct Migrations: Sendable {
    /// The last statement of each sets `user_version` to its number.
    private let scripts: [StaticString]
    /// Versions up to this one are no longer known; the first script makes the next one from nothing.
    public let abandonedVersion: Int

    /// - Parameter abandonedVersion: 0, or the last version before the first script.
    public init(after abandonedVersion: Int = 0, _ scripts: [StaticString]) {
        self.abandonedVersion = abandonedVersion
        self.scripts = scripts
    }

    /// The version that the newest script makes.
    public var newestVersion: Int { abandonedVersion + scripts.count }

    /// Whether a file of that version is neither new nor one that the scripts start from.
    public func isAbandoned(_ version: Int) -> Bool { version > 0 && version <= abandonedVersion }

    /// Brings the file to the newest version, each step in one transaction. Nothing happens to a file that is
    /// there already. Look at `schemaVersion` first: a file of a newer
    /// program, or of an abandoned version, is not for this one.
    public func run(on connection: SQLiteConnection) throws(SQLiteError) {
        let found = try connection.schemaVersion()
        precondition(found <= newestVersion, "a file of a newer program was to be migrated")
        precondition(!isAbandoned(found), "a file of an abandoned version was to be migrated")
        for (index, script) in scripts.enumerated().dropFirst(max(0, found - abandonedVersion)) {
            try connection.transaction { () throws(SQLiteError) in try connection.execute(script) }
            let reached = try connection.schemaVersion()
            let wanted = abandonedVersion + index + 1
            precondition(reached == wanted, "migration \(wanted) left version \(reached)")
        }
    }
}

extension SQLiteConnection {
    /// `user_version`: 0 in a file that no migration has touched.
    public func schemaVersion() throws(SQLiteError) -> Int {
        Int(try wholeNumber("PRAGMA user_version") ?? 0)
    }
}
