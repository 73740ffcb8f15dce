/// Body of `readerGap`: `[lane, reader, reason, since wall ms, since uptime ms, until uptime ms or null]`.
///
/// Written once when the gap begins (no end) and once when it is over.
public struct ReaderGap: EntryBody {
    public let reader: ReaderName
    public let reason: ReaderGapReason
    public let sinceWall: UTCInstant
    public let since: Uptime
    public let until: Uptime?

    public init(
        reader: ReaderName, reason: ReaderGapReason, sinceWall: UTCInstant, since: Uptime, until: Uptime?
    ) {
        self.reader = reader
        self.reason = reason
        self.sinceWall = sinceWall
        self.since = Uptime(milliseconds: since.milliseconds)
        self.until = until.map { Uptime(milliseconds: $0.milliseconds) }
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 6)
        encoder.append(reader.lane)
        encoder.append(reader.reader)
        encoder.append(reason.rawValue)
        encoder.append(sinceWall.milliseconds)
        encoder.append(since.milliseconds)
        encoder.append(until?.milliseconds)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 6 else { throw decoder.failure }
        reader = ReaderName(lane: try decoder.text(), reader: try decoder.text())
        guard let reason = ReaderGapReason(rawValue: Int(try decoder.integer())) else {
            throw decoder.failure
        }
        self.reason = reason
        sinceWall = UTCInstant(milliseconds: try decoder.integer())
        since = try decoder.uptime()
        until = decoder.null() ? nil : try decoder.uptime()
    }
}

/// Why a reader could not be read. Raw values are stored.
public enum ReaderGapReason: Int, Sendable, Hashable, CaseIterable {
    /// The plug was pulled, or the far end hung up.
    case unplugged = 1
    /// The port is there but the kernel refuses it (permission, in use, I/O error).
    case refused = 2
    /// The reader no longer answers its poll.
    case silent = 3
    /// Bytes come and none of them ever made a frame: the line's speed or another setting is wrong.
    case garbled = 4
    /// Nothing came for too long in the opening hours, from a reader that cannot be asked: it may be broken.
    case quiet = 5

    public var name: String {
        switch self {
        case .unplugged: "unplugged"
        case .refused: "refused"
        case .silent: "silent"
        case .garbled: "garbled"
        case .quiet: "quiet"
        }
    }
}

/// Body of `ledgerGap`: `[refused, let out, since wall ms, since uptime ms]`. Absence is evidence too.
///
/// Written when the ledger works again: how many swipes of the time before are in no entry.
public struct LedgerGap: EntryBody {
    /// People who were not let in because nothing could be written.
    public let refusedCount: Int
    /// People for whom a leaving lane opened without a record: not even the reserve had a place for it.
    public let letOutCount: Int
    public let sinceWall: UTCInstant
    public let since: Uptime

    public init(refusedCount: Int, letOutCount: Int, sinceWall: UTCInstant, since: Uptime) {
        self.refusedCount = refusedCount
        self.letOutCount = letOutCount
        self.sinceWall = sinceWall
        self.since = Uptime(milliseconds: since.milliseconds)
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 4)
        encoder.append(refusedCount)
        encoder.append(letOutCount)
        encoder.append(sinceWall.milliseconds)
        encoder.append(since.milliseconds)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 4 else { throw decoder.failure }
        refusedCount = Int(try decoder.integer())
        letOutCount = Int(try decoder.integer())
        sinceWall = UTCInstant(milliseconds: try decoder.integer())
        since = try decoder.uptime()
    }
}

/// Body of `clockStep`: `[wall before ms, wall after ms]`, both for the uptime of the entry.
public struct ClockStep: EntryBody {
    public let before: UTCInstant
    public let after: UTCInstant

    public init(before: UTCInstant, after: UTCInstant) {
        self.before = before
        self.after = after
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 2)
        encoder.append(before.milliseconds)
        encoder.append(after.milliseconds)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 2 else { throw decoder.failure }
        before = UTCInstant(milliseconds: try decoder.integer())
        after = UTCInstant(milliseconds: try decoder.integer())
    }
}

/// Body of `serviceStarted`, `serviceStopped` and `clockAnchor`: `[words]`, such as the program's version or
/// the reason of the stop.
public struct ServiceMark: EntryBody {
    public let words: String

    public init(words: String) {
        self.words = words
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 1)
        encoder.append(words)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 1 else { throw decoder.failure }
        words = try decoder.text()
    }
}

/// Body of `policyApplied`: `[repeat window ms, anti-passback, minimum age years, requirements]`; the last
/// one is missing in entries of earlier versions.
public struct PolicyApplied: EntryBody {
    public let repeatWindowMilliseconds: Int64
    public let antiPassback: AntiPassback
    public let minimumAgeYears: Int
    /// All off in policies of earlier versions.
    public let requirements: LaneRequirements

    public init(
        repeatWindowMilliseconds: Int64, antiPassback: AntiPassback, minimumAgeYears: Int,
        requirements: LaneRequirements = .off
    ) {
        self.repeatWindowMilliseconds = repeatWindowMilliseconds
        self.antiPassback = antiPassback
        self.minimumAgeYears = minimumAgeYears
        self.requirements = requirements
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 4)
        encoder.append(repeatWindowMilliseconds)
        encoder.append(antiPassback.rawValue)
        encoder.append(minimumAgeYears)
        encoder.append(requirements.bits)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        let count = try decoder.array()
        guard count >= 3 else { throw decoder.failure }
        repeatWindowMilliseconds = try decoder.integer()
        guard let mode = AntiPassback(rawValue: Int(try decoder.integer())) else { throw decoder.failure }
        antiPassback = mode
        minimumAgeYears = Int(try decoder.integer())
        let bits = count > 3 ? try decoder.integer() : 0
        guard let requirements = LaneRequirements(bits: bits) else { throw decoder.failure }
        self.requirements = requirements
    }
}

/// What happens when somebody enters twice without leaving. Raw values are stored.
public enum AntiPassback: Int, Sendable, Hashable, CaseIterable {
    case off = 0
    /// Recorded (the standing says it) and let through.
    case soft = 1
    /// Refused when entering. Leaving is never held back.
    case hard = 2

    public var name: String {
        switch self {
        case .off: "off"
        case .soft: "soft"
        case .hard: "hard"
        }
    }

    public init?(name: String) {
        guard let mode = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = mode
    }
}
