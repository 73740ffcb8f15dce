import DeviceDrivers
import SiteModel

// Who passes: one authorisation at a time in lanes whose barrier tells.
extension DeviceSession {
    /// Tells the barrier of a seat to let somebody through, at once or when the lane is free.
    mutating func serve(_ request: OpenRequest, seat index: Int, row: Int) {
        guard seats[index].passagePatience != nil, !context.router.isReleased else {
            return open(request, seat: index, row: row, isInTime: isInTime(request))
        }
        switch seats[index].passage.admit(request) {
        case .now: open(request, seat: index, row: row, isInTime: isInTime(request))
        case .next: break
        case .full: noteFailure(request, row)
        }
    }

    private func isInTime(_ request: OpenRequest) -> Bool {
        SystemSiteClock.uptime() - request.at < Self.openingPatience
    }

    /// Nobody is let through late: an order behind others that the line does not take would open when the
    /// line recovers, whoever stands there then. Who waited for the lane to be free stands before it.
    private mutating func open(_ request: OpenRequest, seat index: Int, row: Int, isInTime: Bool) {
        let now = SystemSiteClock.uptime()
        seats[index].lastOpened = request
        guard isInTime && isLineTaking() && tell(index, order(request, index), at: now) else {
            return noteFailure(request, row)
        }
        context.board.update(row) { $0.pulses += 1 }
        if let patience = seats[index].passagePatience, !context.router.isReleased {
            seats[index].passage.begin(request, until: now + patience)
            setAlarm()
        }
    }

    private mutating func noteFailure(_ request: OpenRequest, _ row: Int) {
        context.board.update(row) { $0.failedPulses += 1 }
        events.append(
            .openingFailed(lane: request.lane, direction: request.direction, swipedAt: request.swipedAt))
    }

    /// What the barrier's driver saw.
    mutating func report(_ passage: Passage, _ direction: Direction, of index: Int) {
        guard let current = seats[index].passage.current else {
            // Nobody was let through: in a release anybody may pass, else it is an alarm.
            guard let lane = seats[index].lastOpened?.lane ?? seats[index].plan.lanes.first,
                seats[index].passagePatience != nil, !context.router.isReleased
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
        endPassage(passage, of: index)
    }

    private mutating func endPassage(_ passage: Passage, of index: Int) {
        guard let current = seats[index].passage.current else { return }
        events.append(current.became(passage))
        guard let next = seats[index].passage.end(), let row = seats[index].barrierRow(of: next.lane) else {
            return
        }
        open(next, seat: index, row: row, isInTime: true)
    }

    /// Barriers that have not said in time what became of a grant.
    mutating func endOverduePassages(at uptime: Uptime) {
        for index in seats.indices {
            guard let deadline = seats[index].passage.deadline, deadline <= uptime else { continue }
            endPassage(.unknown, of: index)
        }
    }

    /// The barrier is gone or starts over: nobody knows who passed, and who waited is not let through.
    mutating func abandonPassages() {
        for index in seats.indices {
            guard let current = seats[index].passage.current else { continue }
            events.append(current.became(.unknown))
            guard let next = seats[index].passage.end(), let row = seats[index].barrierRow(of: next.lane)
            else { continue }
            noteFailure(next, row)
        }
    }

    /// All lanes open: whoever was let through or waited for it may go, and no barrier tells.
    private mutating func releasePassages() {
        for index in seats.indices {
            guard let current = seats[index].passage.current else { continue }
            events.append(current.became(.unknown))
            if let next = seats[index].passage.end() { events.append(next.became(.unknown)) }
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
    mutating func takeFire(_ isActive: Bool, of index: Int) {
        guard let lane = seats[index].plan.lanes.first else { return }
        context.router.release(isActive)
        events.append(.released(lane: lane, isReleased: isActive))
        followRelease()
    }
}

extension OpenRequest {
    fileprivate func became(_ passage: Passage) -> DeviceEvent {
        .passage(lane: lane, direction: direction, passage: passage, swipedAt: swipedAt)
    }
}
