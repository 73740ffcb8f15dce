import AttendanceLedger
import SQLiteStore
import SiteModel

/// Changes of personnel: step by step, each worker's in the order of the ledger.
extension PlatformDelivery {
    /// Takes up changes whose worker has none before them.
    func fillChanges() throws(DeliveryError) {
        guard changes.count < Self.activeChangeLimit else { return }
        let open = try file.reading { () throws(SQLiteError) in
            try file.nextChanges(limit: 4 * Self.activeChangeLimit)
        }
        for change in open where changes.count < Self.activeChangeLimit {
            if !changes.contains(where: { $0.sequence == change.sequence }) { changes.append(change) }
        }
    }

    func submit(_ change: ChangeDelivery) async throws {
        guard let work = try work(of: change) else { return try await local(change) }
        guard change.step < work.steps.count else { return try await finish(change, receipt: "") }
        let step = work.steps[change.step]
        guard try hasTeam(resolved(work.worker.team)), let team = upload(of: resolved(work.worker.team))
        else {
            return try leave(change, as: .waiting)
        }
        guard work.recordedAt?.isKnown ?? true else {
            waitForTheClock(change.sequence)
            return try leave(change, as: .waiting)
        }
        if step == .look { return try await lookForWorker(change, work) }
        guard let submission = try submission(step, work, team, change) else {
            return try await local(change)
        }
        try sending(change)
        if try mayHaveBeenSent(change, work) {
            lookedFor[change.sequence] = change.step
            return fly(.change(change.sequence), after: .zero)
        }
        try await take(await adapter.submit(submission), to: change)
    }

    /// By an owner whose file is lost, and nobody has looked since. Details of a worker who is there say the
    /// same when they are sent again; who was taken over from before is looked for anyway.
    private func mayHaveBeenSent(_ change: ChangeDelivery, _ work: ChangeWork) throws -> Bool {
        guard !isCarried, !change.isBaseline, lookedFor[change.sequence] != change.step,
            try file.reading({ () throws(SQLiteError) in try isDoubtful(change.sequence) })
        else { return false }
        return try work.steps[change.step] != .worker || isNew(change, work)
    }

    private func take(_ reply: SubmissionAnswer, to change: ChangeDelivery) async throws {
        switch reply {
        case .received(let receipt) where isKnown(receipt):
            try succeeded()
            fly(.change(change.sequence), after: policy.looks[0])
        case .received(let receipt):
            try succeeded()
            try update(change.sequence) { ($0.state, $0.receipt) = (.sent, receipt) }
            fly(.change(change.sequence), after: policy.poll(0))
            if change.step == 0, !change.isBaseline {
                try await answer(change, .sent, code: receipt)
            }
        case .taken:
            try succeeded()
            refusalRun.end()
            try await advance(change, receipt: "")
        case .refused(let refusal):
            try succeeded()
            try await refused(change, refusal)
        case .later(let delay):
            try reopen(change)
            failed(delay)
        case .stopped(let refusal):
            try reopen(change)
            stopped(refusal)
        case .unknown(let words):
            fly(.change(change.sequence), after: policy.looks[0])
            failed(PlatformDelay(reason: words))
        }
    }

    func poll(_ change: ChangeDelivery) async throws {
        let key = FlightKey.change(change.sequence)
        let flight = flights[key] ?? Flight(due: uptime, since: uptime)
        switch await adapter.verdict(on: change.receipt) {
        case .pending:
            try succeeded()
            guard uptime - flight.since < policy.pendingLimit else {
                try sending(change)
                return fly(key, after: .zero)
            }
            fly(key, after: policy.poll(flight.attempts + 1), attempts: flight.attempts + 1)
        case .taken:
            try succeeded()
            refusalRun.end()
            try await advance(change, receipt: change.receipt)
        case .refused(let refusal):
            try succeeded()
            try await refused(change, refusal)
        case .foreign:
            try succeeded()
            try sending(change)
            fly(key, after: policy.looks[0])
        case .later(let delay):
            askLater(key, flight)
            failed(delay)
        case .stopped(let refusal):
            askLater(key, flight)
            stopped(refusal)
        case .unknown(let words):
            if uptime - flight.since < policy.pendingLimit {
                askLater(key, flight)
            } else {
                try sending(change)
                fly(key, after: policy.looks[0])
            }
            failed(PlatformDelay(reason: words))
        }
    }

