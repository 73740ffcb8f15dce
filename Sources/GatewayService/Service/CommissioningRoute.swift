import DeviceSessions
import LocalWeb
import Logging
public import SiteModel
import Synchronization

/// A person at the machine lets a reader be given its key, for a while, and another place on its line.
struct CommissioningRoute: Sendable {
    /// Nobody forgets a window open for a shift.
    static let longest = Duration.seconds(3_600)

    let supervisor: DeviceSupervisor
    let journal: EventJournal
    let clock: any SiteClock
    let mark: CommissioningMark
    let logger: Logger

    /// First on disk, then the window: who opened it can be proved whatever comes of it.
    var route: ControlRoute {
        ControlRoute(.post, "/devices/commission") { request in
            guard let order = CommissioningOrder(request.query),
                case let by = String(decoding: request.body, as: UTF8.self), !by.isEmpty, by.utf8.count <= 100
            else { return .text(422, "name lane and reader, who asks, and a time of up to one hour") }
            let name = order.reader
            guard supervisor.takesCommissioning(name) else {
                return .text(
                    422,
                    "\(name) is no reader of a bus, or its line is not open (muster device list shows both)")
            }
            if let words = supervisor.refusal(ofPlace: order.address, order.baud, for: name) {
                return .text(422, "\(name) stays where it is: \(words)")
            }
            let givesKey = supervisor.givesKey(to: name)
            guard givesKey || order.wantsPlace else {
                return .text(
                    422,
                    "\(name) is given no key: its configuration does not say secure: install. It can be told"
                        + " another place: --address, --baud")
            }
            mark.note(by, for: name)
            let opened = EntryDraft(
                DeviceCommissioned(reader: name, act: .windowOpened, by: by, words: order.words),
                kind: .deviceCommissioned, clock: clock.now())
            guard await journal.isWritten(opened) else {
                return .text(
                    503, "the ledger cannot be written, so the window stays shut: see muster status")
            }
            logger.notice(
                "commissioning window opened",
                metadata: ["reader": "\(name)", "for": "\(order.words)", "by": "\(by)"])
            guard
                supervisor.commission(
                    name, for: order.duration, address: order.address, baud: order.baud)
            else { return .text(409, "recorded; the line of \(name) is not open any more") }
            return .text(200, order.answer(givesKey: givesKey))
        }
    }
}

/// What a person asks for.
struct CommissioningOrder: Sendable {
    let reader: ReaderName
    let duration: Duration
    let address: Int?
    let baud: Int?

    /// Nil for a query that makes no sense.
    init?(_ query: [String: String]) {
        guard let lane = query["lane"], let reader = query["reader"],
            let duration = query["for"].flatMap({ Duration(text: $0) }),
            duration > .zero, duration <= CommissioningRoute.longest
        else { return nil }
        (address, baud) = (query["address"].flatMap { Int($0) }, query["baud"].flatMap { Int($0) })
        guard (query["address"] == nil) == (address == nil), (query["baud"] == nil) == (baud == nil) else {
            return nil
        }
        self.reader = ReaderName(lane: lane, reader: reader)
        self.duration = duration
    }

    /// `10min, to address 5, 115200 baud`.
    var words: String {
        let place = [address.map { "address \($0)" }, baud.map { "\($0) baud" }].compactMap { $0 }
        return duration.text + (place.isEmpty ? "" : ", to " + place.joined(separator: ", "))
    }

    var wantsPlace: Bool { address != nil || baud != nil }

    /// What the person is told: what can come of it.
    ///
    /// - Parameter givesKey: the reader has `secure: install`.
    func answer(givesKey: Bool) -> String {
        let window =
            givesKey
            ? "\(reader) may be given its key for \(duration.text); muster device list shows when it has it"
            : "\(reader) may be told another place for \(duration.text), and no key: its configuration does"
                + " not say secure: install"
        guard wantsPlace else { return window }
        return window
            + "\nit is told its new place; once the list shows it there, write the same into the"
            + " configuration: the next start looks where that says"
    }
}

/// Who opened the window of a reader last: what comes of it is told with their name.
final class CommissioningMark: Sendable {
    private let persons = Mutex<[ReaderName: String]>([:])

    func note(_ person: String, for reader: ReaderName) { persons.withLock { $0[reader] = person } }

    /// Empty when nobody did since the start.
    func person(for reader: ReaderName) -> String { persons.withLock { $0[reader] ?? "" } }
}

extension SiteAccess {
    /// Opens the commissioning window of a reader. The service must run.
    ///
    /// - Parameters:
    ///   - address: that the reader shall have from then on; nil: as it is.
    ///   - baud: that the reader and its line shall have from then on; nil: as it is.
    ///   - by: who opens it; stands in the ledger.
    public func commission(
        _ reader: ReaderName, for duration: Duration, address: Int? = nil, baud: Int? = nil, by: String
    ) throws(GatewayError) -> String {
        var query = ["lane": reader.lane, "reader": reader.reader, "for": duration.text]
        query["address"] = address.map { String($0) }
        query["baud"] = baud.map { String($0) }
        let request = ControlRequest(query: query, body: Array(by.utf8))
        guard let answer = try ask(.post, "/devices/commission", request) else {
            throw .service("it does not run; start it first, for only it talks to readers")
        }
        return try Self.words(of: answer)
    }
}
