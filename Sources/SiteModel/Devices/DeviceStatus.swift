/// How a serial line is set. Ignored by devices that are no serial line.
public struct SerialSettings: Sendable, Hashable {
    /// Bits a second: 1200 to 921600, any value the kernel takes.
    public var baud: Int
    /// 7 or 8.
    public var dataBits: Int
    public var parity: Parity
    /// 1 or 2.
    public var stopBits: Int

    public enum Parity: String, Sendable, Hashable, CaseIterable {
        case none
        case even
        case odd
    }

    public init(baud: Int, dataBits: Int = 8, parity: Parity = .none, stopBits: Int = 1) {
        self.baud = baud
        self.dataBits = dataBits
        self.parity = parity
        self.stopBits = stopBits
    }
}

/// Why bytes from a reader were passed over. Raw values are printed, counted and exported: never renamed,
/// never reused.
public enum DiscardReason: String, Sendable, Hashable, CaseIterable {
    /// Bytes before a start mark.
    case noise
    /// The frame's check does not fit.
    case integrityCheckFailed = "integrity"
    /// A length, mark or character that the protocol does not allow.
    case malformed
    /// More bytes than the longest frame, without an end.
    case tooLong = "too_long"
    /// The rest of a frame did not come in time.
    case incomplete
    /// The kernel or the device says that input was lost before us.
    case inputLost = "input_lost"
    /// A whole frame whose content is no credential (a wrong check digit inside a good frame, an unreadable
    /// card).
    case unreadable
    /// A whole frame that answers nothing we asked.
    case unexpected
    /// Keys typed at human speed where only a scanner is allowed.
    case typedByHand = "typed_by_hand"
}

/// Where a reader or barrier stands now.
public enum DeviceState: String, Sendable, Hashable {
    /// Configured, not found.
    case absent
    /// Open and, where the protocol answers, answering.
    case online
    /// Open, but a polled device does not answer.
    case silent
    /// There, but cannot be opened or driven; `detail` says why.
    case failed
}

/// One reader or barrier as the pages, `device list` and health show it. No personal data.
public struct DeviceStatus: Sendable, Hashable {
    public let lane: String
    /// The reader's name; for a barrier the word `barrier`.
    public let name: String
    public let isBarrier: Bool
    public let direction: Direction
    public let driver: String
    /// The port as found: `/dev/serial/by-path/…`; what was asked for while absent.
    public var port: String
    public var state: DeviceState
    public var detail: String
    public var lastReadAt: UTCInstant?
    /// It has answered a question since its port was opened, so that its silence would be noticed.
    public var answers: Bool
    /// Credentials delivered.
    public var reads: Int
    /// Bytes passed over, by reason.
    public var discards: [DiscardReason: Int]
    /// How often it came back after a gap.
    public var reconnects: Int
    /// Barrier only: pulses sent, and openings that could not be sent.
    public var pulses: Int
    public var failedPulses: Int

    public init(
        lane: String, name: String, isBarrier: Bool, direction: Direction, driver: String, port: String,
        state: DeviceState = .absent, detail: String = ""
    ) {
        self.lane = lane
        self.name = name
        self.isBarrier = isBarrier
        self.direction = direction
        self.driver = driver
        self.port = port
        self.state = state
        self.detail = detail
        lastReadAt = nil
        answers = false
        reads = 0
        discards = [:]
        reconnects = 0
        pulses = 0
        failedPulses = 0
    }
}
