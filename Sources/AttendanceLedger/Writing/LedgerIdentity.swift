import SQLiteStore
import SiteModel

/// Whose ledger it is, and the key that signs for it. Both are given once, with the file.
struct LedgerIdentity: Sendable {
    let origin: LedgerOrigin
    let key: NodeKey

    /// Of a ledger that is made now: the node's name and a random suffix.
    init(node: String) {
        let suffix = (0..<4).map { _ in UInt8.random(in: .min ... .max) }.hexadecimal
        origin = LedgerOrigin("\(node)-\(suffix)")
        key = NodeKey()
    }

    /// Of a ledger that stands.
    ///
    /// - Throws: `LedgerError.keysMissing`, `.siteKeyWrong`; `.fileDamaged` when the chain that everybody
    ///   else reads begins with another key: what is written after it would verify for nobody.
    init(
        _ origin: LedgerOrigin, siteKey: SiteKey, on connection: SQLiteConnection, path: String
    ) throws(LedgerError) {
        let row = try reportingStorage(path) {
            () throws(SQLiteError) -> (wrapped: [UInt8], publicKey: [UInt8])? in
            let statement = try connection.statement(
                """
                SELECT node_key.wrapped, origin.public_key FROM node_key
                JOIN origin ON origin.number = node_key.origin WHERE node_key.origin = 1
                """)
            defer { statement.reset() }
            return try statement.step() ? (statement.bytes(0), statement.bytes(1)) : nil
        }
        guard let row else { throw .keysMissing(path: path) }
        guard let key = NodeKey(wrapped: row.wrapped, siteKey: siteKey) else {
            throw .siteKeyWrong(path: path)
        }
        guard key.publicKey == row.publicKey else {
            throw .fileDamaged(path: path, words: "the key at the beginning of its chain is not its own")
        }
        self.origin = origin
        self.key = key
    }

    func write(on connection: SQLiteConnection, wrappedBy siteKey: SiteKey) throws(SQLiteError) {
        try connection.transaction { () throws(SQLiteError) in
            let insert = try connection.statement(
                "INSERT INTO origin (number, text, public_key) VALUES (1, ?1, ?2)")
            try insert.bind(1, origin.text)
            try insert.bind(2, key.publicKey)
            try insert.run()
            let keep = try connection.statement("INSERT INTO node_key (origin, wrapped) VALUES (1, ?1)")
            try keep.bind(1, key.wrapped(by: siteKey))
            try keep.run()
        }
    }
}
