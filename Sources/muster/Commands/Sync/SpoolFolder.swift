import AttendanceLedger
import GatewayService
import Glibc

/// A folder in the state folder where a command and the service hand files to each other: the service may
/// reach no stick, and its keys stay with it. Gone with the command.
struct SpoolFolder {
    private static let pieceByteCount = 1 << 20

    let folder: String

    init(in stateDirectory: String) throws(CommandFailure) {
        folder = "\(stateDirectory)/\(LedgerLeftovers.spoolPrefix)\(getpid())"
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw OutputFile.failure("make", folder) }
        try Self.give(folder, likeOwnerOf: stateDirectory)
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// Copies a file from anywhere into the folder, readable for the service.
    func bring(_ source: String, as name: String) throws(CommandFailure) {
        try Self.copy(source, to: path(name), label: "reading")
        try Self.give(path(name), likeOwnerOf: folder)
    }

    /// Hands files to the service one after the other and prints what it says. One that is refused holds up
    /// no other; one that is not there holds up all, before anything is done.
    ///
    /// - Throws: what the last refused one was refused for, under the name that it was given by.
    func handOver(
        _ files: [String], _ work: (CarryRequest) throws(GatewayError) -> String
    ) throws {
        for (number, file) in files.enumerated() { try bring(file, as: "\(number)") }
        var refusal: GatewayError?
        for (number, file) in files.enumerated() {
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
        for name in LedgerFiles.names(in: folder) { unlink(path(name)) }
        rmdir(folder)
    }

    private static func copy(
        _ source: String, to target: String, label: String
    ) throws(CommandFailure) {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw OutputFile.failure("read", source, exitCode: 66) }
        defer { close(input) }
        var status = stat()
        fstat(input, &status)
        let bar = ProgressBar(label)
        try OutputFile.make(target) { output throws(CommandFailure) in
            var piece = [UInt8](repeating: 0, count: pieceByteCount)
            var done = 0
            while true {
                let count = read(input, &piece, piece.count)
                guard count >= 0 else { throw OutputFile.failure("read", source, exitCode: 66) }
                guard count > 0 else { return bar.finish() }
                try OutputFile.write(piece[..<count], to: output, target)
                done += count
                bar.show(done: done, of: Int(status.st_size))
            }
        }
    }

    /// The service may run as somebody else than the command.
    private static func give(_ path: String, likeOwnerOf other: String) throws(CommandFailure) {
        var status = stat()
        guard stat(other, &status) == 0, status.st_uid != geteuid() else { return }
        guard chown(path, status.st_uid, status.st_gid) == 0 else {
            throw OutputFile.failure("hand over", path)
        }
    }
}
