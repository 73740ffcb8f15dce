import DeviceDrivers
import DeviceIO
import Logging
import SiteModel

/// One plugged device: takes what its port gives, lets the drivers speak, carries out what they say.
struct DeviceSession {
    /// The most swipes in one call of the handler, so that one commit stays short.
    static let swipeLimit = 1_024
    /// Calls of the handler that may be under way: a card that is read while the disk still writes earlier
    /// ones goes into the very next commit, and the line's own buffer waits when the disk is far behind.
    static let handoverLimit = 8
    /// An opening that waited longer than this would let somebody else through.
    static let openingPatience = Duration.seconds(2)
    /// For barriers to take their OFF at shutdown.
    private static let flushPatience = Duration.seconds(1)
    /// For a line to answer, so that the last grant can be sent.
    private static let answerPatience = Duration.seconds(1)

    let device: WantedDevice
    let port: any BytePort
    let context: SessionContext
    var seats: [Seat]
    var gaps: GapBook
    /// Ways whose lane became free while a driver spoke, and the seats they are of.
    var freed: [(index: Int, way: Int)] = []
    /// Read and not yet handed over.
    var reads: [Read] = []
    /// Told once the swipes are handed over: a card waits for its light, nobody waits for an event.
    var events: [DeviceEvent] = []
    /// What was handed over and has not come back yet.
    var handovers: Handovers
    /// Whether what comes is understood.
    var speed = LineSpeedWatch()
    /// Its deadline, as the alarm was last set for it.
    var lineDeadline: Uptime?
    private var isWriteFailing = false
    /// While the line itself is wrong.
    var lineMark: LineMark?

    /// A swipe and whom to show its signal.
    struct Read {
        let swipe: Swipe
        let seat: Int
        let reader: Int
    }

    private let start: Uptime

    /// - Parameter handoverLimit: 1 waits for every answer before the next input is looked at.
    init(
        device: WantedDevice, port: any BytePort, seats: [Seat], gaps: GapBook, context: SessionContext,
        start: Uptime = SystemSiteClock.uptime(), handoverLimit: Int = Self.handoverLimit
    ) {
        self.start = start
        handovers = Handovers(limit: handoverLimit)
        self.device = device
        self.port = port
        self.seats = seats
        self.gaps = gaps
        self.context = context
    }

    /// Runs until the port ends (says why) or the device shall stop (nil). Then the port is closed.
    mutating func run() async -> PortClosure? {
        await withTaskGroup(of: Handovers.Return.self) { group in await run(&group) }
    }

    private mutating func run(_ group: inout TaskGroup<Handovers.Return>) async -> PortClosure? {
        abandonPassages()
        for index in seats.indices {
            seats[index].alarm = nil
            for row in seats[index].rows { context.board.update(row) { $0.answers = false } }
            if !isHeardFirst(seats[index]) { setState(index, .online, seats[index].moduleIdentity) }
            let isReleased = !seats[index].plan.lanes.isEmpty && context.router.isReleased
            seats[index].isReleased = isReleased
            seats[index].framedBefore = seats[index].driver.wholeFrameByteCount
            tell(
                index, .opened(random: UInt64.random(in: .min ... .max), isReleased: isReleased), at: start)
        }
        followRelease()
        await deliver(&group)
        while true {
            if let closure = await process(await port.nextInputs(), &group) {
                await waitForAll(&group)
                abandonPassages()
                await deliver(&group)
                await waitForAll(&group)
                await port.close(flushing: .zero)
                return closure
            }
            if device.isStopping {
                await finish(&group)
                return nil
            }
        }
    }

    /// Shown as online when it answers and not before: each device of a bus, and a reader that has to answer
    /// after a gap. A dead one that is plugged in again reads nothing.
    private func isHeardFirst(_ seat: Seat) -> Bool {
        let descriptor = seat.plan.descriptor
        return descriptor.bus != nil || descriptor.isPolled && gaps.hasOpen(seat.readerNames)
    }

    /// Lets the drivers take the inputs, then lets people through, then hands the swipes over: an opening
    /// never waits for a commit of this line.
    ///
    /// - Returns: why the port ended, if it did. What came before the end has been handed over.
    private mutating func process(
        _ inputs: [PortInput], _ group: inout TaskGroup<Handovers.Return>
    ) async -> PortClosure? {
        await takeReturns(&group)
        var closure: PortClosure?
        for input in inputs {
            switch input {
            case .bytes(let bytes, let uptime, let isPending):
                for index in seats.indices {
                    tell(index, .bytes(bytes), at: uptime, isTimeUncertain: isPending)
                }
                judgeLine(byteCount: bytes.count, at: uptime)
            case .report(let report, let uptime):
                for index in seats.indices { tell(index, .report(report), at: uptime) }
            case .alarm(let uptime): ringAlarms(at: uptime)
            case .closed(let reason): closure = reason
            }
            if reads.count >= Self.swipeLimit { await deliver(&group) }
        }
        serveRequests()
        serveCommissionings()
        await deliver(&group)
        return closure
    }

    private mutating func ringAlarms(at uptime: Uptime) {
        endOverduePassages(at: uptime)
        for index in seats.indices {
            guard let alarm = seats[index].alarm, alarm <= uptime else { continue }
            seats[index].alarm = nil
            tell(index, .woken, at: uptime)
        }
        if speed.deadline.map({ $0 <= uptime }) == true { judgeLine(byteCount: 0, at: uptime) }
        setAlarm()
    }

