import CZlib
import Glibc

/// A gzip file that is made, piece by piece: mode 0600, on disk when it is finished, and never in the place
/// of another file.
final class GzipWriter {
    private let path: String
    private let descriptor: Int32
    private var file: gzFile?

    init(path: String) throws(LedgerError) {
        self.path = path
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        descriptor = Glibc.open(path, flags, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST { throw .exists(path: path) }
            throw .system("make \(path)")
        }
        // The library closes the descriptor that it is given.
        let own = dup(descriptor)
        guard own >= 0 else { throw .system("make \(path)") }
        file = gzdopen(own, "wb6")
        guard file != nil else { throw .system("make \(path)") }
    }

    deinit {
        if let file { gzclose(file) }
        close(descriptor)
    }

    func write(_ bytes: [UInt8]) throws(LedgerError) {
        guard !bytes.isEmpty else { return }
        let count = bytes.withUnsafeBytes { gzwrite(file, $0.baseAddress, UInt32($0.count)) }
        guard count == bytes.count else { throw .system("write \(path)") }
    }

    func finish() throws(LedgerError) {
        guard let file else { return }
        self.file = nil
        guard gzclose(file) == Z_OK, fsync(descriptor) == 0 else { throw .system("write \(path)") }
        try LedgerFiles.syncFolder(of: path)
    }
}

/// A gzip file that is read from its beginning.
final class GzipReader {
    private let path: String
    private let file: gzFile

    init(path: String) throws(LedgerError) {
        self.path = path
        guard LedgerFiles.exists(path) else {
            throw .bundleRefused(path: path, words: "there is no such file")
        }
        guard let file = gzopen(path, "rb") else { throw .system("open \(path)") }
        self.file = file
    }

    deinit { gzclose(file) }

    /// Exactly so many bytes.
    ///
    /// - Throws: `LedgerError.bundleRefused` when fewer are left, or what is packed is damaged.
    func read(_ count: Int) throws(LedgerError) -> [UInt8] {
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: count)
        let got = bytes.withUnsafeMutableBytes { gzread(file, $0.baseAddress, UInt32($0.count)) }
        guard got == count else { throw .bundleRefused(path: path, words: "it is cut off or damaged") }
        return bytes
    }

    /// Whether nothing is left.
    func isAtEnd() throws(LedgerError) -> Bool {
        var byte: UInt8 = 0
        let got = gzread(file, &byte, 1)
        guard got >= 0 else { throw .bundleRefused(path: path, words: "it is cut off or damaged") }
        return got == 0
    }
}
