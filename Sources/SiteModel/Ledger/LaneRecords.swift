/// What a barrier saw that nobody was let through for. Raw values are stored.
public enum LaneAlarm: Int, Sendable, Hashable, CaseIterable {
    /// Somebody passed behind another, or by force (尾随、闯入).
    case passedWithoutGrant = 1
    /// Somebody passed against the direction of the grant (反向).
    case wrongWay = 2
    /// Somebody pushed a barrier that was closed or open the other way.
    case pushedWrongWay = 3

    public var name: String {
        switch self {
        case .passedWithoutGrant: "passed_without_grant"
        case .wrongWay: "wrong_way"
        case .pushedWrongWay: "pushed_wrong_way"
        }
    }
}

/// Body of `laneAlarm`: `[lane, direction, alarm]`.
public struct LaneAlarmRecord: EntryBody {
    public let lane: String
    public let direction: Direction
    public let alarm: LaneAlarm

    public init(lane: String, direction: Direction, alarm: LaneAlarm) {
        self.lane = lane
        self.direction = direction
        self.alarm = alarm
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 3)
        encoder.append(lane)
        encoder.append(direction.rawValue)
        encoder.append(alarm.rawValue)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 3 else { throw decoder.failure }
        lane = try decoder.text()
        guard let direction = Direction(rawValue: Int(try decoder.integer())),
            let alarm = LaneAlarm(rawValue: Int(try decoder.integer()))
        else { throw decoder.failure }
        self.direction = direction
        self.alarm = alarm
    }
}

/// Body of `laneOpened`: `[lane, direction, who opens it, reason]`. Nobody in particular is let through, so
/// it is no attendance.
public struct LaneOpened: EntryBody {
    public let lane: String
    public let direction: Direction
    public let by: String
    public let reason: String

    /// UTF-8 bytes of who and why together.
    public static let byteLimit = 200

    /// Nil: nobody or no reason is said, or both are longer than `byteLimit`.
    public init?(lane: String, direction: Direction, by: String, reason: String) {
        guard !by.isEmpty, !reason.isEmpty, by.utf8.count + reason.utf8.count <= Self.byteLimit else {
            return nil
        }
        self.lane = lane
        self.direction = direction
        self.by = by
        self.reason = reason
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 4)
        encoder.append(lane)
        encoder.append(direction.rawValue)
        encoder.append(by)
        encoder.append(reason)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 4 else { throw decoder.failure }
        lane = try decoder.text()
        guard let direction = Direction(rawValue: Int(try decoder.integer())) else { throw decoder.failure }
        self.direction = direction
        by = try decoder.text()
        reason = try decoder.text()
    }
}

/// Body of `lanesReleased`: `[lane whose input told, is over (0 or 1), since ms, since uptime ms]`. One entry
/// when all lanes begin to stand open, one when they are controlled again; the alarm that still rings after a
/// restart gives another of the same beginning.
public struct LanesReleased: EntryBody {
    public let lane: String
    public let isOver: Bool
    public let sinceWall: UTCInstant
    public let since: Uptime

    public init(lane: String, isOver: Bool, sinceWall: UTCInstant, since: Uptime) {
        self.lane = lane
        self.isOver = isOver
        self.sinceWall = sinceWall
        self.since = Uptime(milliseconds: since.milliseconds)
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 4)
        encoder.append(lane)
        encoder.append(isOver ? 1 : 0)
        encoder.append(sinceWall.milliseconds)
        encoder.append(since.milliseconds)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 4 else { throw decoder.failure }
        lane = try decoder.text()
        isOver = try decoder.integer() == 1
        sinceWall = UTCInstant(milliseconds: try decoder.integer())
        since = try decoder.uptime()
    }
}
