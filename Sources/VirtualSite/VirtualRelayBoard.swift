public import SiteModel
import Synchronization

/// An LCUS relay board: takes `A0 channel state sum` and remembers when which relay moved.
public final class VirtualRelayBoard: Sendable {
    /// One order, as it came.
    public struct Switching: Sendable, Hashable {
        /// From 1.
        public let channel: Int
        public let isOn: Bool
        public let at: Uptime
    }

    /// Only the last ones are kept; the counts go on.
    private static let switchingLimit = 16_384

    private struct State {
        var received: [UInt8] = []
        var switchings: [Switching] = []
        var onCounts: [Int: Int] = [:]
        var offCounts: [Int: Int] = [:]
        var badByteCount = 0

        mutating func note(_ switching: Switching) {
            if switching.isOn {
                onCounts[switching.channel, default: 0] += 1
            } else {
                offCounts[switching.channel, default: 0] += 1
            }
            switchings.append(switching)
            if switchings.count > switchingLimit { switchings.removeFirst(1_024) }
        }
    }

    public let port: VirtualPort
    private let state = Mutex(State())
    private let thread = Mutex<VirtualDeviceThread?>(nil)

    public init(path: String) throws(VirtualSiteError) {
        port = try VirtualPort(path: path)
        let thread = VirtualDeviceThread(name: "virtual-relay", port: port) { [weak self] in
            self?.receive($0)
        }
        self.thread.withLock { $0 = thread }
    }

    deinit {
        thread.withLock { $0?.stop() }
    }

    /// The last 16,384 orders, oldest first.
    public var switchings: [Switching] { state.withLock { $0.switchings } }

    /// Times the channel was switched on: each is one person let through.
    public func pulseCount(channel: Int = 1) -> Int { state.withLock { $0.onCounts[channel, default: 0] } }

    public func offCount(channel: Int = 1) -> Int { state.withLock { $0.offCounts[channel, default: 0] } }

    /// Bytes that were no order.
    public var badByteCount: Int { state.withLock { $0.badByteCount } }

    private func receive(_ bytes: [UInt8]) {
        let now = SystemSiteClock.uptime()
        state.withLock { state in
            state.received += bytes
            while state.received.count >= 4 {
                let frame = state.received[0..<4]
                guard frame[0] == 0xA0, frame[2] <= 1, frame[0] &+ frame[1] &+ frame[2] == frame[3] else {
                    state.received.removeFirst()
                    state.badByteCount += 1
                    continue
                }
                state.note(Switching(channel: Int(frame[1]), isOn: frame[2] == 1, at: now))
                state.received.removeFirst(4)
            }
        }
    }
}
