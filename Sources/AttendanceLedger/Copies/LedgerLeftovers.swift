import Glibc

/// What commands that were broken off left in the state folder: it holds keys.
///
/// For whoever holds the ledger's lock: no restore is at work then.
public struct LedgerLeftovers: Sendable {
    /// Begins the name of the folder where a command and the service hand files to each other; the number of
    /// the command's process ends it.
    public static let spoolPrefix = "spool-"

    let directory: String

    /// Removes half-made restores, and the spool folders of processes that are gone.
    ///
    /// - Returns: what stays: the spools of commands at work, and what could not be removed.
    @discardableResult
    public func remove() -> [String] {
        var left: [String] = []
        for name in LedgerFiles.names(in: directory).sorted() {
            let path = directory + "/" + name
            if name.hasPrefix(LedgerSchema.fileName + ".restoring") {
                if unlink(path) != 0 { left.append(path) }
            } else if name.hasPrefix(Self.spoolPrefix) {
                guard let process = pid_t(name.dropFirst(Self.spoolPrefix.count)) else { continue }
                if !Self.isGone(process) || !Self.removeFolder(path) { left.append(path) }
            }
        }
        return left
    }

    private static func isGone(_ process: pid_t) -> Bool { kill(process, 0) != 0 && errno == ESRCH }

    private static func removeFolder(_ path: String) -> Bool {
        for name in LedgerFiles.names(in: path) where name != "." && name != ".." {
            unlink(path + "/" + name)
        }
        return rmdir(path) == 0
    }
}

extension LedgerReader {
    /// What lies beside this ledger; nil for a copy.
    public var leftovers: LedgerLeftovers? { directory.map(LedgerLeftovers.init) }
}
