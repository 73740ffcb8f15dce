import GatewayService
import Glibc

/// Files that a command is given.
enum InputFile {
    /// - Throws: `CommandFailure` with exit code 66 (no input) when it cannot be read.
    static func bytes(of path: String, upTo limit: Int) throws(CommandFailure) -> [UInt8] {
        do throws(FileReadError) {
            return try FileBytes.read(path == "-" ? "/dev/stdin" : path, upTo: limit)
        } catch {
            throw CommandFailure("\(error)", code: 66)
        }
    }
}
