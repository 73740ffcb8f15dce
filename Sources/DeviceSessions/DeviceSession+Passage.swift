import DeviceDrivers
import SiteModel

// Who passes: one authorisation at a time in lanes whose barrier tells.
extension DeviceSession {
    /// Tells the barrier of a seat to let somebody through, at once or when the lane is free.
    mutating func serve(_ request: OpenRequest, seat index: Int, row: Int) {
        let way = seats[index].way(of: request.lane)
        let waits = seats[index].passagePatience(way) != nil && !context.router.isReleased
        let isTaken: Bool
        switch waits ? seats[index].passages[way].admit(request) : .now {
        case .now: isTaken = open(request, seat: index, row: row, isInTime: isInTime(request))
        case .next: isTaken = true
        case .full:
            isTaken = false
            noteFailure(.laneFull, of: request, row)
        }
        request.answer?(isTaken)
    }

    private func isInTime(_ request: OpenRequest) -> Bool {
        SystemSiteClock.uptime() - request.at < Self.openingPatience
    }

    /// Nobody is let through late: an order behind others that the line does not take would open when the
    /// line recovers, whoever stands there then. Who waited for the lane to be free stands before it.
    ///
    /// - Returns: whether the barrier was told; else the failure was noted.
    @discardableResult
    private mutating func open(
        _ request: OpenRequest, seat index: Int, row: Int, isInTime: Bool
    ) -> Bool {
        let (now, way) = (SystemSiteClock.uptime(), seats[index].way(of: request.lane))
        seats[index].passages[way].lastOpened = request
        guard isInTime && isLineTaking() && tell(index, order(request, index), at: now) else {
            noteFailure(isInTime ? .barrier : .tooLate, of: request, row)
            return false
        }
        context.board.update(row) { $0.pulses += 1 }
        // A driver that could not tell its barrier has said so meanwhile: then nobody is waited for.
        guard seats[index].passages[way].lastOpened != nil else { return false }
        if let patience = seats[index].passagePatience(way), !context.router.isReleased {
            seats[index].passages[way].begin(request, until: now + patience)
            setAlarm()
        }
        return true
    }

    private mutating func noteFailure(_ failure: OpeningFailure, of request: OpenRequest, _ row: Int) {
        context.board.update(row) { $0.failedPulses += 1 }
        events.append(
            .openingFailed(
                failure, lane: request.lane, direction: request.direction, swipedAt: request.swipedAt))
    }

    /// What the barrier's driver saw or heard.
    mutating func take(_ word: BarrierWord, way: Int, of index: Int) {
        guard seats[index].passages.indices.contains(way) else { return }
        switch word {
        case .passed(let direction): report(.passed, direction, way: way, of: index)
        case .notPassed:
            let direction = seats[index].passages[way].lastOpened?.direction ?? .unknown
            report(.notPassed, direction, way: way, of: index)
        case .fireInput(let isActive): takeFire(isActive, way: way, of: index)
        }
    }

    /// Somebody stands before the barrier on the other side: it stayed closed for them.
    mutating func notePush(_ direction: Direction, way: Int, of index: Int) {
        guard let lane = seats[index].lane(ofWay: way), !context.router.isReleased else { return }
        events.append(.laneAlarm(lane: lane, direction: direction, alarm: .pushedWrongWay))
    }

    private mutating func report(
        _ passage: Passage, _ direction: Direction, way: Int, of index: Int
    ) {
        guard let current = seats[index].passages[way].current else {
            // Nobody was let through: in a release anybody may pass, else it is an alarm.
            guard let lane = seats[index].lane(ofWay: way), seats[index].passagePatience(way) != nil,
                !context.router.isReleased
            else { return }
            events.append(
                .laneAlarm(
                    lane: lane, direction: passage == .passed ? direction : .unknown,
                    alarm: passage == .passed ? .passedWithoutGrant : .pushedWrongWay))
            return
        }
        let isOpposite =
            direction != .unknown && current.direction != .unknown && direction != current.direction
        if passage == .passed, isOpposite {
            // The right to pass still stands: whoever has it may yet go.
            events.append(.laneAlarm(lane: current.lane, direction: direction, alarm: .wrongWay))
            return
        }
        endPassage(passage, way: way, of: index)
    }

