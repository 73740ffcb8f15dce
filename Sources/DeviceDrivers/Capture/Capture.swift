/// A recorded conversation with one device, and what its driver made of it: one text file.
///
///     # reader: RDM6300 compatible module, marked "RF125-PS"
///     # link: uart 9600 8N1
///     # driver: rdm6300
///     # made: 2026-03-04, bench, test card T01 (printed number 0015219292)
///     # shows: T01 presented twice; the plug is pulled during the second
///     @0     < 02 30 41 30 30 45 38 33 41 35 43 38 34 03
///     @1840  < 02 30 41 30 30
///     ----------
///     @0     credential cardNumber 0015219292
///     @1840  pending 5
///
/// - `@` milliseconds since the port was opened, never decreasing; `<` from the device, `>` to it, bytes in
///   hexadecimal. Lines of one time and direction are one piece. Of a keyboard the bytes are records of 8
///   bytes (`DriverInput.report`).
/// - `!` what the site does: `open entering`, `open leaving`, `release`, `control` (release is over), `show
///   granted`, `closing`, `opened` (the port again), `wait` (nothing, up to this time).
/// - `# options: channel=2 pulse=1s` where the driver gets any.
/// - After the line of ten dashes the expected transcript; `pending 5` at its end are bytes of a frame that
///   the end cuts. A file without that line has none yet.
///
/// Captures carry test cards and invented persons only: transcripts print credentials in full.
public struct Capture: Sendable, Hashable {
    public enum Event: Sendable, Hashable {
        case fromDevice([UInt8])
        case toDevice([UInt8])
        case site(SiteEvent)
    }

    /// What happens on our side of the line.
    public enum SiteEvent: String, Sendable, Hashable, CaseIterable {
        case openEntering = "open entering"
        case openLeaving = "open leaving"
        case release
        case control
        case showGranted = "show granted"
        case closing
        case opened
        case wait
    }

    public struct TimedEvent: Sendable, Hashable {
        public var milliseconds: Int64
        public var event: Event

        public init(milliseconds: Int64, event: Event) {
            self.milliseconds = milliseconds
            self.event = event
        }
    }

    /// Maker, model and marking of the device.
    public var reader: String
    /// `uart 9600 8N1`, `evdev`.
    public var link: String
    public var driver: String
    public var options: [String: String]
    /// Date, place and the true value of the card, or `synthetic` and the document the bytes come from.
    public var made: String
    /// What the capture is there to show.
    public var shows: String
    public var events: [TimedEvent]
    /// The expected transcript, a line each; nil when the file has none yet.
    public var transcript: [String]?

    public init(
        reader: String, link: String, driver: String, options: [String: String] = [:], made: String,
        shows: String, events: [TimedEvent] = [], transcript: [String]? = nil
    ) {
        self.reader = reader
        self.link = link
        self.driver = driver
        self.options = options
        self.made = made
        self.shows = shows
        self.events = events
        self.transcript = transcript
    }
}

/// Why a text is no capture. Carries the 1-based line.
public enum CaptureError: Error, Equatable, Sendable {
    /// A header line is not `# key: value`, its key is unknown or given twice.
    case badHeader(line: Int)
    /// An event line is not `@time mark content`, or its bytes are not hexadecimal.
    case badEvent(line: Int)
    /// The time is before that of the line above.
    case timeRunsBackwards(line: Int)
    /// `reader`, `link`, `driver`, `made` and `shows` must be there.
    case headerMissing(key: String)
}
