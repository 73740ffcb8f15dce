import AttendanceLedger
import SiteModel
import Tables

/// The archive of a bundle while it is written: every file's SHA-256 is taken on the way, for `keys.json`.
final class BundleArchive {
    private(set) var digests: [String: [UInt8]] = [:]
    private let zip: ZipWriter
    private var current: (file: BundleFile, digest: EvidenceDigest)?

    init() throws(BundleError) {
        do throws(ArchiveError) { zip = try ZipWriter() } catch { throw .archive(error) }
    }

    func begin(_ file: BundleFile) throws(BundleError) {
        endFile()
        try reportingArchive { () throws(ArchiveError) in try zip.begin(file.rawValue) }
        current = (file, EvidenceDigest())
    }

    func append(_ bytes: [UInt8]) throws(BundleError) {
        current?.digest.take(bytes)
        try reportingArchive { () throws(ArchiveError) in try zip.append(bytes) }
    }

    func add(_ file: BundleFile, _ bytes: [UInt8]) throws(BundleError) {
        try begin(file)
        try append(bytes)
        endFile()
    }

    /// Adds the last file, which vouches for all others.
    func finish(_ keys: BundleKeys) throws(BundleError) -> [UInt8] {
        try add(.keys, keys.json)
        return try reportingArchive { () throws(ArchiveError) in try zip.finish() }
    }

    private func endFile() {
        if let current { digests[current.file.rawValue] = current.digest.bytes }
        current = nil
    }

    private func reportingArchive<Value>(
        _ body: () throws(ArchiveError) -> Value
    ) throws(BundleError) -> Value {
        do throws(ArchiveError) { return try body() } catch { throw .archive(error) }
    }
}
