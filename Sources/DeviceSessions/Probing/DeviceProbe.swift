public import DeviceDrivers
import DeviceIO
import SiteModel

/// Finds out what hangs on a serial port that nobody knows: asks what is safe to ask and listens for frames
/// we know, at one speed after another.
public struct DeviceProbe: Sendable {
    /// What was found at one port, the surest first.
    public struct Report: Sendable, Hashable {
        public let port: String
        public let findings: [ProbeFinding]
        /// Bytes that came, by speed; of those that nothing was found in, too.
        public let byteCounts: [Int: Int]
    }

    private let path: String
    private let listening: Duration

    /// - Parameter listening: at each speed. A reader that is never asked speaks only when a card is shown.
    public init(path: String, listening: Duration) {
        self.path = path
        self.listening = listening
    }

    private static let speeds = ProbeQuestion.all.reduce(into: [Int]()) { speeds, question in
        if !speeds.contains(question.baud) { speeds.append(question.baud) }
    }

    /// Stops at the first speed that leaves no doubt.
    ///
    /// - Parameter progress: steps done and all of them.
    /// - Throws: `CaptureRecordingError` when the port cannot be opened, `isInUse` while the service has it.
    ///   The port is closed then, and nothing was sent.
    public func run(
        progress: @Sendable (_ done: Int, _ total: Int) -> Void
    ) async throws(CaptureRecordingError) -> Report {
        let thread = PollThread()
        defer { thread.stop() }
        let total = ProbeQuestion.all.count + Self.speeds.count
        var done = 0
        var findings: [ProbeFinding] = []
        var byteCounts: [Int: Int] = [:]
        for baud in Self.speeds {
            let link = DriverDescriptor.Link.serial(SerialSettings(baud: baud))
            var line = ProbedLine(port: try await openAlone(path, link, on: thread), baud: baud)
            await line.quieten()
            for question in ProbeQuestion.all where question.baud == baud {
                if let finding = await line.ask(question) { findings.append(finding) }
                done += 1
                progress(done, total)
                if line.isOver || !findings.isEmpty { break }
            }
            if findings.isEmpty {
                await line.listen(for: listening)
                // Of one that answered, what was heard is its answers.
                findings += line.known.findings
            }
            done += 1
            progress(done, total)
            byteCounts[baud] = line.known.byteCount
            await line.port.close(flushing: .milliseconds(100))
            if line.isOver || findings.contains(where: { $0.certainty == .certain }) { break }
        }
        progress(total, total)
        return Report(
            port: path, findings: findings.sorted { $0.certainty.rank > $1.certainty.rank },
            byteCounts: byteCounts)
    }
}

/// One port at one speed.
private struct ProbedLine {
    let port: any BytePort
    var known: KnownFrames
    var isOver = false

    init(port: any BytePort, baud: Int) {
        self.port = port
        known = KnownFrames(settings: SerialSettings(baud: baud))
    }

    /// What lay in the line came at another speed.
    mutating func quieten() async {
        _ = await bytes(until: SystemSiteClock.uptime() + .milliseconds(20))
    }

    /// Asks, and asks on where the answer leads further.
    mutating func ask(_ question: ProbeQuestion) async -> ProbeFinding? {
        do throws(PortError) {
            try port.write(question.bytes)
        } catch {
            isOver = true
            return nil
        }
        known.note(asked: question)
        let deadline = SystemSiteClock.uptime() + question.patience
        var answer: [UInt8] = []
        while !isOver, SystemSiteClock.uptime() < deadline {
            guard let (bytes, uptime) = await bytes(until: deadline) else { continue }
            answer += bytes
            known.take(bytes, at: uptime)
            guard let finding = question.finding(in: answer) else { continue }
            if let next = question.followUp, let further = await ask(next) { return further }
            return finding
        }
        return nil
    }

    mutating func listen(for duration: Duration) async {
        let deadline = SystemSiteClock.uptime() + duration
        while !isOver, SystemSiteClock.uptime() < deadline {
            guard let (bytes, uptime) = await bytes(until: deadline) else { continue }
            known.take(bytes, at: uptime)
        }
    }

    /// What came next; nil when nothing did, or what had waited since before the port was opened.
    private mutating func bytes(until deadline: Uptime) async -> (bytes: [UInt8], at: Uptime)? {
        port.wake(at: deadline)
        var bytes: [UInt8] = []
        var last = SystemSiteClock.uptime()
        for input in await port.nextInputs() {
            switch input {
            case .bytes(let new, let uptime, let isPending) where !isPending:
                bytes += new
                last = uptime
            case .closed: isOver = true
            default: break
            }
        }
        return bytes.isEmpty ? nil : (bytes, last)
    }
}
