public import SiteModel
import Synchronization

/// What waits for one consumer: inputs of a port, one alarm, nudges.
///
/// Bound: 64 KiB or 1,024 inputs, whichever comes first, and one read more. When it is full the poll thread
/// no longer reads the descriptor, so the kernel's buffer and then the sender wait: nothing is lost.
public final class Inbox: Sendable {
    static let byteLimit = 65_536
    static let inputLimit = 1_024

    private struct State {
        var inputs: [PortInput] = []
        var byteCount = 0
        var isNudged = false
        var isFull = false
        var alarm: Uptime?
        var waiter: CheckedContinuation<Void, Never>?

        var hasSomething: Bool { isNudged || !inputs.isEmpty }
    }

    private let state: Mutex<State>
    private let signal: PollSignal

    init(signal: PollSignal, pending: [PortInput] = []) {
        var state = State()
        state.inputs = pending
        state.byteCount = pending.reduce(0) { $0 + $1.byteCount }
        self.state = Mutex(state)
        self.signal = signal
    }

    /// Everything there is, waiting for the first. One consumer only.
    public func take() async -> [PortInput] {
        while true {
            if let inputs = takeIfAny() { return inputs }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.hasSomething { return true }
                    precondition(state.waiter == nil, "an inbox has one consumer")
                    state.waiter = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    /// Nil when there is neither input nor nudge.
    func takeIfAny() -> [PortInput]? {
        let (inputs, wasFull) = state.withLock { state -> ([PortInput]?, Bool) in
            guard state.hasSomething else { return (nil, false) }
            let inputs = state.inputs
            state.inputs = []
            state.byteCount = 0
            state.isNudged = false
            let wasFull = state.isFull
            state.isFull = false
            return (inputs, wasFull)
        }
        if wasFull { signal.ring() }
        return inputs
    }

    public func nudge() {
        let waiter = state.withLock { state in
            state.isNudged = true
            return state.waiter.take()
        }
        waiter?.resume()
    }

    public func wake(at uptime: Uptime?) {
        state.withLock { $0.alarm = uptime }
        if let uptime { signal.ring(ifSleepingPast: uptime) }
    }

    // The rest is called by the poll thread.

    func deposit(_ input: PortInput) { deposit([input]) }

    func deposit(_ inputs: [PortInput]) {
        let waiter = state.withLock { state in
            state.inputs += inputs
            state.byteCount += inputs.reduce(0) { $0 + $1.byteCount }
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// False when full; then the consumer's next `take` rings the thread.
    func hasRoom() -> Bool {
        state.withLock { state in
            state.isFull = state.byteCount >= Self.byteLimit || state.inputs.count >= Self.inputLimit
            return !state.isFull
        }
    }

    var alarm: Uptime? { state.withLock(\.alarm) }

    /// Delivers the alarm if it is due.
    func ringIfDue(at now: Uptime) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let alarm = state.alarm, alarm <= now else { return nil }
            state.alarm = nil
            state.inputs.append(.alarm(at: now))
            return state.waiter.take()
        }
        waiter?.resume()
    }
}
