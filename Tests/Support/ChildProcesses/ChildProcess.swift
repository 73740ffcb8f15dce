import CSpawn
public import Foundation
import Glibc

/// A command as a child of a test.
///
/// Not Foundation's `Process`: where a program has some 1,300 files open, as the whole run of the tests
/// has, it reads beyond the end of its list of them (swift-corelibs-foundation, `findMaximumOpenFD`) and may
/// end there.
public struct ChildProcess: Sendable {
    public struct NotStarted: Error {
        public let program: String
        /// `errno`.
        public let code: Int32
    }

    public let identifier: Int32
    /// To its standard input and from its standard output; nil where it has neither.
    public let input: FileHandle?
    public let output: FileHandle?

    /// - Parameters:
    ///   - program: a path.
    ///   - folder: where it runs; nil: where the test does.
    ///   - isPiped: false leaves it without input and output. Of errors nothing is kept either way.
    /// - Throws: `NotStarted`.
    public init(
        _ program: String, _ arguments: [String], in folder: String? = nil,
        environment: [String] = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"], isPiped: Bool = false
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        let pipes = isPiped ? (try Self.pipe(program), try Self.pipe(program)) : nil
        if let (toChild, fromChild) = pipes {
            posix_spawn_file_actions_adddup2(&actions, toChild.reading, STDIN_FILENO)
            posix_spawn_file_actions_adddup2(&actions, fromChild.writing, STDOUT_FILENO)
        }
        spawn_add_close_from(&actions, 3)
        if let folder { spawn_add_folder(&actions, folder) }
        var child = pid_t()
        let code = Self.withStrings([program] + arguments) { arguments in
            Self.withStrings(environment) { posix_spawn(&child, program, &actions, nil, arguments, $0) }
        }
        identifier = child
        if let (toChild, fromChild) = pipes {
            close(toChild.reading)
            close(fromChild.writing)
            input = FileHandle(fileDescriptor: toChild.writing, closeOnDealloc: true)
            output = FileHandle(fileDescriptor: fromChild.reading, closeOnDealloc: true)
        } else {
            (input, output) = (nil, nil)
        }
        guard code == 0 else { throw NotStarted(program: program, code: code) }
    }

    /// Blocks until it has ended; once.
    ///
    /// - Returns: its exit status; 128 and the number of the signal that ended it.
    @discardableResult
    public func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }

    private static func pipe(_ program: String) throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        guard spawn_pipe(&ends) == 0 else { throw NotStarted(program: program, code: errno) }
        return (ends[0], ends[1])
    }

    private static func withStrings<Value>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
    ) -> Value {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
