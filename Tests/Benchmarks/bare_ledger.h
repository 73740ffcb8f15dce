/* The bare cost of a durable commit: the ledger's tables, settings and row shape through the C API of SQLite,
   with nothing around them. No worker is looked up, nothing is encoded or hashed. */
#ifndef BARE_LEDGER_H
#define BARE_LEDGER_H

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct bare_ledger {
    sqlite3 *database;
    sqlite3_stmt *begin, *insert, *commit;
    sqlite3_int64 sequence;
    int body_byte_count;
};

static long long nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void stop(const char *what, const char *why) {
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static void bare_run(struct bare_ledger *ledger, const char *sql) {
    if (sqlite3_exec(ledger->database, sql, NULL, NULL, NULL) != SQLITE_OK)
        stop(sql, sqlite3_errmsg(ledger->database));
}

static sqlite3_stmt *bare_statement(struct bare_ledger *ledger, const char *sql) {
    sqlite3_stmt *statement;
    int code = sqlite3_prepare_v3(ledger->database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
    if (code != SQLITE_OK)
        stop(sql, sqlite3_errmsg(ledger->database));
    return statement;
}

static char *whole_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) stop(path, "cannot be read");
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = calloc(1, (size_t)size + 1);
    if (fread(text, 1, (size_t)size, file) != (size_t)size) stop(path, "cannot be read");
    fclose(file);
    return text;
}

/* A log that has been as long as it gets is overwritten from its start, which syncs faster than a file that
   grows. A ledger in use is in that state; the bare one is brought there. As by the writer, the log is
   copied into the main file when it has 4,096 pages. */
static void bare_lengthen_log(struct bare_ledger *ledger) {
    bare_run(ledger, "PRAGMA wal_autocheckpoint = 0");
    bare_run(ledger, "CREATE TABLE filler (bytes BLOB)");
    bare_run(ledger, "INSERT INTO filler VALUES (zeroblob(4096 * 4096))");
    bare_run(ledger, "PRAGMA wal_checkpoint(RESTART)");
    bare_run(ledger, "PRAGMA wal_autocheckpoint = 4096");
}

/* Makes `path` with the statements of `schema_path`, which run.py takes out of a ledger of the program. */
static void bare_open(
    struct bare_ledger *ledger, const char *path, const char *schema_path, int body_byte_count) {
    ledger->sequence = 0;
    ledger->body_byte_count = body_byte_count;
    if (sqlite3_open(path, &ledger->database) != SQLITE_OK) stop(path, sqlite3_errmsg(ledger->database));
    bare_run(ledger, "PRAGMA journal_mode = WAL");
    bare_run(ledger, "PRAGMA synchronous = FULL");
    bare_run(ledger, "PRAGMA foreign_keys = ON");
    char *schema = whole_file(schema_path);
    bare_run(ledger, schema);
    free(schema);
    bare_run(ledger, "INSERT INTO origin (number, text, public_key) VALUES (1, 'bare-00000000', zeroblob(32))");
    bare_run(ledger, "INSERT INTO boot (number, id) VALUES (1, zeroblob(16))");
    bare_lengthen_log(ledger);
    ledger->begin = bare_statement(ledger, "BEGIN IMMEDIATE");
    ledger->commit = bare_statement(ledger, "COMMIT");
    ledger->insert = bare_statement(ledger,
        "INSERT INTO entry (origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot,"
        " synchronisation, sealing, body, hash) VALUES (1, ?1, 1, ?2, ?3, ?4, 1, 1, 0, ?5, ?6)");
}

static void bare_step(struct bare_ledger *ledger, sqlite3_stmt *statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) stop("step", sqlite3_errmsg(ledger->database));
    sqlite3_reset(statement);
}

/* One transaction of `row_count` rows; on disk when it returns. */
static void bare_commit(struct bare_ledger *ledger, int row_count) {
    static unsigned char bytes[4096];
    bare_step(ledger, ledger->begin);
    for (int row = 0; row < row_count; row++) {
        sqlite3_int64 now = nanoseconds(CLOCK_REALTIME) / 1000000;
        ledger->sequence++;
        memcpy(bytes, &ledger->sequence, sizeof ledger->sequence);
        sqlite3_bind_int64(ledger->insert, 1, ledger->sequence);
        sqlite3_bind_int64(ledger->insert, 2, 0x5eed5eed00000000 + ledger->sequence);
        sqlite3_bind_int64(ledger->insert, 3, now);
        sqlite3_bind_int64(ledger->insert, 4, now & 0xffffffff);
        sqlite3_bind_blob(ledger->insert, 5, bytes, ledger->body_byte_count, SQLITE_TRANSIENT);
        sqlite3_bind_blob(ledger->insert, 6, bytes, 32, SQLITE_TRANSIENT);
        bare_step(ledger, ledger->insert);
    }
    bare_step(ledger, ledger->commit);
}

#endif
