import Glibc

/// The folders in which other nodes' ledgers lie.
enum CarriedFolder {
    static func make(_ path: String) throws(DeliveryError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw .storage(path: path, words: String(cString: strerror(errno)))
        }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// In order; empty when there is no such folder.
    static func names(in folder: String) -> [String] {
        guard let opened = opendir(folder) else { return [] }
        defer { closedir(opened) }
        var names: [String] = []
        while let entry = readdir(opened) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// A folder that holds plain files only.
    static func remove(_ path: String) {
        for name in names(in: path) { unlink("\(path)/\(name)") }
        rmdir(path)
    }
}
