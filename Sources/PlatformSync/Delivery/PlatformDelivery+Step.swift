import Logging
import SiteModel

/// What is done next. One step makes at most one request.
extension PlatformDelivery {
    /// - Returns: false when there is nothing to do before something is due or new.
    func step() async throws -> Bool {
        if try takeIn() { return true }
        let now = uptime
        if areProofsDue(at: now) {
            try await writeProofs()
            return true
        }
        if try await signWhatWasConfirmed() { return true }
        guard !isPaused, !health.isPaused(at: now) else { return false }
        try lookAtTheClock(at: now)
        try fillChanges()
        isPollTurn.toggle()
        if isPollTurn {
            isComparingTurn.toggle()
            if isComparingTurn, await goOnComparing() { return true }
            if try await ask(at: now) { return true }
        }
        if try await send(at: now) { return true }
        if try await ask(at: now) { return true }
        return await goOnComparing()
    }

    /// Asks what became of what is under way: of a backlog last, and the longest due first.
    private func ask(at now: Uptime) async throws -> Bool {
        let ofBacklog = Set(calls.filter { !$0.isLive }.map { FlightKey.call($0.id) })
        let due = flights.filter { $0.value.due <= now }.min { first, second in
            let (isBehind, isOtherBehind) = (ofBacklog.contains(first.key), ofBacklog.contains(second.key))
            return isBehind == isOtherBehind ? first.value.due < second.value.due : isOtherBehind
        }
        guard let key = due?.key else { return false }
        switch key {
        case .call(let id):
            guard let call = calls.first(where: { $0.id == id }) else {
                flights[key] = nil
                return true
            }
            if call.state == .received { try await poll(call) } else { try await look(for: call) }
        case .change(let sequence):
            guard let change = changes.first(where: { $0.sequence == sequence }) else {
                flights[key] = nil
                return true
            }
            if change.receipt.isEmpty { try await lookOrSendAgain(change) } else { try await poll(change) }
        case .unit(let employer, let team):
            guard let unit = units[Team(name: team, employer: employer)], unit.state == .sent else {
                flights[key] = nil
                return true
            }
            if unit.receipt.isEmpty { try await lookOrSendAgain(unit) } else { try await poll(unit) }
        case .payroll(let id):
            guard let call = payrollCalls.first(where: { $0.id == id }) else {
                flights[key] = nil
                return true
            }
            try await ask(call)
        }
        return true
    }

    private func send(at now: Uptime) async throws -> Bool {
        // A team goes behind its company, and behind the verdict on it.
        let open = units.values.filter { unit in
            unit.state == .open
                && (unit.team.isEmpty || units[Team(name: "", employer: unit.employer)]?.state != .sent)
        }
        if let unit = open.first(where: \.team.isEmpty) ?? open.first {
            try await submit(unit)
            return true
        }
        if let change = changes.first(where: { $0.state == .open }) {
            try await submit(change)
            return true
        }
        for isLive in [true, false] {
            guard openCount(isLive: isLive) < Self.openCallLimit else {
                hurry(at: now)
                continue
            }
            if let call = try plannedCall(isLive: isLive) {
                try await submit(call)
                return true
            }
        }
        if let call = try plannedPayroll(at: now) {
            try await submit(call)
            return true
        }
        return false
    }

    /// Calls of a lane without a verdict.
    func openCount(isLive: Bool) -> Int {
        let judged = Set(proofs.map(\.call))
        return calls.count {
            $0.isLive == isLive && ($0.state == .received || $0.state == .unknown) && !judged.contains($0.id)
        }
    }

    /// Waiting for verdicts is what holds the backlog up: the oldest is asked for now, unless the platform
    /// lately had none when it was asked.
    private func hurry(at now: Uptime) {
        guard isQuick, let call = calls.first(where: { $0.state == .received && isFlying($0.id) }) else {
            return
        }
        flights[.call(call.id)]?.due = now
    }

    func judgeQuickness(_ answer: VerdictAnswer, _ flight: Flight) {
        guard answer != .pending else {
            (isQuick, quickness) = (false, nil)
            return
        }
        guard flight.attempts == 0 else { return }
        isQuick = true
        let age = uptime - flight.since
        if age < policy.poll(0) { quickness = min(age, quickness ?? age) }
    }

    private func isFlying(_ call: Int64) -> Bool { flights[.call(call)]?.attempts == 0 }

    /// There was no usable answer: others are asked about first, for this one may never have any.
    func askLater(_ key: FlightKey, _ flight: Flight?) {
        let attempts = (flight?.attempts ?? 0) + 1
        fly(key, after: policy.poll(attempts), attempts: attempts)
    }

    /// A single record was refused for good, by the platform: a roster without photos is no reason to pause.
    func note(refusedWith code: String) throws(DeliveryError) {
        guard code != PlatformRefusal.localCode, refusalRun.add(code) >= policy.refusalsUntilPause else {
            return
        }
        logger.error(
            "paused: one record after the other is refused",
            metadata: [
                "platform": "\(name)", "code": "\(refusalRun.code)", "count": "\(policy.refusalsUntilPause)",
            ])
        try pause(true, code: refusalRun.code)
    }

    // MARK: What every answer does to the way itself

    /// The platform answered in a usable way.
    func succeeded() throws {
        if health.succeeded(at: uptime, outage: policy.outage) { try putTodayFirst() }
    }

    func failed(_ delay: PlatformDelay) {
        health.failed(delay.reason, atLeast: delay.atLeast, at: uptime, policy: policy)
        logger.info("platform not reached", metadata: ["platform": "\(name)", "reason": "\(delay.reason)"])
    }

    func stopped(_ refusal: PlatformRefusal) {
        health.stopped(refusal, at: uptime, policy: policy)
        logger.error(
            "the platform refuses everything", metadata: ["platform": "\(name)", "code": "\(refusal.code)"])
    }

    /// Whether the platform gave this receipt for something else before: then it says nothing of this call.
    func isKnown(_ receipt: String) -> Bool {
        if recentReceipts.contains(receipt) { return true }
        recentReceipts.append(receipt)
        if recentReceipts.count > Self.rememberedReceiptLimit { recentReceipts.removeFirst() }
        return false
    }

    /// Asks about it later, or again.
    func fly(_ key: FlightKey, after delay: Duration, attempts: Int = 0) {
        let now = uptime
        flights[key] = Flight(due: now + delay, attempts: attempts, since: flights[key]?.since ?? now)
    }
}
