import AttendanceLedger
import Glibc

/// The folder of one site: `ledger.db`, `muster.sock`, `profiles/`. Mode 0700: it holds personal data.
public struct StateDirectory: Sendable, Equatable {
    public let path: String

    public init(path: String) {
        self.path = path
    }

    public var socketPath: String { path + "/muster.sock" }
    public var profilesPath: String { path + "/profiles" }

    /// Makes the folder and its parents where they are missing.
    ///
    /// - Throws: `GatewayError.stateDirectory` with the system's words; nothing else was changed. Also for a
    ///   path so long that
    ///   the commands' socket finds no room (107 bytes, unix(7)).
    public func make() throws(GatewayError) {
        guard socketPath.utf8.count <= 107 else {
            throw .stateDirectory(path: path, reason: "too long by \(socketPath.utf8.count - 107) bytes")
        }
        var folder = ""
        for part in path.split(separator: "/") {
            folder += "/" + part
            guard mkdir(folder, 0o700) != 0, errno != EEXIST else { continue }
            throw .stateDirectory(path: folder, reason: FileBytes.words(errno))
        }
    }

    /// The site's own profile files, `*.yaml`, in order of their names; empty without the folder.
    func profileFiles() -> [String] {
        LedgerFiles.names(in: profilesPath).filter { $0.hasSuffix(".yaml") }
            .map { profilesPath + "/" + $0 }.sorted()
    }
}
