public import SiteModel

/// One thing that happened at a port, in the order it happened.
public enum PortInput: Sendable, Hashable {
    /// Bytes of a serial line. `isPendingFromBeforeOpen`: they waited in the line when it was opened, nobody
    /// knows since when.
    case bytes([UInt8], at: Uptime, isPendingFromBeforeOpen: Bool)
    /// One HID report, or the key events of one read: n records of 8 bytes each (see `KeyboardDevice`).
    case report([UInt8], at: Uptime)
    /// The alarm set by `wake(at:)` rang.
    case alarm(at: Uptime)
    /// Nothing comes after this; what was read before it stands before it. Close the port.
    case closed(PortClosure)

    /// What it weighs against the bound of an inbox.
    var byteCount: Int {
        switch self {
        case .bytes(let bytes, _, _), .report(let bytes, _): bytes.count
        case .alarm, .closed: 0
        }
    }
}

/// Why a port gives nothing any more.
public enum PortClosure: Sendable, Hashable {
    /// The plug was pulled, or the far end of a pseudo terminal went away.
    case unplugged
    /// Reading, or sending a HID report, failed with this errno.
    case failed(code: Int32)
    /// A replayed capture is over.
    case replayEnded
}

/// A port that is open. One task takes its inputs; any may write.
public protocol BytePort: Sendable {
    /// Everything that has arrived since the last call, waiting for the first; empty after `nudge()` alone.
    ///
    /// Does not end on cancellation: whoever cancels also nudges.
    func nextInputs() async -> [PortInput]

    /// Makes the present or the next `nextInputs()` return.
    func nudge()

    /// Sets the one alarm of this port, in place of an earlier one; nil takes it back.
    func wake(at uptime: Uptime?)

    /// Sends, without waiting: what the line does not take at once is queued, in order, up to a bound.
    ///
    /// - Throws: `PortError`; then nothing of `bytes` is sent later.
    func write(_ bytes: [UInt8]) throws(PortError)

    /// Sends one HID feature report, its id first.
    func writeFeature(_ report: [UInt8]) throws(PortError)

    /// Asks for one HID feature report of at most `byteCount` bytes with its id. It comes as a `.report`,
    /// empty when the device does not give it.
    func readFeature(id: UInt8, byteCount: Int) throws(PortError)

    /// Sets the speed of a serial line, bits a second, for what is written from now on.
    func setBaud(_ baud: Int) throws(PortError)

    /// Bytes written earlier are still queued here, because the line took no more. What the kernel has taken
    /// is not counted: it cannot be had back.
    var hasUnsent: Bool { get }

    /// Stops reading and returns what had been read and not yet taken. Writing goes on.
    func endReading() async -> [PortInput]

    /// Lets the queue drain for at most `flushing`, then closes. When it returns the descriptor is gone.
    func close(flushing: Duration) async
}

/// Why a port did not open or write. Paths are no personal data.
public enum PortError: Error, Equatable, Sendable {
    /// There is no such device now. It is opened when it appears.
    case absent(path: String)
    /// Another program has it. Stop that program.
    case inUse(path: String)
    /// The service may not open it. Give its group the device (see the udev rules).
    case notPermitted(path: String)
    /// A key is held down: grabbing now would leave it stuck on the console. Release it.
    case keyHeldDown(path: String)
    /// `operation` failed with the errno `code`.
    case system(operation: String, path: String, code: Int32)
    /// The port is closed.
    case closed
    /// The device takes no more bytes and the queue has no room for this many. Nothing was queued.
    case writeQueueFull(byteCount: Int)
    /// This kind of port cannot do that.
    case notSupported(operation: String)

    /// One sentence for pages and logs.
    public var words: String {
        switch self {
        case .absent(let path): "\(path) is not there"
        case .inUse(let path): "\(path) is in use by another program"
        case .notPermitted(let path): "no permission to open \(path)"
        case .keyHeldDown(let path): "a key of \(path) is held down"
        case .system(let operation, let path, let code): "\(operation) of \(path) failed: \(text(of: code))"
        case .closed: "the port is closed"
        case .writeQueueFull(let byteCount): "the device takes no bytes; \(byteCount) more do not fit"
        case .notSupported(let operation): "this port cannot do \(operation)"
        }
    }
}