    private mutating func endPassage(_ passage: Passage, way: Int, of index: Int) {
        guard let current = seats[index].passages[way].current else { return }
        events.append(current.became(passage))
        seats[index].passages[way].leave()
        freed.append((index, way))
    }

    /// Nobody is in these lanes any more: lets the next ones through. After all that a barrier said at once:
    /// none of it is about them.
    mutating func openFreed() {
        while !freed.isEmpty {
            let (index, way) = freed.removeFirst()
            guard seats[index].passages[way].current == nil, let next = seats[index].passages[way].end(),
                let row = seats[index].barrierRow(of: next.lane)
            else { continue }
            open(next, seat: index, row: row, isInTime: true)
            // The barrier was not told of this one: the lane is free for who stands behind.
            if seats[index].passages[way].current == nil, !seats[index].passages[way].waiting.isEmpty {
                freed.append((index, way))
            }
        }
    }

    /// Barriers that have not said in time what became of a grant.
    mutating func endOverduePassages(at uptime: Uptime) {
        eachWay { session, index, way in
            guard let deadline = session.seats[index].passages[way].deadline, deadline <= uptime else {
                return
            }
            session.endPassage(.unknown, way: way, of: index)
        }
        openFreed()
    }

    /// The barrier is gone or starts over: nobody knows who passed, and who waited is not let through.
    mutating func abandonPassages() {
        eachWay { session, index, way in
            guard let current = session.seats[index].passages[way].current else { return }
            session.events.append(current.became(.unknown))
            session.seats[index].passages[way].leave()
        }
        refuseWaiting()
    }

    /// Nobody who waits for the lane to be free is let through any more.
    mutating func refuseWaiting() {
        eachWay { session, index, way in
            for next in session.seats[index].passages[way].takeWaiting() {
                guard let row = session.seats[index].barrierRow(of: next.lane) else { continue }
                session.noteFailure(.barrier, of: next, row)
            }
        }
    }

    /// All lanes open: whoever was let through or waited for it may go, and no barrier tells.
    private mutating func releasePassages() {
        eachWay { session, index, way in
            guard let current = session.seats[index].passages[way].current else { return }
            session.events.append(current.became(.unknown))
            while let next = session.seats[index].passages[way].end() {
                session.events.append(next.became(.unknown))
            }
        }
    }

    private mutating func eachWay(_ body: (inout DeviceSession, Int, Int) -> Void) {
        for index in seats.indices {
            for way in seats[index].passages.indices { body(&self, index, way) }
        }
    }

    /// Releases the barriers of this line as the site stands, when that has changed or the line is new.
    mutating func followRelease() {
        let isReleased = context.router.isReleased
        for index in seats.indices where !seats[index].plan.lanes.isEmpty {
            guard seats[index].isReleased != isReleased else { continue }
            seats[index].isReleased = isReleased
            if isReleased { releasePassages() }
            tell(index, .release(isReleased), at: SystemSiteClock.uptime())
        }
    }

    /// The fire alarm of the site.
    private mutating func takeFire(_ isActive: Bool, way: Int, of index: Int) {
        let lanes = seats[index].plan.lanes
        guard lanes.indices.contains(way) else { return }
        let lane = lanes[way]
        guard let isReleased = context.router.takeFire(isActive, of: lane) else { return }
        events.append(.released(lane: lane, isReleased: isReleased))
        followRelease()
    }
}

extension OpenRequest {
    fileprivate func became(_ passage: Passage) -> DeviceEvent {
        .passage(lane: lane, direction: direction, passage: passage, swipedAt: swipedAt)
    }
}
