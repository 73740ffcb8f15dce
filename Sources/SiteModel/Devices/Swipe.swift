/// Through the lane. Raw values are stored; the national standard writes 01 and 02.
public enum Direction: Int, Sendable, Hashable, CaseIterable {
    /// Nobody configured the reader: recorded so, and the sheet says so.
    case unknown = 0
    case entering = 1
    case leaving = 2

    public var name: String {
        switch self {
        case .unknown: "unknown"
        case .entering: "entering"
        case .leaving: "leaving"
        }
    }
}

/// Names one reader of one lane as configured, or by its physical port when detected. Stable across restarts.
public struct ReaderName: Sendable, Hashable, CustomStringConvertible {
    public let lane: String
    public let reader: String

    public init(lane: String, reader: String) {
        self.lane = lane
        self.reader = reader
    }

    public var description: String { "\(lane)/\(reader)" }
}

/// What a reader saw. Nobody has judged it yet.
public struct Swipe: Sendable, Hashable {
    public let credential: Credential
    public let reader: ReaderName
    public let direction: Direction
    /// When the bytes that completed the read left the kernel.
    public let arrivedAt: Uptime
    /// The bytes already waited in the line when the port was opened: nobody knows since when, so it opens
    /// nothing.
    public let isTimeUncertain: Bool

    public init(
        credential: Credential, reader: ReaderName, direction: Direction, arrivedAt: Uptime,
        isTimeUncertain: Bool
    ) {
        self.credential = credential
        self.reader = reader
        self.direction = direction
        self.arrivedAt = arrivedAt
        self.isTimeUncertain = isTimeUncertain
    }
}

/// What the lane shows and does after a swipe was judged and, where that is needed, is on disk.
public enum LaneSignal: Sendable, Hashable {
    /// On disk. Green, and the barrier opens.
    case granted
    /// On disk. Red; `opens` is true on a leaving lane, which never holds anybody back.
    case refused(DenialReason, opens: Bool)
    /// Not in the ledger: it could not write. Red and buzzer; `opens` is true on a leaving lane, whose record
    /// waits in the reserve.
    case notRecorded(opens: Bool)
    /// A repeat or a read of uncertain time: recorded, no lamp change, no pulse.
    case unchanged

    public var opensBarrier: Bool {
        switch self {
        case .granted: true
        case .refused(_, let opens), .notRecorded(let opens): opens
        case .unchanged: false
        }
    }
}
