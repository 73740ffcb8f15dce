import DeviceDrivers
import SiteModel

/// A driver at work on a line. It outlives the plug: a reader that is pulled and pushed in again meets the
/// same driver, which starts over at `.opened`.
struct Seat: Sendable {
    let plan: SeatPlan
    var driver: any DeviceDriver
    var alarm: Uptime?
    /// Of the newest input: a driver's time never runs backwards.
    var toldAt = Uptime(nanoseconds: 0)
    /// Status rows, in the order of `plan.readers` and `plan.lanes`.
    let readerRows: [Int]
    let barrierRows: [Int]
    /// What the device calls itself, once it has said so.
    var moduleIdentity = ""
    /// Who is in the lane: of each barrier of a bus, else one for all lanes that share the barrier.
    var passages: [LanePassage]
    /// What the driver was last told of the release of all lanes.
    var isReleased = false
    /// What its driver had taken when the port was opened.
    var framedBefore = 0
    /// While somebody watches.
    var scribe: TrafficScribe?

    init(
        plan: SeatPlan, port: String, board: StatusBoard, secrets: DriverSecrets = .unread
    ) throws(DevicePlanError) {
        self.plan = plan
        passages = Array(
            repeating: LanePassage(), count: plan.descriptor.bus == nil ? 1 : max(1, plan.lanes.count))
        driver = try plan.makeDriver(secrets)
        readerRows = plan.readers.map {
            board.add(
                DeviceStatus(
                    lane: $0.name.lane, name: $0.name.reader, isBarrier: false, direction: $0.direction,
                    driver: plan.driver, port: port))
        }
        barrierRows = plan.lanes.map {
            board.add(
                DeviceStatus(
                    lane: $0, name: "barrier", isBarrier: true, direction: .unknown,
                    driver: plan.barrierDriver ?? plan.driver, port: port))
        }
    }

    /// Which of `passages` is about this lane.
    func way(of lane: String) -> Int {
        plan.descriptor.bus == nil ? 0 : plan.lanes.firstIndex(of: lane) ?? 0
    }

    /// Nil: the barrier does not tell who passed.
    func passagePatience(_ way: Int) -> Duration? {
        (driver as? any PassageReporting)?.passagePatience(ofBarrier: way)
    }

    /// The lane that an event of one of `passages` is about.
    func lane(ofWay way: Int) -> String? {
        passages[way].lastOpened?.lane ?? (plan.lanes.indices.contains(way) ? plan.lanes[way] : nil)
    }
    var rows: [Int] { readerRows + barrierRows }
    var readerNames: [ReaderName] { plan.readers.map(\.name) }

    /// Status row and, of a reader, name of a device of a bus; nil for one that nobody configured.
    func part(_ part: DriverPart) -> (row: Int, reader: ReaderName?)? {
        switch part {
        case .reader(let index) where readerRows.indices.contains(index):
            (readerRows[index], plan.readers[index].name)
        case .barrier(let index) where barrierRows.indices.contains(index): (barrierRows[index], nil)
        default: nil
        }
    }

    /// Shown of a device that leaves every question unanswered.
    var silenceWords: String {
        let hint = plan.descriptor.silenceHint
        return hint.isEmpty ? "the device does not answer" : "the device does not answer: \(hint)"
    }

    /// Its first device, as `muster device list` names it.
    var watchedName: String {
        readerNames.first?.description ?? plan.lanes.first.map { "\($0)/barrier" } ?? plan.driver
    }

    func barrierRow(of lane: String) -> Int? {
        plan.lanes.firstIndex(of: lane).map { barrierRows[$0] }
    }
}
