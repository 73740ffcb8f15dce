import SQLiteStore

/// The one table of `accounts.db`. Its history stands in the ledger, not here.
enum AccountSchema {
    static let migrations = Migrations([
        """
        CREATE TABLE account (
            name TEXT PRIMARY KEY CHECK (length(name) BETWEEN 2 AND 32),
            display_name TEXT NOT NULL CHECK (length(display_name) BETWEEN 1 AND 200),
            role INTEGER NOT NULL CHECK (role BETWEEN 1 AND 4),
            is_enabled INTEGER NOT NULL CHECK (is_enabled IN (0, 1)),
            scrypt_rounds INTEGER NOT NULL,
            scrypt_block_size INTEGER NOT NULL,
            scrypt_parallelism INTEGER NOT NULL,
            salt BLOB NOT NULL CHECK (length(salt) = 16),
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            changed_at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        PRAGMA user_version = 1;
        """
    ])
}
