import CSQLite

/// A prepared statement of a connection: bind from 1, step, read columns from 0, reset.
///
/// It belongs to its connection and must not be kept beyond it. Reset it when the rows are read: an open
/// statement holds a snapshot of the file, and the log grows behind it.
public struct SQLiteStatement {
    let handle: OpaquePointer

    public func bind(_ index: Int, _ value: Int64) throws(SQLiteError) {
        try check(sqlite3_bind_int64(handle, Int32(index), value), "bind")
    }

    public func bind(_ index: Int, _ value: Int64?) throws(SQLiteError) {
        if let value {
            try bind(index, value)
        } else {
            try check(sqlite3_bind_null(handle, Int32(index)), "bind")
        }
    }

    public func bind(_ index: Int, _ text: String) throws(SQLiteError) {
        let byteCount = Int32(text.utf8.count)
        try check(sqlite3_bind_text(handle, Int32(index), text, byteCount, Self.copied), "bind")
    }

    public func bind(_ index: Int, _ bytes: [UInt8]) throws(SQLiteError) {
        let code = bytes.withUnsafeBytes { buffer in
            buffer.count == 0
                ? sqlite3_bind_zeroblob(handle, Int32(index), 0)
                : sqlite3_bind_blob(
                    handle, Int32(index), buffer.baseAddress, Int32(buffer.count), Self.copied)
        }
        try check(code, "bind")
    }

    /// Runs the statement with two more values, which SQLite does not copy, and resets it.
    ///
    /// They stay bound to what is gone then: bind them anew before the next run.
    public func run(
        binding first: [UInt8], at firstIndex: Int, and second: [UInt8], at secondIndex: Int
    ) throws(SQLiteError) {
        try first.span.bytes.withUnsafeBytes { (first) throws(SQLiteError) in
            try second.span.bytes.withUnsafeBytes { (second) throws(SQLiteError) in
                try bind(firstIndex, inPlace: first)
                try bind(secondIndex, inPlace: second)
                try run()
            }
        }
    }

    private func bind(_ index: Int, inPlace bytes: UnsafeRawBufferPointer) throws(SQLiteError) {
        guard !bytes.isEmpty else { return try bind(index, []) }
        let byteCount = Int32(bytes.count)
        // No destructor (`SQLITE_STATIC`): the bytes are the caller's.
        try check(sqlite3_bind_blob(handle, Int32(index), bytes.baseAddress, byteCount, nil), "bind")
    }

    /// - Returns: true when a row is there to be read; false at the end.
    public func step() throws(SQLiteError) -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        guard code == SQLITE_DONE else {
            throw SQLiteError(operation: "step", code: code, on: sqlite3_db_handle(handle))
        }
        return false
    }

    /// Runs a statement whose rows nobody reads, and resets it.
    public func run() throws(SQLiteError) {
        defer { reset() }
        while try step() {}
    }

    /// Ends the reading; the bound values stay. The code it returns repeats that of the last step.
    public func reset() { sqlite3_reset(handle) }

    public func wholeNumber(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    public func optionalWholeNumber(_ column: Int32) -> Int64? {
        sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : wholeNumber(column)
    }

    /// NULL reads as the empty text.
    public func text(_ column: Int32) -> String {
        guard let text = sqlite3_column_text(handle, column) else { return "" }
        let byteCount = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: text, count: byteCount), as: UTF8.self)
    }

    /// NULL reads as no bytes.
    public func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(
            UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// SQLite copies the value before `bind` returns (`SQLITE_TRANSIENT`, a macro that Swift cannot import).
    private static var copied: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    private func check(_ code: Int32, _ operation: String) throws(SQLiteError) {
        guard code == SQLITE_OK else {
            throw SQLiteError(operation: operation, code: code, on: sqlite3_db_handle(handle))
        }
    }
}
