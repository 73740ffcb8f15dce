import CSQLite

extension SQLiteConnection {
    /// Copies the whole database, as it stands at this moment, into `destination`, whose content is replaced.
    /// Writers of the source go on meanwhile; their log grows until the copy is done.
    ///
    /// - Parameter progress: called after each piece with pages done and in all.
    /// - Throws: `SQLiteError`; then the destination is worth nothing.
    public func copy(
        to destination: SQLiteConnection, progress: (_ done: Int, _ total: Int) -> Void
    ) throws(SQLiteError) {
        // Pins the moment: without a snapshot of our own every commit would start the copy anew.
        try execute("BEGIN; SELECT count(*) FROM sqlite_schema")
        defer { sqlite3_exec(handle, "COMMIT", nil, nil, nil) }
        guard let copy = sqlite3_backup_init(destination.handle, "main", handle, "main") else {
            throw SQLiteError(
                operation: "copy", code: sqlite3_extended_errcode(destination.handle),
                on: destination.handle)
        }
        var code = SQLITE_OK
        while code == SQLITE_OK {
            code = sqlite3_backup_step(copy, Self.copiedPageCount)
            let total = Int(sqlite3_backup_pagecount(copy))
            progress(total - Int(sqlite3_backup_remaining(copy)), total)
        }
        let end = sqlite3_backup_finish(copy)
        guard code == SQLITE_DONE, end == SQLITE_OK else {
            throw SQLiteError(operation: "copy", code: end == SQLITE_OK ? code : end, on: destination.handle)
        }
    }

    /// 1 MiB a piece.
    private static let copiedPageCount: Int32 = 256
}
