import Glibc

/// What the kernel says of this process.
enum ProcessMeter {
    /// Processor time of this thread. Not wall time: what else runs on the machine is not ours.
    static func cpuNanoseconds() -> Int {
        var time = timespec()
        let result = clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        precondition(result == 0, "the kernel tells no processor time")
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// `RssAnon` of `/proc/self/status`: what the process itself has made, without its program text.
    static func anonymousBytes() -> Int {
        let descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
        precondition(descriptor >= 0, "the kernel shows no /proc")
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 8_192)
        let count = read(descriptor, &buffer, buffer.count)
        let text = String(decoding: buffer[0..<max(0, count)], as: UTF8.self)
        for line in text.split(separator: "\n") where line.hasPrefix("RssAnon:") {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            return (Int(words[1]) ?? 0) * 1_024
        }
        return 0
    }
}
