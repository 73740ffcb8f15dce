import LocalWeb
public import SiteModel

/// What a guard asks for: open this lane for nobody in particular.
public struct OpenLaneRequest: Sendable, Hashable {
    public let lane: String
    public let direction: Direction
    public let reason: String
    /// The account, or the user of the machine.
    public let by: String

    public init(lane: String, direction: Direction, reason: String, by: String) {
        self.lane = lane
        self.direction = direction
        self.reason = reason
        self.by = by
    }

    /// As the body of an entry, which it becomes. Nil: nobody, no reason, or both too long.
    var record: LaneOpened? { LaneOpened(lane: lane, direction: direction, by: by, reason: reason) }
}

/// Opens lanes by hand: first on disk, then the barrier. Nobody's attendance.
struct LaneDesk: Sendable {
    enum Outcome {
        /// There is no such lane: nothing was recorded.
        case noLane
        /// Nothing was written and nothing opens.
        case notRecorded
        /// Recorded; the lane has no barrier, it takes no order, or one is in the lane and another waits.
        case notTold
        case opened
    }

    let journal: EventJournal
    let clock: any SiteClock
    let lanes: @Sendable () -> Set<String>
    /// Tells the lane's barrier; false when it has none, it takes no order, or the lane is full.
    let open: @Sendable (String, Direction) async -> Bool

    /// 200 when the barrier takes the order, 409 when there is none or it does not, 503 when nothing could be
    /// written, 422 for a request that makes no sense: then nothing was recorded.
    var route: ControlRoute {
        ControlRoute(.post, "/lane/open") { request in
            do throws(CanonicalDecodingError) {
                return await answer(try LaneOpened(encoded: request.body))
            } catch {
                return .otherVersion
            }
        }
    }

    private func answer(_ opened: LaneOpened) async -> ControlResponse {
        switch await carryOut(opened) {
        case .noLane:
            return .text(
                422, "没有通道 \(opened.lane) there is no lane '\(opened.lane)' (muster device list shows them)")
        case .notRecorded: return .text(503, Self.notRecordedWords)
        case .notTold:
            return .text(409, "recorded; no barrier of lane '\(opened.lane)' was told: open it by hand")
        case .opened: return .text(200, "已开闸 recorded; lane '\(opened.lane)' opens")
        }
    }

    static let notRecordedWords =
        "账本写不进去，没有开闸 the ledger cannot be written, so nothing was opened: see muster status"

    /// Nobody who leaves is held back by a full disk: that entry waits for the ledger.
    func carryOut(_ opened: LaneOpened) async -> Outcome {
        guard lanes().contains(opened.lane) else { return .noLane }
        // Stands in clear for ever.
        guard
            let opened = LaneOpened(
                lane: opened.lane, direction: opened.direction, by: opened.by,
                reason: ClearWords.masked(opened.reason))
        else { return .notRecorded }
        let draft = EntryDraft(opened, kind: .laneOpened, clock: clock.now())
        if await !journal.isWritten(draft) {
            guard opened.direction == .leaving else { return .notRecorded }
            await journal.write([draft])
        }
        return await open(opened.lane, opened.direction) ? .opened : .notTold
    }
}

extension SiteAccess {
    /// Opens a lane by hand; the running service alone can.
    public func openLane(_ request: OpenLaneRequest) throws(GatewayError) -> String {
        guard let record = request.record else {
            throw .refused(
                "say who opens the lane and why, together at most \(LaneOpened.byteLimit) bytes of UTF-8")
        }
        let asked = ControlRequest(query: [:], body: record.encoded)
        guard let answer = try ask(.post, "/lane/open", asked) else {
            throw .service("it does not run: no lane is opened without it")
        }
        return try Self.words(of: answer)
    }
}
