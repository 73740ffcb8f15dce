import SQLiteStore

extension LedgerVerifier {
    /// What of the file's tables, indexes and triggers is not as this program makes them: a damaged text, or
    /// a trigger that somebody took away to change entries. Nil when all are.
    func schemaFault() throws(LedgerError) -> String? {
        try reportingStorage(rows.path) { () throws(SQLiteError) in
            let fresh = try SQLiteConnection(path: ":memory:", access: .readWriteCreating)
            try LedgerSchema.migrations.run(on: fresh)
            let (wanted, found) = (try Self.schema(of: fresh), try Self.schema(of: rows.connection))
            for name in Set(wanted.keys).union(found.keys).sorted() where wanted[name] != found[name] {
                guard found[name] != nil else { return "\(name) is missing from its schema" }
                return wanted[name] == nil
                    ? "\(name) in its schema is of no version of this program"
                    : "\(name) in its schema is not as this program makes it"
            }
            return nil
        }
    }

    /// SQL by name, without what SQLite makes for itself.
    private static func schema(of connection: SQLiteConnection) throws(SQLiteError) -> [String: String] {
        let statement = try connection.statement(
            "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite^_%' ESCAPE '^'")
        defer { statement.reset() }
        var schema: [String: String] = [:]
        while try statement.step() { schema[statement.text(0)] = statement.text(1) }
        return schema
    }
}
