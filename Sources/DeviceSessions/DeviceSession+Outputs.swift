import DeviceDrivers
import Logging
import SiteModel

extension DeviceSession {
    /// The barrier first: lamps can wait a microsecond.
    mutating func carryOut(_ signals: [LaneSignal], of batch: [Read]) async {
        let now = SystemSiteClock.uptime()
        var failures: [OpenRequest] = []
        for (read, signal) in zip(batch, signals) where signal.opensBarrier && !read.swipe.isTimeUncertain {
            // The patience of an entrance counts from the card: after a commit that took long, somebody else
            // stands there. Who leaves was let out by a decision that is made now.
            let since = read.swipe.direction == .leaving ? now : read.swipe.arrivedAt
            let failed = context.router.open(
                read.swipe.reader.lane, read.swipe.direction, at: since, swipedAt: read.swipe.arrivedAt)
            if let failed { failures.append(failed) }
        }
        for (read, signal) in zip(batch, signals) where signal != .unchanged && !read.swipe.isTimeUncertain {
            tell(read.seat, .show(signal, reader: read.reader), at: nil)
        }
        for failed in failures { await context.router.reportFailure(failed, context) }
    }

    func noteReads(_ batch: [Read]) {
        let counts = Dictionary(grouping: batch) { seats[$0.seat].readerRows[$0.reader] }
        for (row, reads) in counts {
            guard let last = reads.last else { continue }
            let wall = context.clock.reading(atUptime: last.swipe.arrivedAt).wall
            context.board.update(row) {
                $0.reads += reads.count
                $0.lastReadAt = wall
            }
        }
    }

    mutating func add(
        _ credential: Credential, _ index: Int, _ reader: Int, at uptime: Uptime, _ isTimeUncertain: Bool
    ) {
        guard readerName(index, reader) != nil else {
            // A reader of this line that nobody configured: no lane to judge it for.
            count(.unexpected, 0, of: index)
            return
        }
        let plan = seats[index].plan.readers[reader]
        let swipe = Swipe(
            credential: credential, reader: plan.name, direction: plan.direction, arrivedAt: uptime,
            isTimeUncertain: isTimeUncertain)
        reads.append(Read(swipe: swipe, seat: index, reader: reader))
        context.logger.debug(
            "swipe", metadata: ["reader": "\(plan.name)", "credential": "\(credential.masked)"])
    }

    func readerName(_ index: Int, _ reader: Int) -> ReaderName? {
        let readers = seats[index].plan.readers
        return readers.indices.contains(reader) ? readers[reader].name : nil
    }

    /// On a bus, of the device that was asked.
    func count(_ reason: DiscardReason, _ byteCount: Int, of index: Int) {
        let heard = (seats[index].driver as? any PartNaming)?.heardPart.flatMap { seats[index].part($0) }
        guard let row = heard?.row ?? seats[index].rows.first else { return }
        context.board.update(row) { $0.discards[reason, default: 0] += byteCount }
    }

    mutating func take(_ status: DriverStatus, of index: Int) {
        switch status {
        case .answering:
            for row in seats[index].rows { context.board.update(row) { $0.answers = true } }
            setState(index, .online, seats[index].moduleIdentity)
        // Bytes come and are not understood: that says more.
        case .silent where speed.isNamed: break
        case .silent: setState(index, .silent, seats[index].silenceWords)
        case .fault(let words): setState(index, .failed, words)
        case .moduleIdentity(let text):
            seats[index].moduleIdentity = text
            setState(index, .online, text)
        }
    }

    mutating func serveCommissionings() {
        for request in device.takeCommissionings() {
            for index in seats.indices {
                guard let reader = seats[index].readerNames.firstIndex(of: request.reader) else { continue }
                let now = SystemSiteClock.uptime()
                tell(index, .commission(reader: reader, request.duration), at: now)
                guard request.address != nil || request.baud != nil else { continue }
                tell(
                    index, .moveReader(reader, address: request.address, baud: request.baud), at: now)
            }
        }
    }

    /// What the barrier's driver is told: on a bus, which of its barriers.
    func order(_ request: OpenRequest, _ index: Int) -> DriverInput {
        guard seats[index].plan.descriptor.bus != nil,
            let barrier = seats[index].plan.lanes.firstIndex(of: request.lane)
        else { return .open(request.direction) }
        return .openBarrier(barrier, request.direction)
    }

    /// The order was counted as a pulse when it was given.
    mutating func noteFailedPulse(_ barrier: Int, of index: Int) {
        guard seats[index].barrierRows.indices.contains(barrier) else { return }
        let last = seats[index].passages[barrier].lastOpened
        // Lanes that share a board share its driver: the last order says whose it was.
        let lane = last?.lane ?? seats[index].plan.lanes[barrier]
        context.board.update(seats[index].barrierRow(of: lane) ?? seats[index].barrierRows[barrier]) {
            $0.pulses -= 1
            $0.failedPulses += 1
        }
        seats[index].passages[barrier].lastOpened = nil
        events.append(
            .openingFailed(
                .barrier, lane: lane, direction: last?.direction ?? .unknown,
                swipedAt: last?.swipedAt))
        // Nobody is in the lane then: the next may go.
        seats[index].passages[barrier].leave()
        freed.append((index, barrier))
    }

    /// One device of a bus changed.
    mutating func take(_ status: DriverStatus, ofPart part: DriverPart, of index: Int) {
        guard let (row, reader) = seats[index].part(part) else { return }
        let (state, detail): (DeviceState, String) =
            switch status {
            case .answering: (.online, "")
            case .silent: (.silent, seats[index].silenceWords)
            case .fault(let words): (.failed, words)
            case .moduleIdentity(let text): (.online, text)
            }
        let now = SystemSiteClock.uptime()
        if let reader, state == .online {
            events += gaps.end([reader], at: now)
        } else if let reader, state == .silent {
            events += gaps.begin([reader], .silent, at: context.clock.reading(atUptime: now))
        }
        setRow(row, state, detail)
    }

    /// Changes the rows of a seat; a reader that falls silent has a gap until it is heard again.
    mutating func setState(_ index: Int, _ state: DeviceState, _ detail: String) {
        let now = SystemSiteClock.uptime()
        if state == .online {
            events += gaps.end(seats[index].readerNames, at: now)
        } else if state == .silent {
            events += gaps.begin(seats[index].readerNames, .silent, at: context.clock.reading(atUptime: now))
        }
        for row in seats[index].rows { setRow(row, state, detail) }
    }

    mutating func setRow(_ row: Int, _ state: DeviceState, _ detail: String) {
        guard let status = context.board.setState(row, state, detail) else { return }
        context.log(status)
        events.append(.stateChanged(status))
    }
}
