import CMinizip

/// Reads a ZIP archive whole, in the order of its directory, within bounds: what a header claims is compared
/// with them before it is used, and what unpacking really gives is counted.
public struct ZipReader: Sendable {
    /// Files by name, in the order of the archive.
    public let files: [(name: String, bytes: [UInt8])]

    public init(_ bytes: [UInt8], bounds: ArchiveBounds = ArchiveBounds()) throws(ArchiveError) {
        let file = MemoryFile(bytes)
        var functions = file.functions
        let archive = unzOpen2_64("memory", &functions)
        defer {
            if let archive { unzClose(archive) }
            // The functions point at the file without holding it.
            withExtendedLifetime(file) {}
        }
        guard let archive else { throw .damaged(file: nil, code: UNZ_BADZIPFILE) }
        files = try Self.files(of: archive, bounds)
    }

    public subscript(name: String) -> [UInt8]? {
        files.first { $0.name == name }?.bytes
    }

    private static func files(
        of archive: unzFile, _ bounds: ArchiveBounds
    ) throws(ArchiveError) -> [(name: String, bytes: [UInt8])] {
        var files: [(name: String, bytes: [UInt8])] = []
        var totalByteCount = 0
        var code = unzGoToFirstFile(archive)
        while code == UNZ_OK {
            guard files.count < bounds.fileCount else { throw .tooManyFiles(limit: bounds.fileCount) }
            let (name, byteCount) = try entry(of: archive, number: files.count + 1)
            guard !files.contains(where: { $0.name == name }) else {
                throw .nameRefused(number: files.count + 1)
            }
            let room = min(bounds.fileByteCount, bounds.totalByteCount - totalByteCount)
            guard let bytes = try content(of: archive, name: name, upTo: room) else {
                throw .tooLarge(limitByteCount: bounds.totalByteCount)
            }
            // The checksum is only looked at when as much was unpacked as the directory says.
            guard UInt64(bytes.count) == byteCount else { throw .damaged(file: name, code: UNZ_BADZIPFILE) }
            totalByteCount += bytes.count
            files.append((name, bytes))
            code = unzGoToNextFile(archive)
        }
        // An empty archive, too, answers the first question with an error; it is of no use to anybody.
        guard code == UNZ_END_OF_LIST_OF_FILE, !files.isEmpty else { throw .damaged(file: nil, code: code) }
        return files
    }

    /// The name and the unpacked size that the directory has for the file.
    private static func entry(
        of archive: unzFile, number: Int
    ) throws(ArchiveError) -> (name: String, byteCount: UInt64) {
        var details = unz_file_info64()
        var name = [CChar](repeating: 0, count: 256)
        let code = unzGetCurrentFileInfo64(archive, &details, &name, UInt(name.count - 1), nil, 0, nil, 0)
        guard code == UNZ_OK else { throw .damaged(file: nil, code: code) }
        // A zero byte inside a name would end it here and not elsewhere: the header knows its length.
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard text.utf8.count == Int(details.size_filename), ArchiveName.isAllowed(text) else {
            throw .nameRefused(number: number)
        }
        // Bit 0: encrypted.
        guard details.flag & 1 == 0, details.compression_method == 0 || details.compression_method == 8 else {
            throw .methodUnknown(file: text)
        }
        return (text, UInt64(details.uncompressed_size))
    }

    /// - Returns: nil when it unpacks to more than `limit`.
    private static func content(
        of archive: unzFile, name: String, upTo limit: Int
    ) throws(ArchiveError) -> [UInt8]? {
        var code = unzOpenCurrentFile(archive)
        guard code == UNZ_OK else { throw .damaged(file: name, code: code) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= limit {
            code = unzReadCurrentFile(archive, &chunk, UInt32(chunk.count))
            guard code > 0 else { break }
            bytes += chunk[..<Int(code)]
        }
        // Tells when the checksum differs.
        let closing = unzCloseCurrentFile(archive)
        guard code >= 0 else { throw .damaged(file: name, code: code) }
        guard bytes.count <= limit else { return nil }
        guard closing == UNZ_OK else { throw .damaged(file: name, code: closing) }
        return bytes
    }
}
