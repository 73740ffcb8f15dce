import SQLiteStore

/// The tables of the store. Bodies are kept as they came, sealed numbers sealed, without pictures.
enum BookSchema {
    static let migrations = Migrations([
        """
        CREATE TABLE record (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN
                ('company', 'team', 'worker', 'entry_exit', 'contract', 'training', 'attendance', 'payroll')),
            natural_key TEXT NOT NULL,
            corp_code TEXT NOT NULL,
            team_sys_no INTEGER NOT NULL,
            id_number TEXT NOT NULL,
            day TEXT NOT NULL,
            mark TEXT NOT NULL,
            body TEXT NOT NULL,
            is_duplicate INTEGER NOT NULL CHECK (is_duplicate IN (0, 1)),
            accepted_at_ms INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX record_by_key ON record (kind, natural_key);
        CREATE INDEX record_by_person ON record (kind, id_number, day);
        CREATE INDEX record_by_day ON record (kind, day);
        CREATE TABLE verdict (
            id INTEGER PRIMARY KEY,
            serial TEXT NOT NULL UNIQUE,
            method TEXT NOT NULL,
            nonce TEXT NOT NULL UNIQUE,
            accepted_at_ms INTEGER NOT NULL,
            ready_at_ms INTEGER NOT NULL,
            status INTEGER NOT NULL CHECK (status IN (10, 20)),
            result TEXT NOT NULL
        ) STRICT;
        CREATE TABLE bad_key (natural_key TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
        PRAGMA user_version = 1;
        """
    ])
}
