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
    let journal: EventJournal
    let clock: any SiteClock
    let lanes: @Sendable () -> Set<String>
    /// Tells the lane's barrier; false when it has none or it takes no order.
    let open: @Sendable (String, Direction) async -> Bool

    /// 200 when the barrier was told, 409 when there is none or it takes no order, 422 for a request that
    /// makes no sense: then nothing was recorded.
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
        case nil:
            return .text(
                422, "没有通道 \(opened.lane) there is no lane '\(opened.lane)' (muster device list shows them)")
        case false?:
            return .text(409, "recorded; no barrier of lane '\(opened.lane)' was told: open it by hand")
        case true?: return .text(200, "已开闸 recorded; lane '\(opened.lane)' opens")
        }
    }

    /// - Returns: whether the barrier was told; nil when there is no such lane: then nothing was recorded.
    func carryOut(_ opened: LaneOpened) async -> Bool? {
        guard lanes().contains(opened.lane) else { return nil }
        await journal.write([EntryDraft(opened, kind: .laneOpened, clock: clock.now())])
        return await open(opened.lane, opened.direction)
    }
}

extension SiteAccess {
    /// Opens a lane by hand; the running service alone can.
    public func openLane(_ request: OpenLaneRequest) throws(GatewayError) -> String {
        guard let record = request.record else {
            throw .service(
                "say who opens the lane and why, together at most \(LaneOpened.byteLimit) bytes of UTF-8")
        }
        let asked = ControlRequest(query: [:], body: record.encoded)
        guard let answer = try ask(.post, "/lane/open", asked) else {
            throw .service("it does not run: no lane is opened without it")
        }
        return try Self.words(of: answer)
    }
}
