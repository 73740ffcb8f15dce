import Foundation
import Glibc
import SiteModel
import Testing

/// The real binary as a child process, its output in files, so that nothing blocks it.
final class MusterProcess {
    /// How a process ended.
    enum Ending: Equatable {
        case exited(Int32)
        case killed(Int32)
    }

    /// Before this a process that shall end must have ended, a service that shall be ready be so.
    static let patience = Duration.seconds(60)

    let identifier: pid_t
    let started = SystemSiteClock.uptime()
    private let outputPath: String
    private let errorPath: String
    private var ending: Ending?

    /// Starts `muster` with these arguments; `folder` takes its output and is its home.
    init(_ arguments: [String], in folder: String, environment: [String] = []) throws {
        let binary = try Self.binary()
        let name = "\(folder)/muster-\(UUID().uuidString)"
        (outputPath, errorPath) = (name + ".out", name + ".err")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for (descriptor, path) in [(STDOUT_FILENO, outputPath), (STDERR_FILENO, errorPath)] {
            posix_spawn_file_actions_addopen(&actions, descriptor, path, O_WRONLY | O_CREAT, 0o600)
        }
        // Other tests of this process may ignore or block signals; the child must not inherit that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (all, none) = (sigset_t(), sigset_t())
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var child = pid_t()
        let code = Self.withStrings([binary] + arguments) { arguments in
            Self.withStrings(["HOME=\(folder)", "PATH=/usr/bin:/bin", "LANG=C.UTF-8"] + environment) {
                posix_spawn(&child, binary, &actions, &attributes, arguments, $0)
            }
        }
        try #require(code == 0, "\(binary) was not started: error \(code)")
        identifier = child
    }

    deinit {
        guard ending == nil else { return }
        Glibc.kill(identifier, SIGKILL)
        var status: Int32 = 0
        waitpid(identifier, &status, 0)
    }

    var output: String { Self.text(outputPath) }
    var errors: String { Self.text(errorPath) }

    /// Waits for the ready line and gives the page's host and port.
    @discardableResult
    func waitUntilReady() async throws -> (host: String, port: UInt16) {
        let deadline = started + Self.patience
        // Looked at before the clock: a test that had to wait for its turn has not been refused.
        repeat {
            if let line = errors.split(separator: "\n").first(where: { $0.hasPrefix("muster ready: ") }) {
                let match = try #require(try /page http:\/\/([0-9.]+):([0-9]+)\//.firstMatch(in: line))
                return (String(match.1), try #require(UInt16(match.2)))
            }
            try await waitAMillisecond()
        } while SystemSiteClock.uptime() < deadline && !hasEnded
        throw Failure("not ready: \(errors)")
    }

    func signal(_ number: Int32) {
        if ending == nil { Glibc.kill(identifier, number) }
    }

    /// Waits for the end.
    @discardableResult
    func wait(upTo patience: Duration = patience) async throws -> Ending {
        let deadline = SystemSiteClock.uptime() + patience
        while SystemSiteClock.uptime() < deadline {
            if hasEnded, let ending { return ending }
            try await waitAMillisecond()
        }
        throw Failure("still running after \(patience): \(errors)")
    }

    /// Kill -9, the power cut of processes.
    func killHard() async throws {
        signal(SIGKILL)
        try await wait()
    }

    private var hasEnded: Bool {
        if ending != nil { return true }
        var status: Int32 = 0
        guard waitpid(identifier, &status, WNOHANG) == identifier else { return false }
        ending = status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .killed(status & 0x7F)
        return true
    }

    /// Runs a command to its end.
    @discardableResult
    static func run(
        _ arguments: [String], in folder: String, expecting ending: Ending = .exited(0)
    ) async throws -> String {
        let process = try MusterProcess(arguments, in: folder)
        let actual = try await process.wait()
        try #require(actual == ending, "muster \(arguments.joined(separator: " ")): \(process.errors)")
        return process.output
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    /// SwiftPM puts products side by side: the binary stands where this test's own program does.
    private static func binary() throws -> String {
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let path = program.deletingLastPathComponent().appending(path: "muster").path
        try #require(access(path, X_OK) == 0, "\(path) is missing: build the package first")
        return path
    }

    private static func text(_ path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private static func withStrings<Value>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
    ) -> Value {
        let pointers = strings.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }
}

/// A millisecond between two looks at something that must happen.
func waitAMillisecond() async throws {
    try await Task.sleep(for: .milliseconds(1))
}

/// Looks until `condition` holds or the patience is over.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    let deadline = SystemSiteClock.uptime() + MusterProcess.patience
    while SystemSiteClock.uptime() < deadline {
        if try await condition() { return true }
        try await waitAMillisecond()
    }
    return false
}
