import Glibc

/// Standard output and error of a command.
enum Terminal {
    static func print(_ text: String) {
        write(text + "\n", to: STDOUT_FILENO)
    }

    static func printError(_ text: String) {
        write(text + "\n", to: STDERR_FILENO)
    }

    static func write(_ text: String, to descriptor: Int32) {
        write(bytes: Array(text.utf8), to: descriptor)
    }

    /// Writes everything. Output that is cut off must not look whole: on an error the command ends here with
    /// 74, and says so. But what is only said beside (standard error) ends nothing: a gate works without it.
    static func write(bytes: [UInt8], to descriptor: Int32) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                offset += count
            } else if errno != EINTR && errno != EAGAIN {
                guard descriptor != STDERR_FILENO else { return }
                fail(code: errno)
            }
        }
    }

    private static func fail(code: Int32) -> Never {
        if code != EPIPE {
            let words = strerror(code).map { String(cString: $0) } ?? "error \(code)"
            printError("muster: the output is incomplete: \(words)")
        }
        exit(74)
    }

    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }
}
