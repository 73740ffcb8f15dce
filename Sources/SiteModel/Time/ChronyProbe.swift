import Glibc
import Synchronization

/// Whether chronyd is what disciplines the kernel's clock. chronyd takes STA_UNSYNC away (`rtcsync`, on in
/// Debian's and Red Hat's configuration), so the kernel's flag alone cannot tell who vouches. Distributions
/// let one daemon replace the other, so a chronyd that lives is the one.
final class ChronyProbe: Sendable {
    /// `pidfile` of chrony.conf: as built for Debian and Red Hat, and the older default.
    private static let pidPaths = ["/run/chrony/chronyd.pid", "/run/chronyd.pid"]
    /// How long an answer holds: a look costs some system calls, and swipes need none of them.
    private static let age = Duration.seconds(10)

    private let paths: [String]
    private let answer = Mutex<(at: Uptime, isRunning: Bool)?>(nil)

    init(pidPaths: [String] = ChronyProbe.pidPaths) {
        paths = pidPaths
    }

    func isRunning(at uptime: Uptime) -> Bool {
        if let answer = answer.withLock({ $0 }), uptime - answer.at < Self.age { return answer.isRunning }
        let isRunning = paths.contains(where: Self.isChrony)
        answer.withLock { $0 = (uptime, isRunning) }
        return isRunning
    }

    /// A file that chronyd left behind when it was killed names no process, or another program.
    private static func isChrony(_ path: String) -> Bool {
        guard let number = SmallText.read(path).flatMap({ Int32($0) }), number > 0 else { return false }
        return SmallText.read("/proc/\(number)/comm") == "chronyd"
    }
}

/// A line of `/proc` or `/run`.
enum SmallText {
    /// The first line, 64 bytes at the most; nil when there is no such file.
    static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
