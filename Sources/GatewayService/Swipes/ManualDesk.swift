import AccessControl
import AttendanceLedger
import LocalWeb
import PersonnelChanges
public import SiteModel

/// What guard or officer asks for: let this worker through without a card.
public struct AdmitRequest: Sendable, Hashable {
    /// An id, or an identity number: personal, so it travels as a body.
    public let worker: String
    public let lane: String
    public let direction: Direction
    public let reason: String
    /// The account, or the user of the machine.
    public let by: String

    public init(worker: String, lane: String, direction: Direction, reason: String, by: String) {
        self.worker = worker
        self.lane = lane
        self.direction = direction
        self.reason = reason
        self.by = by
    }

    var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 5)
        encoder.append(worker)
        encoder.append(lane)
        encoder.append(direction.rawValue)
        encoder.append(reason)
        encoder.append(by)
        return encoder.bytes
    }

    init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() == 5 else { throw decoder.failure }
        worker = try decoder.text()
        lane = try decoder.text()
        guard let direction = Direction(rawValue: Int(try decoder.integer())) else { throw decoder.failure }
        self.direction = direction
        reason = try decoder.text()
        by = try decoder.text()
    }
}

/// Lets workers through by hand: one more swipe of the one pipeline, decided by the same policy, recorded
/// before the lane opens, and marked with who and why.
struct ManualDesk: Sendable {
    /// The reader of such a swipe.
    static let readerName = "manual"

    let pipeline: SwipePipeline
    let index: WorkerIndex
    let clock: any SiteClock
    /// Of a worker, so that it is in no reason: those stay readable.
    let name: @Sendable (WorkerID) -> String?
    let lanes: @Sendable () -> Set<String>
    /// Tells the lane's barrier of the swipe that was read at this time; false when it has none or it takes
    /// no order: then a person opens it.
    let open: @Sendable (String, Direction, Uptime) async -> Bool
    /// The same for somebody whom no attendance entry lets through.
    let openForNobody: @Sendable (String, Direction) async -> Bool

    /// - Throws: `PersonnelError.refused` for a request that makes no sense; then nothing was recorded.
    func admit(_ request: AdmitRequest) async throws(PersonnelError) -> AdmitAnswer {
        guard let worker = worker(request.worker) else {
            throw .refusal(
                "名册上没有此人：请先登记进场", "nobody on the roster is that: enrol them first (muster worker join)")
        }
        guard lanes().contains(request.lane) else {
            throw .refusal(
                "没有通道 \(request.lane)", "there is no lane '\(request.lane)' (muster device list shows them)")
        }
        guard request.direction != .unknown else {
            throw .refusal("请说明进场还是出场", "say whether they enter or leave")
        }
        let name = name(worker.id)
        guard
            let admission = ManualAdmission(
                by: request.by,
                reason: ClearWords.masked(request.reason, without: name))
        else {
            throw .refusal(
                "请填写放行人和事由，合计不超过 \(ManualAdmission.byteLimit) 字节（40 个汉字）",
                "say who lets them through and why, together at most \(ManualAdmission.byteLimit) bytes "
                    + "(40 Chinese characters)")
        }
        let swipe = Swipe(
            credential: .manual(worker.id, admission),
            reader: ReaderName(lane: request.lane, reader: Self.readerName), direction: request.direction,
            arrivedAt: clock.now().uptime, isTimeUncertain: false)
        let signal = await pipeline.handle([swipe])[0]
        let isTold =
            signal.opensBarrier ? await open(request.lane, request.direction, swipe.arrivedAt) : false
        return AdmitAnswer(
            worker: worker.id, request: request, signal: signal, isTold: isTold,
            fault: pipeline.health.ledgerError)
    }

    private func worker(_ text: String) -> IndexedWorker? {
        if let id = WorkerID(text) { return index.worker(id) }
        // try?: what is no number is nobody's.
        guard let number = try? IDNumber(reading: text) else { return nil }
        return index.lookUp(.idNumber(number))
    }

    var route: ControlRoute {
        ControlRoute(.post, "/lane/admit") { request in
            do throws(CanonicalDecodingError) {
                return await answer(
                    try AdmitRequest(encoded: request.body), request.query["format"] == "text")
            } catch {
                return .otherVersion
            }
        }
    }

    private func answer(_ request: AdmitRequest, _ asText: Bool) async -> ControlResponse {
        do throws(PersonnelError) {
            let answer = try await admit(request)
            guard answer.status == 200, !asText else { return .text(answer.status, answer.words) }
            return ControlResponse(body: Array(answer.json.utf8))
        } catch {
            return .text(422, "\(error)")
        }
    }
}

/// What became of it.
struct AdmitAnswer: Sendable {
    let worker: WorkerID
    let request: AdmitRequest
    let signal: LaneSignal
    /// The barrier was told to open.
    let isTold: Bool
    /// Why the ledger cannot write; nil while it does.
    let fault: LedgerError?

    /// 200: let through. 422: refused, and recorded so. 503: not recorded, nobody is let in.
    var status: Int {
        switch signal {
        case .granted, .unchanged, .refused(_, opens: true), .notRecorded(opens: true): 200
        case .refused(_, opens: false): 422
        case .notRecorded(opens: false): 503
        }
    }

    var words: String {
        let way = "\(worker) \(request.direction.name) at \(request.lane)"
        let barrier = isTold ? "the lane opens" : "no barrier was told: open it by hand"
        switch signal {
        case .granted: return "\(way): recorded as let through by hand; \(barrier)"
        case .unchanged: return "\(way): let through a moment ago; nothing more opens"
        case .refused(let reason, opens: true):
            return "\(way): recorded as refused (\(reason.name)), but nobody is held back; \(barrier)"
        case .refused(let reason, opens: false): return "\(way): refused, \(reason.name); recorded so"
        case .notRecorded(opens: true): return "\(way): the record waits in the reserve; \(barrier)"
        case .notRecorded(opens: false):
            let cause = fault.map { "：\($0.chinese) the ledger cannot write: \($0)" } ?? ""
            return "\(way): 未记录，不能进场 not recorded, so nobody is let in\(cause)"
        }
    }

    /// `{worker, lane, direction, decision: granted | denied | repeat | waiting, reason, opened}`
    var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("worker", worker.description)
        json.member("lane", request.lane)
        json.member("direction", request.direction.name)
        switch signal {
        case .granted: json.member("decision", "granted")
        case .unchanged: json.member("decision", "repeat")
        case .refused(let reason, _):
            json.member("decision", "denied")
            json.member("reason", reason.name)
        case .notRecorded: json.member("decision", "waiting")
        }
        json.member("opened", isTold)
        json.endObject()
        return json.text
    }
}

extension SiteAccess {
    /// Lets a worker through by hand; the running service alone can.
    public func admit(_ request: AdmitRequest, _ format: Format) throws(GatewayError) -> String {
        let asked = ControlRequest(query: format.query, body: request.encoded)
        guard let answer = try ask(.post, "/lane/admit", asked) else {
            throw .service("it does not run: nobody is let through without it")
        }
        return try Self.words(of: answer)
    }
}
