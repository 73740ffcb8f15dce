public import SiteModel
import Synchronization

/// Plays a capture instead of a device, in virtual time: each input is stamped with its own time after the
/// start, alarms ring between them, and nobody waits. Two seconds of silence end it.
public final class ReplayPort: BytePort {
    private static let silenceAtEnd = Duration.seconds(2)

    /// What the reader sent, and when after the start.
    public struct Step: Sendable {
        public let after: Duration
        public let bytes: [UInt8]
        /// The capture is of a HID device or a keyboard.
        public let isReport: Bool

        public init(after: Duration, bytes: [UInt8], isReport: Bool) {
            self.after = after
            self.bytes = bytes
            self.isReport = isReport
        }
    }

    private struct State {
        var steps: ArraySlice<Step>
        var alarm: Uptime?
        var isNudged = false
        var sent: [[UInt8]] = []
    }

    private let state: Mutex<State>
    private let start: Uptime
    private let end: Uptime

    /// Steps in order of time.
    public init(_ steps: [Step], start: Uptime) {
        state = Mutex(State(steps: steps[...]))
        self.start = start
        end = start + (steps.last?.after ?? .zero) + Self.silenceAtEnd
    }

    /// What was written to the port so far.
    public var sent: [[UInt8]] { state.withLock { $0.sent } }

    public func nextInputs() async -> [PortInput] {
        state.withLock { state in
            if state.isNudged {
                state.isNudged = false
                return []
            }
            let next = state.steps.first.map { start + $0.after } ?? end
            if let alarm = state.alarm, alarm < next {
                state.alarm = nil
                return [.alarm(at: alarm)]
            }
            guard let step = state.steps.popFirst() else { return [.closed(.replayEnded)] }
            return [
                step.isReport
                    ? .report(step.bytes, at: next)
                    : .bytes(step.bytes, at: next, isPendingFromBeforeOpen: false)
            ]
        }
    }

    public func nudge() {
        state.withLock { $0.isNudged = true }
    }

    public func wake(at uptime: Uptime?) {
        state.withLock { $0.alarm = uptime }
    }

    public func write(_ bytes: [UInt8]) throws(PortError) {
        state.withLock { $0.sent.append(bytes) }
    }

    public func writeFeature(_ report: [UInt8]) throws(PortError) {
        state.withLock { $0.sent.append(report) }
    }

    public func readFeature(id: UInt8, byteCount: Int) throws(PortError) {}

    public func setBaud(_ baud: Int) throws(PortError) {}

    public var hasUnsent: Bool { false }

    public func endReading() async -> [PortInput] {
        state.withLock { $0.steps = [] }
        return []
    }

    public func close(flushing: Duration) async {}
}
