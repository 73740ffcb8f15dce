import SQLiteStore
import SiteModel

/// Attendance: which passes make a call, and what its answer means.
extension PlatformDelivery {
    /// Entries looked at for one plan; bounds what is planned and not sent. Large calls need many, for each
    /// is of one team.
    private var plannedAtOnce: Int64 {
        Int64(max(2_048, min(16_384, 16 * adapter.limits.attendancePerCall)))
    }
    /// While a backlog goes up, today's passes are gathered so long.
    private static let gathered = Duration.milliseconds(200)

    /// Planned calls of a lane, beyond which nothing more is planned while they wait.
    private static let waitingCallLimit = 64

    /// A call that was not sent and may go; planned now when there is none.
    func plannedCall(isLive: Bool) throws(DeliveryError) -> AttendanceCall? {
        while true {
            if let call = try nextPlanned(isLive: isLive) { return call }
            let waitingCount = calls.count {
                ($0.state == .planned || $0.state == .unknown) && $0.isLive == isLive
            }
            guard waitingCount < Self.waitingCallLimit else { return nil }
            guard try isLive ? planLive() : planBacklog() else { return nil }
        }
    }

    /// The first planned call of a lane in which nobody would overtake themselves: whoever has a pass of
    /// unknown effect in the lane waits until it is known, and so do those behind them in the same call. Of a
    /// call that was refused whole, each half waits for the verdict on the one before.
    private func nextPlanned(isLive: Bool) throws(DeliveryError) -> AttendanceCall? {
        var waiting: Set<IDNumber> = []
        for call in calls where call.isLive == isLive {
            switch call.state {
            case .received where !call.isPart: continue
            case .sending: continue
            case .received: waiting.formUnion(try persons(of: call))
            case .unknown: waiting.formUnion(try persons(of: call))
            case .planned:
                guard !waiting.isEmpty else { return call }
                let persons = try persons(of: call)
                guard !waiting.isDisjoint(with: persons) else { return call }
                waiting.formUnion(persons)
            }
        }
        return nil
    }

    private func persons(of call: AttendanceCall) throws(DeliveryError) -> Set<IDNumber> {
        Set(try payload(of: call)?.map(\.person.idNumber) ?? [])
    }

    /// - Returns: whether something was taken.
    private func planLive() throws(DeliveryError) -> Bool {
        // What waited before the platform was reached is a backlog, with what was one before it.
        if !health.wasReached { try putTodayFirst() }
        let now = uptime
        if let due = liveDue, !backlog.isEmpty, now < due { return false }
        if try planReleased(in: todayBegins...Int64.max, isLive: true) {
            liveDue = now + Self.gathered
            return true
        }
        guard live <= position else { return false }
        liveDue = now + Self.gathered
        let last = min(position, live + plannedAtOnce - 1)
        try plan(live...last, isLive: true) { [live = last + 1] () throws(SQLiteError) in
            try self.file.setMark(.live, live)
        }
        live = last + 1
        return true
    }

    private func planBacklog() throws(DeliveryError) -> Bool {
        // They stand before whatever is left of it, so nobody overtakes themselves.
        let last = min(todayBegins, backlog.first?.lowerBound ?? .max) - 1
        if try planReleased(in: 0...last, isLive: false) { return true }
        guard let (part, rest) = backlogPart() else { return false }
        try plan(part, isLive: false) { () throws(SQLiteError) in try self.file.setBacklog(rest) }
        backlog = rest
        return true
    }

    /// The stretch of the backlog that is planned next, and what is left then.
    func backlogPart() -> (part: ClosedRange<Int64>, rest: [ClosedRange<Int64>])? {
        var rest = backlog
        if policy.isNewestFirst, let stretch = rest.popLast() {
            let first = max(stretch.lowerBound, stretch.upperBound - plannedAtOnce + 1)
            if first > stretch.lowerBound { rest.append(stretch.lowerBound...first - 1) }
            return (first...stretch.upperBound, rest)
        }
        guard let stretch = rest.first else { return nil }
        let last = min(stretch.upperBound, stretch.lowerBound + plannedAtOnce - 1)
        rest.removeFirst()
        if last < stretch.upperBound { rest.insert(last + 1...stretch.upperBound, at: 0) }
        return (stretch.lowerBound...last, rest)
    }

    /// After an outage: what waits is a backlog, with calls of unknown effect, and what comes from now on
    /// goes ahead of it.
    func putTodayFirst() throws(DeliveryError) {
        todayBegins = position + 1
        let former = calls.indices.filter { calls[$0].isLive }
        guard live <= position || !former.isEmpty else { return }
        var stretches = backlog
        if live <= position {
            if let last = stretches.last, last.upperBound == live - 1 {
                stretches[stretches.count - 1] = last.lowerBound...position
            } else {
                stretches.append(live...position)
            }
        }
        try file.write { () throws(SQLiteError) in
            try file.setBacklog(stretches)
            try file.setMark(.live, todayBegins)
            for index in former {
                calls[index].isLive = false
                try file.save(calls[index])
            }
        }
        backlog = stretches
        live = todayBegins
    }

