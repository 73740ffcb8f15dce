import GatewayService
import Glibc

/// A folder in the state folder where a command and the service hand files to each other: the service may
/// reach no stick, and its keys stay with it. Gone with the command.
struct SpoolFolder {
    private static let pieceByteCount = 1 << 20

    let folder: String

    init(in stateDirectory: String) throws(CommandFailure) {
        folder = "\(stateDirectory)/spool-\(getpid())"
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw Self.failure("make", folder) }
        try Self.give(folder, likeOwnerOf: stateDirectory)
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// Copies a file from anywhere into the folder, readable for the service.
    func bring(_ source: String, as name: String) throws(CommandFailure) {
        try Self.copy(source, to: path(name), label: "reading")
        try Self.give(path(name), likeOwnerOf: folder)
    }

    /// Hands files to the service one after the other and prints what it says. One that is refused holds up
    /// no other.
    ///
    /// - Throws: what the last refused one was refused for, under the name that it was given by.
    func handOver(
        _ files: [String], _ work: (CarryRequest) throws(GatewayError) -> String
    ) throws {
        var refusal: GatewayError?
        for (number, file) in files.enumerated() {
            try bring(file, as: "\(number)")
            let request = CarryRequest(path: path("\(number)"), by: HostEnvironment.userName)
            do throws(GatewayError) {
                Terminal.print(try work(request))
            } catch {
                guard case .refused(let words) = error else { throw error }
                if let refusal { Terminal.printError("muster: \(refusal)") }
                refusal = .refused(words.replacing(path("\(number)"), with: file))
            }
        }
        if let refusal { throw refusal }
    }

    /// Copies a file out of the folder; nothing that exists is overwritten.
    func copy(_ name: String, to target: String) throws(CommandFailure) {
        try Self.copy(path(name), to: target, label: "writing")
    }

    func remove() {
        guard let opened = opendir(folder) else { return }
        while let entry = readdir(opened) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            unlink(path(name))
        }
        closedir(opened)
        rmdir(folder)
    }

    private static func copy(
        _ source: String, to target: String, label: String
    ) throws(CommandFailure) {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw failure("read", source, code: 66) }
        defer { close(input) }
        var status = stat()
        fstat(input, &status)
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failure("make", target) }
        defer { close(output) }
        do throws(CommandFailure) {
            try pump(input, source, output, target, Int(status.st_size), ProgressBar(label))
        } catch {
            unlink(target)
            throw error
        }
    }

    private static func pump(
        _ input: Int32, _ source: String, _ output: Int32, _ target: String, _ total: Int, _ bar: ProgressBar
    ) throws(CommandFailure) {
        var piece = [UInt8](repeating: 0, count: pieceByteCount)
        var done = 0
        while true {
            let count = read(input, &piece, piece.count)
            guard count >= 0 else { throw failure("read", source, code: 66) }
            guard count > 0 else { break }
            var offset = 0
            while offset < count {
                let written = piece[offset..<count].withUnsafeBytes {
                    write(output, $0.baseAddress, $0.count)
                }
                guard written > 0 else { throw failure("write", target) }
                offset += written
            }
            done += count
            bar.show(done: done, of: total)
        }
        bar.finish()
        guard fsync(output) == 0 else { throw failure("sync", target) }
    }

    /// The service may run as somebody else than the command.
    private static func give(_ path: String, likeOwnerOf other: String) throws(CommandFailure) {
        var status = stat()
        guard stat(other, &status) == 0, status.st_uid != geteuid() else { return }
        guard chown(path, status.st_uid, status.st_gid) == 0 else { throw failure("hand over", path) }
    }

    private static func failure(_ operation: String, _ path: String, code: Int32 = 73) -> CommandFailure {
        CommandFailure("cannot \(operation) \(path): \(String(cString: strerror(errno)))", code: code)
    }
}
