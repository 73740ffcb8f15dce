import CMinizip

/// Makes a ZIP archive in memory, file by file; the same files give the same bytes.
///
/// A file may be written in pieces, so that only its packed form is ever held:
///
///     var archive = try ZipWriter()
///     try archive.begin("entries.jsonl")
///     try archive.append(lines)
///     try archive.add("index.html", page)
///     let bytes = try archive.finish()
public final class ZipWriter {
    /// 1980-01-01 00:00, the earliest a ZIP archive can say: no time is told here.
    private static let dosDate: uLong = 0x21_0000
    /// Made by: Unix (3), ZIP version 2.0; else unpackers do not look at the mode.
    private static let madeBy: uLong = 3 << 8 | 20
    /// A plain file that its owner alone reads: mode 0600.
    private static let attributes: uLong = 0o100_600 << 16

    private let file = MemoryFile()
    private var functions: zlib_filefunc64_def
    private var archive: zipFile?
    private var isWithinFile = false
    private var fileCount = 0
    private var byteCount = 0
    private let bounds: ArchiveBounds

    public init(bounds: ArchiveBounds = ArchiveBounds()) throws(ArchiveError) {
        self.bounds = bounds
        functions = file.functions
        archive = zipOpen2_64("memory", APPEND_STATUS_CREATE, nil, &functions)
        guard archive != nil else { throw .damaged(file: nil, code: ZIP_INTERNALERROR) }
    }

    deinit {
        if let archive { zipClose(archive, nil) }
    }

    /// Ends the file before and begins one of this name.
    public func begin(_ name: String) throws(ArchiveError) {
        try endFile()
        guard fileCount < bounds.fileCount else { throw .tooManyFiles(limit: bounds.fileCount) }
        guard ArchiveName.isAllowed(name) else { throw .nameRefused(number: fileCount + 1) }
        var details = zip_fileinfo()
        details.dosDate = Self.dosDate
        details.external_fa = Self.attributes
        let code = zipOpenNewFileInZip4_64(
            archive, name, &details, nil, 0, nil, 0, nil, Z_DEFLATED, 6, 0, -MAX_WBITS, 8,
            Z_DEFAULT_STRATEGY, nil, 0, Self.madeBy, 0, 0)
        guard code == ZIP_OK else { throw .damaged(file: name, code: code) }
        isWithinFile = true
        fileCount += 1
    }

    /// Adds bytes to the file that was begun last.
    public func append(_ bytes: [UInt8]) throws(ArchiveError) {
        precondition(isWithinFile, "bytes belong to a file that was begun")
        byteCount += bytes.count
        guard byteCount <= bounds.totalByteCount else {
            throw .tooLarge(limitByteCount: bounds.totalByteCount)
        }
        let code = bytes.withUnsafeBytes { zipWriteInFileInZip(archive, $0.baseAddress, UInt32($0.count)) }
        guard code == ZIP_OK else { throw .damaged(file: nil, code: code) }
    }

    /// Adds a whole file.
    public func add(_ name: String, _ bytes: [UInt8]) throws(ArchiveError) {
        try begin(name)
        try append(bytes)
    }

    /// The archive's bytes; nothing can be added afterwards.
    public func finish() throws(ArchiveError) -> [UInt8] {
        try endFile()
        let code = zipClose(archive, nil)
        archive = nil
        guard code == ZIP_OK else { throw .damaged(file: nil, code: code) }
        return file.bytes
    }

    private func endFile() throws(ArchiveError) {
        guard isWithinFile else { return }
        isWithinFile = false
        let code = zipCloseFileInZip(archive)
        guard code == ZIP_OK else { throw .damaged(file: nil, code: code) }
    }
}

/// What a file in an archive may be called: one plain name, so that unpacking stays in its folder.
enum ArchiveName {
    static func isAllowed(_ name: String) -> Bool {
        (1...100).contains(name.utf8.count) && !name.utf8.starts(with: ".".utf8)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