    private func plan(
        _ range: ClosedRange<Int64>, isLive: Bool, _ mark: () throws(SQLiteError) -> Void
    ) throws(DeliveryError) {
        let (doubt, withdrawn) = try file.reading { () throws(SQLiteError) in
            (try file.mark(.doubt), try file.withdrawn(in: range))
        }
        var read = ahead.flatMap { $0.range == range ? $0 : nil } ?? PassesAhead(of: range)
        if !isLive { ahead = nil }
        while !read.isWhole { try read.readPage(with: maker) }
        var plan = AttendancePlan(limit: adapter.limits.attendancePerCall)
        for pass in read.passes where !withdrawn.contains(pass.item.sequence.rawValue) {
            let isDoubtful = isCarried || pass.item.sequence.rawValue <= doubt
            // Those that were answered before the file was made again.
            if isDoubtful, try isWaiting(pass) { continue }
            // The barrier has not spoken; then it goes with what is released.
            if pass.awaitsPassage, try awaitsPassage(pass) { continue }
            try add(pass, to: &plan, isLive: isLive, isDoubtful: isDoubtful)
        }
        try keep(plan, isLive: isLive, released: []) { () throws(SQLiteError) in
            try mark()
            try file.forgetWithdrawn(in: range)
        }
    }

    private func isWaiting(_ pass: UploadMaker.Pass) throws(DeliveryError) -> Bool {
        try file.reading { () throws(SQLiteError) in
            try file.isWaiting(pass.item.sequence, pass: pass.item.pass)
        }
    }

    private func awaitsPassage(_ pass: UploadMaker.Pass) throws(DeliveryError) -> Bool {
        try file.reading { () throws(SQLiteError) in try file.awaitsPassage(pass.item.sequence) }
    }

    /// - Returns: whether there were any.
    private func planReleased(
        in range: ClosedRange<Int64>, isLive: Bool
    ) throws(DeliveryError) -> Bool {
        let released = try file.reading { () throws(SQLiteError) in
            try file.released(in: range, limit: Int(plannedAtOnce))
        }
        guard !released.isEmpty else { return false }
        var plan = AttendancePlan(limit: adapter.limits.attendancePerCall)
        for held in released {
            guard let pass = try maker.pass(held.sequence, held.pass) else { continue }
            try add(pass, to: &plan, isLive: isLive, isDoubtful: held.isDoubtful)
        }
        try keep(plan, isLive: isLive, released: released) { () throws(SQLiteError) in }
        return true
    }

    private func add(
        _ pass: UploadMaker.Pass, to plan: inout AttendancePlan, isLive: Bool, isDoubtful: Bool
    ) throws(DeliveryError) {
        // Of somebody who was erased meanwhile nothing goes up.
        guard let worker = try planned(pass.worker, in: &plan) else { return plan.drop(pass) }
        guard pass.isTimeKnown else {
            waitForTheClock(pass.item.sequence)
            return plan.hold(pass, .clock, isDoubtful: isDoubtful)
        }
        guard pass.item.sequence < worker.end, worker.hasTeam else {
            return plan.hold(pass, .worker, isDoubtful: isDoubtful)
        }
        let at = seconds[isLive, default: PassSeconds()].free(for: pass)
        let isFree = day(of: at) == day(of: pass.item.at)
        let item = DeliveryItem(
            sequence: pass.item.sequence, pass: pass.item.pass, at: isFree ? at : pass.item.at)
        plan.add(
            item, pass.upload(of: worker.person, at: item.at), of: pass.worker, team: worker.team,
            isDoubtful: isDoubtful)
    }

    private func planned(
        _ worker: WorkerID, in plan: inout AttendancePlan
    ) throws(DeliveryError) -> PlannedWorker? {
        if let known = plan.workers[worker] { return known }
        guard let person = try maker.person(worker) else { return nil }
        let end = try file.reading { () throws(SQLiteError) in
            guard try file.isPresent(worker) != nil else { return LedgerSequence(0) }
            return try file.firstHolding(worker) ?? LedgerSequence(.max)
        }
        let team = resolved(person.team)
        var isTeamThere = false
        if end.rawValue > 0 { isTeamThere = try hasTeam(team) }
        let planned = PlannedWorker(person: person, team: team, hasTeam: isTeamThere, end: end)
        plan.workers[worker] = planned
        return planned
    }

    /// Synced: from here on these passes may be sent, and a crash must know that.
    private func keep(
        _ plan: AttendancePlan, isLive: Bool, released: [DeliveryFile.HeldPass],
        _ mark: () throws(SQLiteError) -> Void
    ) throws(DeliveryError) {
        var plan = plan
        let batches = plan.finished()
        let (holds, dropped) = (plan.held, plan.dropped)
        var made: [AttendanceCall] = []
        try file.write(isSynced: !batches.isEmpty) { () throws(SQLiteError) in
            try mark()
            for held in released { try file.unhold(held.sequence, pass: held.pass) }
            for pass in dropped {
                try file.count(day(of: pass.item.at), recorded: -1)
                try file.addToMark(.dismissed, 1)
            }
            for hold in holds {
                try file.hold(
                    hold.pass.item.sequence, pass: hold.pass.item.pass, of: hold.pass.worker, hold.reason,
                    isDoubtful: hold.isDoubtful)
            }
            for (offset, batch) in batches.enumerated() {
                let call = AttendanceCall(
                    id: nextCall + Int64(offset) * AttendanceCall.distance, isLive: isLive, team: batch.team,
                    items: batch.items,
                    state: batch.isDoubtful ? .unknown : .planned)
                try file.save(call)
                made.append(call)
            }
        }
        for (call, batch) in zip(made, batches) {
            payloads[call.id] = batch.uploads
            calls.append(call)
            if call.state == .unknown { fly(.call(call.id), after: .zero) }
        }
        nextCall += Int64(made.count) * AttendanceCall.distance
    }
}
