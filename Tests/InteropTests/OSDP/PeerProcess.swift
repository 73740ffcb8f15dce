import ChildProcesses
import Foundation
import Glibc
import SiteModel
import Synchronization
import Testing

/// The other side of a line that somebody else wrote, in a process of its own: readers made by libosdp
/// (`readers.py`), a board made by pymodbus (`board.py`).
final class PeerProcess: Sendable {
    /// The Python that has libosdp: `MUSTER_INTEROP_PYTHON`, which .ci/run sets, or the machine's own.
    ///
    /// Nil where none has it; then the tests are skipped.
    static let python = python(importing: "osdp_sys, osdp", of: "libosdp==3.2.9")
    static let modbusPython = python(importing: "pymodbus, serial", of: "pymodbus==3.16.1 pyserial==3.5")

    private static func python(importing modules: String, of packages: String) -> String? {
        let named = ProcessInfo.processInfo.environment["MUSTER_INTEROP_PYTHON"]
        for path in [named, "/usr/bin/python3", "/usr/local/bin/python3"].compactMap({ $0 })
        where FileManager.default.isExecutableFile(atPath: path) && imports(modules, path) {
            return path
        }
        print("skipped: no Python with \(packages); pip install it into a venv, and name its python")
        return nil
    }

    static var isThere: Bool { python != nil }

    private struct State {
        var text = ""
        var facts: [String] = []
    }

    private let process: ChildProcess
    private let input: FileHandle
    private let state = Mutex(State())
    private let hasEnded = Mutex(false)

    /// - Parameters:
    ///   - link: where the panel finds its port.
    ///   - baud: 0 for a line that takes no time.
    ///   - readers: `ADDRESS=plain`, `ADDRESS=install` or `ADDRESS=KEY`.
    convenience init(link: String, baud: Int = 0, _ readers: [String]) throws {
        try self.init("readers.py", [link, "\(baud)"] + readers)
    }

    convenience init(_ script: String, _ arguments: [String]) throws {
        try self.init(try #require(Self.python), script, arguments)
    }

    /// - Parameter script: seen from this file's folder.
    init(_ python: String, _ script: String, _ arguments: [String]) throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent(script)
        process = try ChildProcess(
            python, [script.standardizedFileURL.path] + arguments, isPiped: true)
        input = try #require(process.input)
        process.output?.readabilityHandler = { [weak self] handle in
            let bytes = handle.availableData
            if bytes.isEmpty { handle.readabilityHandler = nil }
            self?.take(String(decoding: bytes, as: UTF8.self))
        }
    }

    deinit {
        process.output?.readabilityHandler = nil
        input.closeFile()
        guard !hasEnded.withLock(\.self) else { return }
        kill(process.identifier, SIGKILL)
        process.wait()
    }

    /// A line of its input.
    func say(_ line: String) { input.write(Data((line + "\n").utf8)) }

    /// Lines of its output that hold this text.
    func count(of text: String) -> Int { state.withLock { $0.facts.count { $0.contains(text) } } }

    /// Values of `key` in the lines that hold this text, as numbers; with the hexadecimal `card` of the line.
    func numbers(_ key: String, where text: String) -> [(card: UInt64, value: Double)] {
        state.withLock { $0.facts }.filter { $0.contains(text) }.compactMap { line in
            // try?: a line that is no JSON has no number.
            let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            guard let value = object?[key] as? NSNumber else { return nil }
            return (UInt64(object?["card"] as? String ?? "", radix: 16) ?? 0, value.doubleValue)
        }
    }

    func waitUntilReady() async throws {
        let isReady = await eventually { self.count(of: "\"ready\"") > 0 }
        try #require(isReady, "the Python side did not start")
    }

    /// Ends the process as a power cut would.
    func stop() {
        input.closeFile()
        process.wait()
        hasEnded.withLock { $0 = true }
    }

    private func take(_ text: String) {
        state.withLock { state in
            state.text += text
            var lines = state.text.components(separatedBy: "\n")
            state.text = lines.removeLast()
            state.facts += lines
        }
    }

    private static func imports(_ modules: String, _ python: String) -> Bool {
        // try?: no such program is an answer
        (try? ChildProcess(python, ["-c", "import \(modules)"]))?.wait() == 0
    }
}

/// Looks every few milliseconds until `condition` holds or `seconds` are over.
func eventually(within seconds: Double = 30, _ condition: @Sendable () -> Bool) async -> Bool {
    let deadline = SystemSiteClock.uptime() + .seconds(seconds)
    while !condition() {
        if SystemSiteClock.uptime() > deadline { return false }
        try? await Task.sleep(for: .milliseconds(5))  // try?: a cancelled wait is a short one
    }
    return true
}
