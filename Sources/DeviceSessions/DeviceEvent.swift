public import SiteModel

/// The swipes of one read, in order → a signal for each, after they are on disk.
public typealias SwipeHandler = @Sendable ([Swipe]) async -> [LaneSignal]

/// What happened to a device. The device's session waits for the handler.
public typealias DeviceEventHandler = @Sendable (DeviceEvent) async -> Void

public enum DeviceEvent: Sendable {
    /// From now on the reader reads nothing.
    case gapBegan(ReaderGap)
    /// It reads again; `until` is set.
    case gapEnded(ReaderGap)
    /// What the barrier reported after it was told to open. `swipedAt`: of whom (`OpenRequest.swipedAt`).
    case passage(lane: String, direction: Direction, passage: Passage, swipedAt: Uptime?)
    /// The barrier saw what nobody was let through for.
    case laneAlarm(lane: String, direction: Direction, alarm: LaneAlarm)
    /// All lanes stand open for everybody, or no longer: the fire alarm at this lane's barrier says so.
    case released(lane: String, isReleased: Bool)
    /// The lane was to open and did not.
    case openingFailed(OpeningFailure, lane: String, direction: Direction, swipedAt: Uptime?)
    /// What came of putting a reader into service. The words hold no key.
    case commissioned(ReaderName, CommissioningAct, words: String)
    /// A reader or barrier changed its state.
    case stateChanged(DeviceStatus)
    /// The full text of an ID card; its swipe has been handed over just before. Personal data.
    case identityRead(IdentityCard, reader: ReaderName)
}

/// Why a lane was not opened for whom it was granted.
public enum OpeningFailure: Sendable, Hashable {
    /// The barrier is not there, takes no bytes or refuses: whether somebody went through nobody knows.
    case barrier
    /// The order came so late that somebody else stands there.
    case tooLate
    /// One is in the lane and another waits.
    case laneFull
}
