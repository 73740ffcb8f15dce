import SQLiteStore

/// The tables. Origin 1 is the node whose file it is. Entries lie in the order of their key, and attendance
/// is in no other index, so a record takes about 140 bytes.
///
/// From version 3 on the indexes say `kind = 9 OR kind = 10`, not `kind IN (…)`: of a longer list SQLite
/// makes a table of its own at every insert. Kinds 19 to 39 are of people.
/// From version 4 on the corrections (14) stand among them.
///
/// Version 1 stood before any release: its chain and its clear bodies are not of this format, and it is
/// refused.
enum LedgerSchema {
    static let fileName = "ledger.db"
    static let lockName = "ledger.lock"

    /// The folder of the ledger file at `path`.
    static func directory(of path: String) -> String { String(path.dropLast(fileName.utf8.count + 1)) }

    /// A version that no migration starts from: a newer program's, or a pre-release's.
    static func refuseOther(_ version: Int) throws(LedgerError) {
        let known = migrations.newestVersion
        guard version <= known else { throw .newerSchema(found: version, known: known) }
        guard !migrations.isAbandoned(version) else { throw .abandonedSchema(found: version) }
    }

    static let migrations = Migrations(
        after: 1,
        [
            """
            CREATE TABLE origin (
                number INTEGER PRIMARY KEY,
                text TEXT NOT NULL UNIQUE CHECK (length(text) BETWEEN 1 AND 64),
                public_key BLOB NOT NULL CHECK (length(public_key) = 32)
            ) STRICT;
            CREATE TABLE node_key (
                origin INTEGER PRIMARY KEY REFERENCES origin (number),
                wrapped BLOB NOT NULL CHECK (length(wrapped) = 60)
            ) STRICT;
            CREATE TABLE worker_key (
                worker INTEGER PRIMARY KEY,
                wrapped BLOB NOT NULL CHECK (length(wrapped) = 60)
            ) STRICT;
            CREATE TABLE boot (
                number INTEGER PRIMARY KEY,
                id BLOB NOT NULL UNIQUE CHECK (length(id) = 16)
            ) STRICT;
            CREATE TABLE entry (
                origin INTEGER NOT NULL REFERENCES origin (number),
                sequence INTEGER NOT NULL CHECK (sequence BETWEEN 1 AND 1099511627775),
                kind INTEGER NOT NULL CHECK (kind > 0),
                subject INTEGER,
                occurred_at_ms INTEGER NOT NULL,
                uptime_ms INTEGER NOT NULL,
                boot INTEGER NOT NULL REFERENCES boot (number),
                synchronisation INTEGER NOT NULL CHECK (synchronisation BETWEEN 0 AND 3),
                sealing INTEGER NOT NULL CHECK (sealing >= 0),
                body BLOB NOT NULL,
                hash BLOB NOT NULL CHECK (length(hash) = 32),
                PRIMARY KEY (origin, sequence)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX entry_of_roster ON entry (origin, sequence) WHERE kind IN (9, 10, 16);
            CREATE INDEX entry_of_worker ON entry (subject, origin, sequence) WHERE kind IN (9, 14, 16);
            CREATE INDEX entry_of_policy ON entry (origin, sequence) WHERE kind = 11;
            CREATE INDEX entry_of_clock ON entry (origin, sequence) WHERE kind IN (5, 6, 7, 8);
            CREATE INDEX entry_of_evidence ON entry (kind, origin, sequence)
                WHERE kind IN (13, 15, 16, 17, 18);
            CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
            BEGIN SELECT RAISE(ABORT, 'a ledger entry is never changed'); END;
            CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
            BEGIN SELECT RAISE(ABORT, 'a ledger entry is never deleted'); END;
            CREATE TRIGGER origin_is_never_changed BEFORE UPDATE ON origin
            BEGIN SELECT RAISE(ABORT, 'an origin is never changed'); END;
            CREATE TRIGGER origin_is_never_deleted BEFORE DELETE ON origin
            BEGIN SELECT RAISE(ABORT, 'an origin is never deleted'); END;
            CREATE TRIGGER boot_is_never_changed BEFORE UPDATE ON boot
            BEGIN SELECT RAISE(ABORT, 'a boot is never changed'); END;
            CREATE TRIGGER boot_is_never_deleted BEFORE DELETE ON boot
            BEGIN SELECT RAISE(ABORT, 'a boot is never deleted'); END;
            PRAGMA user_version = 2;
            """,
            """
            DROP INDEX entry_of_roster;
            CREATE INDEX entry_of_people ON entry (origin, sequence)
                WHERE kind = 9 OR kind = 10 OR kind = 16 OR kind BETWEEN 19 AND 39;
            DROP INDEX entry_of_worker;
            CREATE INDEX entry_of_worker ON entry (subject, origin, sequence)
                WHERE kind = 9 OR kind = 14 OR kind = 16 OR kind BETWEEN 19 AND 39;
            DROP INDEX entry_of_clock;
            CREATE INDEX entry_of_clock ON entry (origin, sequence)
                WHERE kind = 5 OR kind = 6 OR kind = 7 OR kind = 8;
            DROP INDEX entry_of_evidence;
            CREATE INDEX entry_of_evidence ON entry (kind, origin, sequence)
                WHERE kind = 13 OR kind = 15 OR kind = 16 OR kind = 17 OR kind = 18;
            PRAGMA user_version = 3;
            """,
            """
            DROP INDEX entry_of_people;
            CREATE INDEX entry_of_people ON entry (origin, sequence)
                WHERE kind = 9 OR kind = 10 OR kind = 14 OR kind = 16 OR kind BETWEEN 19 AND 39;
            PRAGMA user_version = 4;
            """,
        ])
}
