import SQLiteStore

/// `deliveries-NAME.db`: where the deliveries to one platform stand. No personal data. Everything in it can
/// be made again from the ledger; what was under way then is looked for at the platform first.
enum DeliverySchema {
    static let migrations = Migrations([
        """
        CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        INSERT INTO mark (name, value) VALUES ('position', 0), ('live', 1), ('clean', 0), ('recorded', 0),
            ('confirmed', 0), ('dismissed', 0), ('refused', 0), ('doubt', 0), ('stage', -1), ('stage_end', 0);
        CREATE TABLE backlog (first INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
        CREATE TABLE call (
            id INTEGER PRIMARY KEY, is_live INTEGER NOT NULL, team TEXT NOT NULL, employer TEXT NOT NULL,
            state INTEGER NOT NULL, receipt TEXT NOT NULL, dependencies INTEGER NOT NULL, items BLOB NOT NULL
        ) STRICT;
        CREATE TABLE change (
            sequence INTEGER PRIMARY KEY, worker INTEGER NOT NULL, kind INTEGER NOT NULL,
            is_baseline INTEGER NOT NULL, step INTEGER NOT NULL, state INTEGER NOT NULL,
            receipt TEXT NOT NULL
        ) STRICT;
        CREATE INDEX change_of_state ON change (state, sequence);
        CREATE INDEX change_of_worker ON change (worker, sequence);
        CREATE TABLE member (worker INTEGER PRIMARY KEY, is_present INTEGER NOT NULL) STRICT;
        CREATE TABLE organisation (
            employer TEXT NOT NULL, team TEXT NOT NULL, state INTEGER NOT NULL, number INTEGER,
            receipt TEXT NOT NULL, words TEXT NOT NULL, PRIMARY KEY (employer, team)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE held (
            sequence INTEGER NOT NULL, pass INTEGER NOT NULL, worker INTEGER NOT NULL,
            reason INTEGER NOT NULL, is_doubtful INTEGER NOT NULL, PRIMARY KEY (sequence, pass)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX held_of_reason ON held (reason, worker, sequence);
        CREATE TABLE refused (
            sequence INTEGER NOT NULL, pass INTEGER NOT NULL, worker INTEGER NOT NULL, code TEXT NOT NULL,
            PRIMARY KEY (sequence, pass)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE withdrawn (sequence INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE day (
            day INTEGER PRIMARY KEY, recorded INTEGER NOT NULL, confirmed INTEGER NOT NULL,
            refused INTEGER NOT NULL
        ) STRICT;
        PRAGMA user_version = 1;
        """,
        """
        INSERT INTO mark (name, value) VALUES ('answers', 0);
        PRAGMA user_version = 2;
        """,
        """
        CREATE TABLE dropped (
            sequence INTEGER NOT NULL, pass INTEGER NOT NULL, PRIMARY KEY (sequence, pass)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE overtaken (
            sequence INTEGER NOT NULL, pass INTEGER NOT NULL, PRIMARY KEY (sequence, pass)
        ) STRICT, WITHOUT ROWID;
        PRAGMA user_version = 3;
        """,
        """
        CREATE TABLE payroll_statement (
            sequence INTEGER PRIMARY KEY, month INTEGER NOT NULL, employer TEXT NOT NULL, team TEXT NOT NULL
        ) STRICT;
        CREATE TABLE payroll (
            statement INTEGER NOT NULL, row INTEGER NOT NULL, month INTEGER NOT NULL,
            worker INTEGER NOT NULL, days INTEGER NOT NULL, minutes INTEGER NOT NULL,
            state INTEGER NOT NULL, PRIMARY KEY (statement, row)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX payroll_of_worker ON payroll (worker, month, statement);
        CREATE INDEX payroll_of_state ON payroll (state, statement, row);
        CREATE TABLE payroll_held (
            month INTEGER NOT NULL, worker INTEGER NOT NULL, days INTEGER NOT NULL,
            minutes INTEGER NOT NULL, PRIMARY KEY (month, worker)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE payroll_call (
            id INTEGER PRIMARY KEY, statement INTEGER NOT NULL, state INTEGER NOT NULL,
            receipt TEXT NOT NULL, rows BLOB NOT NULL
        ) STRICT;
        PRAGMA user_version = 4;
        """,
        // 1: with confirmations since the last comparison.
        """
        ALTER TABLE day ADD COLUMN is_due INTEGER NOT NULL DEFAULT 1;
        UPDATE day SET is_due = 0 WHERE day <= (SELECT max(day) FROM day) - 31;
        PRAGMA user_version = 5;
        """,
        // One row while the deliveries are paused by themselves.
        """
        CREATE TABLE pause (code TEXT NOT NULL) STRICT;
        PRAGMA user_version = 6;
        """,
        // What the platform was told of a company or team; empty of an earlier version.
        """
        ALTER TABLE organisation ADD COLUMN is_there INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE organisation ADD COLUMN told TEXT NOT NULL DEFAULT '';
        ALTER TABLE organisation ADD COLUMN telling TEXT NOT NULL DEFAULT '';
        UPDATE organisation SET is_there = 1 WHERE state = 2;
        PRAGMA user_version = 7;
        """,
        // How many items went up with the call; 0: not sent, or by an earlier version.
        """
        ALTER TABLE call ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;
        PRAGMA user_version = 8;
        """,
        // Passes of corrections: of a worker who was erased nobody can read on which day they were.
        """
        CREATE TABLE correction_pass (
            sequence INTEGER NOT NULL, pass INTEGER NOT NULL, worker INTEGER NOT NULL, day INTEGER NOT NULL,
            PRIMARY KEY (sequence, pass)
        ) STRICT, WITHOUT ROWID;
        PRAGMA user_version = 9;
        """,
        // The hash of the entry that a position stands at. Where an earlier version stood nobody can tell.
        """
        CREATE TABLE place (name TEXT PRIMARY KEY, hash BLOB NOT NULL) STRICT, WITHOUT ROWID;
        INSERT OR REPLACE INTO mark (name, value)
            SELECT 'rebuilding', 1 FROM mark WHERE name = 'position' AND value > 0;
        PRAGMA user_version = 10;
        """,
    ])
}
