import CSQLite

/// A failed sync leaves bytes in the system's cache that never reached the disk and that no later sync
/// writes: Linux marks them as clean. What SQLite reads is then not what a power cut leaves. Written once
/// more they are dirty again, and the next sync is worth what it says.
extension SQLiteConnection {
    /// Writes and syncs once more what the cache shows of the write-ahead log, and of those pages of the main
    /// file that the log holds. Changes no byte, so readers may read meanwhile; nobody may write.
    ///
    /// Costs the size of the log twice, and nothing when there is none.
    ///
    /// - Throws: `SQLiteError`; then the disk is still sick, and neither file may be believed.
    public func writeAgain() throws(SQLiteError) {
        guard let log = try file(SQLITE_FCNTL_JOURNAL_POINTER), let main = try file(SQLITE_FCNTL_FILE_POINTER)
        else { return }
        let pages = try pagesWrittenAgain(in: log)
        guard !pages.isEmpty else { return }
        try check(log.methods.xSync(log.pointer, SQLITE_SYNC_NORMAL))
        let size = try byteCount(of: main)
        let pageByteCount = Int64(try wholeNumber("PRAGMA page_size") ?? 0)
        var page = [UInt8](repeating: 0, count: Int(pageByteCount))
        for number in pages.sorted() where number > 0 && Int64(number) * pageByteCount <= size {
            try writeAgain(&page, at: Int64(number - 1) * pageByteCount, of: main)
        }
        try check(main.methods.xSync(main.pointer, SQLITE_SYNC_NORMAL))
    }

    private typealias File = (pointer: UnsafeMutablePointer<sqlite3_file>, methods: sqlite3_io_methods)

    /// Source: "WAL-mode File Format" of SQLite. The log: 32 bytes of header with two salts at 16; then
    /// frames of 24 bytes and a page, each with the page's number at 0 and the salts at 8. A frame with
    /// other salts is left over from an earlier use of the log.
    private func pagesWrittenAgain(in log: File) throws(SQLiteError) -> Set<UInt32> {
        let size = try byteCount(of: log)
        var header = [UInt8](repeating: 0, count: 32)
        guard size > 32 else { return [] }
        try writeAgain(&header, at: 0, of: log)
        let frameByteCount = 24 + (try wholeNumber("PRAGMA page_size") ?? 0)
        var frame = [UInt8](repeating: 0, count: Int(frameByteCount))
        var pages: Set<UInt32> = []
        var offset: Int64 = 32
        while offset + frameByteCount <= size {
            try writeAgain(&frame, at: offset, of: log)
            guard frame[8..<16] == header[16..<24] else { break }
            pages.insert(frame[..<4].reduce(0) { $0 << 8 | UInt32($1) })
            offset += frameByteCount
        }
        return pages
    }

    private func writeAgain(_ bytes: inout [UInt8], at offset: Int64, of file: File) throws(SQLiteError) {
        let code = bytes.withUnsafeMutableBytes { buffer in
            let code = file.methods.xRead(file.pointer, buffer.baseAddress, Int32(buffer.count), offset)
            guard code == SQLITE_OK else { return code }
            return file.methods.xWrite(file.pointer, buffer.baseAddress, Int32(buffer.count), offset)
        }
        try check(code)
    }

    private func byteCount(of file: File) throws(SQLiteError) -> Int64 {
        var size: sqlite3_int64 = 0
        try check(file.methods.xFileSize(file.pointer, &size))
        return size
    }

    /// - Returns: nil when SQLite has not opened the file.
    private func file(_ control: Int32) throws(SQLiteError) -> File? {
        var pointer: UnsafeMutablePointer<sqlite3_file>?
        try check(sqlite3_file_control(handle, nil, control, &pointer))
        guard let pointer, let methods = pointer.pointee.pMethods else { return nil }
        return (pointer, methods.pointee)
    }

    private func check(_ code: Int32) throws(SQLiteError) {
        guard code == SQLITE_OK else { throw SQLiteError(operation: "write again", code: code, on: handle) }
    }
}
