/// Why a ZIP archive cannot be read or made. Nothing of it may be used after a throw.
public enum ArchiveError: Error, Equatable, Sendable {
    /// The bytes are no ZIP archive, are cut off, or a file in it is damaged; `code` is minizip's.
    case damaged(file: String?, code: Int32)
    /// More files than an archive may hold.
    case tooManyFiles(limit: Int)
    /// A file, or all files together, unpack to more bytes than allowed.
    case tooLarge(limitByteCount: Int)
    /// A name that is empty or too long, is no plain ASCII file name (a folder, a way upwards), or stands
    /// there twice. Carries the number of the file, not the name: it may be made to harm a terminal.
    case nameRefused(number: Int)
    /// A file is encrypted or packed by a method other than *stored* and *deflated*.
    case methodUnknown(file: String)
}

extension ArchiveError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .damaged(nil, _): "it is no ZIP archive, or is cut off"
        case .damaged(let file?, let code): "\(file) in it is damaged (code \(code))"
        case .tooManyFiles(let limit): "it holds more than \(limit) files"
        case .tooLarge(let limit): "it unpacks to more than \(limit >> 20) MiB"
        case .nameRefused(let number): "the name of file \(number) in it is not allowed there"
        case .methodUnknown(let file): "\(file) in it is encrypted, or packed in a way that is not read here"
        }
    }
}

/// How much an archive may hold. One over a bound is refused whole.
public struct ArchiveBounds: Sendable, Hashable {
    public var fileCount: Int
    /// Of one file, unpacked.
    public var fileByteCount: Int
    /// Of all files, unpacked.
    public var totalByteCount: Int

    public init(fileCount: Int = 64, fileByteCount: Int = 512 << 20, totalByteCount: Int = 640 << 20) {
        self.fileCount = fileCount
        self.fileByteCount = fileByteCount
        self.totalByteCount = totalByteCount
    }
}
