import AttendanceLedger
import Glibc

/// The folders in which other nodes' ledgers lie.
enum CarriedFolder {
    static func make(_ path: String) throws(DeliveryError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw .storage(path: path, words: String(cString: strerror(errno)))
        }
    }

    /// In order; empty when there is no such folder.
    static func names(in folder: String) -> [String] {
        LedgerFiles.names(in: folder).filter { !$0.hasPrefix(".") }.sorted()
    }

    /// A folder that holds plain files only.
    static func remove(_ path: String) {
        for name in names(in: path) { unlink("\(path)/\(name)") }
        rmdir(path)
    }
}