    /// Stops reading, hands over what was read, lets the drivers say farewell.
    private mutating func finish(_ group: inout TaskGroup<Handovers.Return>) async {
        if !device.line.isReaderOnly {
            await waitForAll(&group)
            serveRequests()
            await sendHeldOrders(&group)
        }
        _ = await process(await port.endReading(), &group)
        await waitForAll(&group)
        serveRequests()
        refuseWaiting()
        for index in seats.indices { tell(index, .closing, at: SystemSiteClock.uptime()) }
        abandonPassages()
        await deliver(&group)
        await waitForAll(&group)
        await port.close(flushing: Self.flushPatience)
    }

    /// Reads on while a driver waits for the answer behind which an order to open waits.
    private mutating func sendHeldOrders(_ group: inout TaskGroup<Handovers.Return>) async {
        let end = SystemSiteClock.uptime() + Self.answerPatience
        while SystemSiteClock.uptime() < end,
            seats.contains(where: { ($0.driver as? any OrderKeeping)?.holdsOrder == true })
        {
            // Such a driver has set its alarm for the answer.
            guard await process(await port.nextInputs(), &group) == nil else { return }
        }
    }

    private mutating func serveRequests() {
        followRelease()
        for request in device.takeRequests() {
            guard let index = seats.firstIndex(where: { $0.plan.lanes.contains(request.lane) }),
                let row = seats[index].barrierRow(of: request.lane)
            else { continue }
            serve(request, seat: index, row: row)
        }
    }

    /// Gives a driver one input and carries out its answers.
    ///
    /// `uptime` nil: now, but as if with the newest input: the next bytes may have been read while the ledger
    /// was writing.
    /// - Returns: false when something it wanted to send was not taken.
    @discardableResult
    mutating func tell(
        _ index: Int, _ input: DriverInput, at uptime: Uptime?, isTimeUncertain: Bool = false
    ) -> Bool {
        let alarmsFrom = uptime ?? SystemSiteClock.uptime()
        let uptime = max(uptime ?? seats[index].toldAt, seats[index].toldAt)
        seats[index].toldAt = uptime
        var isSent = true
        let outputs = seats[index].driver.handle(input, at: uptime)
        noteTraffic(index, input, outputs, at: uptime)
        for output in outputs {
            switch output {
            case .credential(let credential, let reader):
                add(credential, index, reader, at: uptime, isTimeUncertain)
            case .identity(let card, let reader):
                if let name = readerName(index, reader) {
                    events.append(.identityRead(card, reader: name))
                }
            case .send(let bytes):
                isSent = send { port throws(PortError) in try port.write(bytes) } && isSent
            case .sendFeature(let report):
                isSent = send { port throws(PortError) in try port.writeFeature(report) } && isSent
            case .readFeature(let id, let byteCount):
                isSent =
                    send { port throws(PortError) in try port.readFeature(id: id, byteCount: byteCount) }
                    && isSent
            case .setBaud(let baud):
                isSent = send { port throws(PortError) in try port.setBaud(baud) } && isSent
            case .wake(let delay):
                seats[index].alarm = alarmsFrom + delay
                setAlarm()
            case .passed(let direction): take(.passed(direction), way: 0, of: index)
            case .fireInput(let isActive): take(.fireInput(isActive: isActive), way: 0, of: index)
            case .notPassed: take(.notPassed, way: 0, of: index)
            case .pushed(let direction): notePush(direction, way: 0, of: index)
            case .ofBarrier(let barrier, let word): take(word, way: barrier, of: index)
            case .commissioned(let act, let words, let reader):
                if let name = readerName(index, reader) {
                    events.append(.commissioned(name, act, words: words))
                }
            case .notOpened(let barrier): noteFailedPulse(barrier, of: index)
            case .status(let status): take(status, of: index)
            case .partStatus(let status, let part): take(status, ofPart: part, of: index)
            case .discarded(let reason, let byteCount): count(reason, byteCount, of: index)
            }
        }
        openFreed()
        return isSent
    }

    /// The port has one alarm, each seat its own and that of who is in its lane, and the line: the earliest
    /// is set.
    func setAlarm() {
        let alarms = seats.compactMap(\.alarm) + seats.flatMap(\.passages).compactMap(\.deadline)
        port.wake(at: (alarms + [speed.deadline].compactMap { $0 }).min())
    }

    /// False, and said, while earlier bytes still wait to be sent.
    mutating func isLineTaking() -> Bool {
        guard port.hasUnsent else { return true }
        noteWriteFailure("the device takes no bytes")
        return false
    }

    private mutating func send(_ order: (any BytePort) throws(PortError) -> Void) -> Bool {
        do throws(PortError) {
            try order(port)
            // What is only queued proves nothing.
            guard isWriteFailing, !port.hasUnsent else { return true }
            isWriteFailing = false
            unmarkLine()
            return true
        } catch {
            noteWriteFailure(error.words)
            return false
        }
    }

    /// Says that bytes were not taken when it begins; `send` says when it is over.
    private mutating func noteWriteFailure(_ words: String) {
        guard !isWriteFailing else { return }
        isWriteFailing = true
        markLine(words)
    }
}