    /// Looked for before it is sent again: as often as a call of attendance, a worker once, for a second one
    /// is taken as the first. Details of a worker say the same when they are sent again.
    ///
    /// Where the platform refuses the question it is sent again as it was: platforms take identical records
    /// for the same (platform.md 2.8), and the worker's passes wait for it.
    func lookOrSendAgain(_ change: ChangeDelivery) async throws {
        guard let work = try work(of: change), change.step < work.steps.count,
            let question = try question(work.steps[change.step], work, change)
        else { return try reopen(change) }
        let key = FlightKey.change(change.sequence)
        let attempts = flights[key]?.attempts ?? 0
        switch await adapter.holdings(question) {
        case .worker(true) where try isNew(change, work), .record(isThere: true?):
            try succeeded()
            try await advance(change, receipt: "")
        case .record(isThere: false?) where attempts + 1 < policy.looks.count:
            try succeeded()
            fly(key, after: policy.looks[attempts + 1], attempts: attempts + 1)
        case .worker, .record:
            try succeeded()
            try reopen(change)
        case .later(let delay):
            fly(key, after: policy.looks[0], attempts: attempts)
            failed(delay)
        case .stopped(let refusal):
            fly(key, after: policy.looks[0], attempts: attempts)
            stopped(refusal)
        case .unknown(let words):
            fly(key, after: policy.looks[0], attempts: attempts)
            failed(PlatformDelay(reason: words))
        case .attendance, .team, .payroll: preconditionFailure("a question about a worker")
        }
    }

    private func lookForWorker(_ change: ChangeDelivery, _ work: ChangeWork) async throws {
        switch await adapter.holdings(.worker(work.person)) {
        case .worker(true):
            try succeeded()
            try await finish(change, receipt: "")
        case .worker(false):
            try succeeded()
            try await advance(change, receipt: "")
        case .later(let delay):
            try lookLater(change)
            failed(delay)
        case .stopped(let refusal):
            try lookLater(change)
            stopped(refusal)
        case .unknown(let words):
            try lookLater(change)
            failed(PlatformDelay(reason: words))
        case .attendance, .team, .payroll, .record: preconditionFailure("a question about a worker")
        }
    }

    /// Changes of others go meanwhile; `lookOrSendAgain` takes it up.
    private func lookLater(_ change: ChangeDelivery) throws(DeliveryError) {
        try sending(change)
        askLater(.change(change.sequence), flights[.change(change.sequence)])
    }

    // MARK: What becomes of it

    private func advance(_ change: ChangeDelivery, receipt: String) async throws {
        guard let work = try work(of: change), change.step + 1 < work.steps.count else {
            return try await finish(change, receipt: receipt)
        }
        flights[.change(change.sequence)] = nil
        try update(change.sequence) { ($0.step, $0.state, $0.receipt) = ($0.step + 1, .open, "") }
    }

    private func finish(_ change: ChangeDelivery, receipt: String) async throws {
        guard change.isBaseline else { return try await answer(change, .confirmed, code: receipt) }
        // Its clock never ran; that the platform has the worker is asked again when this file is lost.
        try file.write { () throws(SQLiteError) in try complete(change.sequence) }
    }

    private func refused(_ change: ChangeDelivery, _ refusal: PlatformRefusal) async throws {
        if refusal.cause == .duplicate { return try await advance(change, receipt: change.receipt) }
        if case .clock(let time) = refusal.cause, let told = try maker.change(change.sequence),
            isOfLately(told.occurredAt)
        {
            health.foundOfTomorrow(time, at: uptime)
            try sending(change)
            // It is not there: one look tells.
            return fly(
                .change(change.sequence), after: policy.clockPause, attempts: policy.looks.count - 1)
        }
        try await answer(change, .rejected, code: refusal.code, words: String(refusal.words.prefix(500)))
        try note(refusedWith: refusal.code)
    }

    /// Nothing that this platform could be told: a person enters it there and says so.
    private func local(_ change: ChangeDelivery) async throws {
        try await answer(
            change, .rejected, code: PlatformRefusal.localCode,
            words: "平台接口无法报送此项，请在平台网站登记后"
                + "用 muster changes confirm 确认 / the platform's interface has no way to be told: "
                + "enter it on its site, then confirm it by hand"
        )
    }

    private func answer(
        _ change: ChangeDelivery, _ state: DeliveryState, code: String, words: String = ""
    ) async throws {
        try await record([
            EntryDraft(
                DeliveryAnswered(
                    platform: name, entry: change.sequence, state: state, code: code, words: words),
                kind: .deliveryAnswered, subject: .worker(change.worker), clock: clock.now())
        ])
    }

    private func sending(_ change: ChangeDelivery) throws(DeliveryError) {
        try update(change.sequence) { ($0.state, $0.receipt) = (.sent, "") }
    }

    private func reopen(_ change: ChangeDelivery) throws(DeliveryError) {
        flights[.change(change.sequence)] = nil
        try update(change.sequence) { ($0.state, $0.receipt) = (.open, "") }
    }

    private func leave(_ change: ChangeDelivery, as state: ChangeDelivery.State) throws(DeliveryError) {
        var change = change
        change.state = state
        try file.write { () throws(SQLiteError) in try file.save(change) }
        changes.removeAll { $0.sequence == change.sequence }
        flights[.change(change.sequence)] = nil
    }

    private func update(
        _ sequence: LedgerSequence, _ edit: (inout ChangeDelivery) -> Void
    ) throws(DeliveryError) {
        guard let index = changes.firstIndex(where: { $0.sequence == sequence }) else { return }
        edit(&changes[index])
        try file.write { () throws(SQLiteError) in try file.save(changes[index]) }
    }
}
