import AttendanceLedger
import SQLiteStore
import SiteModel

/// Sending calls of attendance, and what is answered to them.
extension PlatformDelivery {
    func submit(_ call: AttendanceCall) async throws {
        guard let number = units[call.team]?.number, let uploads = try payload(of: call), !uploads.isEmpty
        else { return try holdBack(call) }
        try save(call.id) { ($0.state, $0.sentCount) = (.sending, uploads.count) }
        if preparedCall == call.id { preparedCall = nil }
        async let reply = adapter.submit(.attendance(teamNumber: number, uploads))
        try await meanwhile()
        switch await reply {
        case .received(let receipt) where isKnown(receipt):
            try succeeded()
            try becomeUnknown(call.id)
        case .received(let receipt):
            try save(call.id) { ($0.state, $0.receipt) = (.received, receipt) }
            // Made again from the ledger in case it has to be looked for.
            payloads[call.id] = nil
            fly(.call(call.id), after: min(policy.poll(0), quickness ?? policy.poll(0)))
            try succeeded()
        case .taken:
            try succeeded()
            refusalRun.end()
            try await confirm(call.id, receipt: "")
        case .refused(let refusal):
            try succeeded()
            try await refused(call.id, refusal)
        case .later(let delay):
            try putBack(call.id)
            failed(delay)
        case .stopped(let refusal):
            try putBack(call.id)
            stopped(refusal)
        case .unknown(let words):
            try becomeUnknown(call.id)
            failed(PlatformDelay(reason: words))
        }
    }

    func poll(_ call: AttendanceCall) async throws {
        async let reply = adapter.verdict(on: call.receipt)
        try await meanwhile()
        let answer = await reply
        let key = FlightKey.call(call.id)
        let flight = flights[key] ?? Flight(due: uptime, since: uptime)
        judgeQuickness(answer, flight)
        switch answer {
        case .pending:
            try succeeded()
            guard uptime - flight.since < policy.pendingLimit else { return try becomeUnknown(call.id) }
            fly(key, after: policy.poll(flight.attempts + 1), attempts: flight.attempts + 1)
        case .taken:
            try succeeded()
            refusalRun.end()
            flights[key] = nil
            proofs.append(Proof(call: call.id, receipt: call.receipt, since: uptime))
        case .refused(let refusal):
            try succeeded()
            try await refused(call.id, refusal)
        case .foreign:
            try succeeded()
            try becomeUnknown(call.id)
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
                try becomeUnknown(call.id)
            }
            failed(PlatformDelay(reason: words))
        }
    }

    /// What the call carries; nil when a worker of it was erased meanwhile.
    func payload(of call: AttendanceCall) throws(DeliveryError) -> [AttendanceUpload]? {
        if let known = payloads[call.id] { return known }
        var uploads: [AttendanceUpload] = []
        for item in call.items {
            guard let pass = try maker.pass(item.sequence, item.pass),
                let person = try maker.person(pass.worker)
            else { return nil }
            uploads.append(pass.upload(of: person, at: item.at))
        }
        payloads[call.id] = uploads
        return uploads
    }

    /// Plans its passes anew, one by one.
    private func holdBack(_ call: AttendanceCall) throws(DeliveryError) {
        try replan(call.id, isDoubtful: try hasDoubtful(call))
    }

    func replan(_ id: Int64, isDoubtful: Bool) throws(DeliveryError) {
        guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
        let items = calls[index].items
        var owners: [(item: DeliveryItem, worker: WorkerID)] = []
        for item in items {
            guard let pass = try maker.pass(item.sequence, item.pass) else { continue }
            owners.append((item, pass.worker))
        }
        try file.write { () throws(SQLiteError) in
            for owner in owners {
                try file.hold(
                    owner.item.sequence, pass: owner.item.pass, of: owner.worker, .released,
                    isDoubtful: isDoubtful)
            }
            try file.removeCall(id)
        }
        forget(id)
    }

    func forget(_ id: Int64) {
        calls.removeAll { $0.id == id }
        payloads[id] = nil
        flights[.call(id)] = nil
    }

    /// It certainly did not arrive. Of what others may deliver, nobody knows how things stand when it is its
    /// turn again.
    private func putBack(_ id: Int64) throws(DeliveryError) {
        guard let call = calls.first(where: { $0.id == id }) else { return }
        if try hasDoubtful(call) { return try becomeUnknown(id) }
        try planAgain(id)
    }

    /// Something in it may have come up on another way.
    func hasDoubtful(_ call: AttendanceCall) throws(DeliveryError) -> Bool {
        // In the order of the ledger: the first is the oldest.
        guard let oldest = call.items.first else { return false }
        return try file.reading { () throws(SQLiteError) in try isDoubtful(oldest.sequence) }
    }

    /// It goes up as it was, without what was withdrawn meanwhile.
    func planAgain(_ id: Int64) throws(DeliveryError) {
        guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
        flights[.call(id)] = nil
        try file.write { () throws(SQLiteError) in
            var gone: Set<DeliveryItem> = []
            for item in calls[index].items where try file.isOvertaken(item.sequence, pass: item.pass) {
                try file.forgetOvertaken(item.sequence, pass: item.pass)
                try file.drop(item.sequence, pass: item.pass)
                try file.count(day(of: item.at), recorded: -1)
                gone.insert(item)
            }
            (calls[index].state, calls[index].receipt) = (.planned, "")
            if gone.isEmpty { try file.save(calls[index]) } else { try shrink(index, by: gone) }
        }
        if calls[index].items.isEmpty { forget(id) }
    }

    func becomeUnknown(_ id: Int64) throws(DeliveryError) {
        try save(id) { ($0.state, $0.receipt) = (.unknown, "") }
        fly(.call(id), after: policy.looks[0])
    }

    func save(_ id: Int64, _ change: (inout AttendanceCall) -> Void) throws(DeliveryError) {
        guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
        change(&calls[index])
        try file.write { () throws(SQLiteError) in try file.save(calls[index]) }
    }

    /// The platform has all of the call: the proof goes into the ledger, and is taken in from there.
    func confirm(_ id: Int64, receipt: String) async throws {
        guard let call = calls.first(where: { $0.id == id }) else { return }
        try await prove(call.items, receipt: receipt)
    }

    func prove(_ items: [DeliveryItem], receipt: String) async throws {
        try await record(drafts(proving: items, receipt: receipt))
    }

    func drafts(proving items: [DeliveryItem], receipt: String) throws -> [EntryDraft] {
        var drafts: [EntryDraft] = []
        let reading = clock.now()
        let entries = items.filter { !$0.isOfCorrection }.map(\.sequence)
        if !entries.isEmpty {
            drafts.append(
                EntryDraft(
                    AttendanceConfirmed(platform: name, receipt: receipt, entries: entries),
                    kind: .attendanceConfirmed, clock: reading))
        }
        for item in items where item.isOfCorrection {
            guard let pass = try maker.pass(item.sequence, item.pass) else { continue }
            drafts.append(
                EntryDraft(
                    DeliveryAnswered(
                        platform: name, entry: item.sequence, pass: item.pass, state: .confirmed,
                        code: receipt),
                    kind: .deliveryAnswered, subject: .worker(pass.worker), clock: reading))
        }
        return drafts
    }

    /// What the platform refused: of several, halves are tried; of one, a person has to look.
    private func refused(_ id: Int64, _ refusal: PlatformRefusal) async throws {
        guard let call = calls.first(where: { $0.id == id }), let item = call.items.first else { return }
        if call.items.count > 1 { return try halve(call) }
        if call.hasShrunk {
            try save(id) { ($0.state, $0.receipt) = (.unknown, "") }
            return fly(.call(id), after: .zero, attempts: try looksLeftOut(call))
        }
        switch refusal.cause {
        case .duplicate: return try await confirm(id, receipt: call.receipt)
        case .dependency where call.dependencyCount == 0:
            // The worker may stand in another team by now: planned with what is known now, or once more.
            payloads[id] = nil
            if let person = try person(of: item), resolved(person.team) != call.team {
                return try replan(id, isDoubtful: try hasDoubtful(call))
            }
            try save(id) { $0.dependencyCount = 1 }
            return try putBack(id)
        case .clock(let time) where isOfLately(item.at):
            health.foundOfTomorrow(time, at: uptime)
            try save(id) { ($0.state, $0.receipt) = (.unknown, "") }
            return fly(.call(id), after: policy.clockPause, attempts: try looksLeftOut(call))
        default: break
        }
        guard let pass = try maker.pass(item.sequence, item.pass) else { return forget(id) }
        try await record([
            EntryDraft(
                DeliveryAnswered(
                    platform: name, entry: item.sequence, pass: item.pass, state: .rejected,
                    code: refusal.code, words: String(refusal.words.prefix(500))),
                kind: .deliveryAnswered, subject: .worker(pass.worker), clock: clock.now())
        ])
        try note(refusedWith: refusal.code)
    }

    /// What comes up on no other way is there already, or not at all: one look tells.
    private func looksLeftOut(_ call: AttendanceCall) throws(DeliveryError) -> Int {
        try hasDoubtful(call) ? 0 : policy.looks.count - 1
    }

    /// Around midnight some seconds between two clocks make it tomorrow: what is no older than a day is sent
    /// again. Anything older is another trouble.
    func isOfLately(_ instant: UTCInstant) -> Bool {
        let now = maker.corrected(clock.now()).instant
        return now.milliseconds - instant.milliseconds < UTCInstant.dayMilliseconds
    }

    /// Each half goes where the whole was, so that each worker's passes stay in order, and is looked for
    /// before it is sent: some platforms keep the good records of a batch that they refuse.
    private func halve(_ whole: AttendanceCall) throws(DeliveryError) {
        let attempts = try looksLeftOut(whole)
        try planAgain(whole.id)
        guard let index = calls.firstIndex(where: { $0.id == whole.id }) else { return }
        let call = calls[index]
        guard call.items.count > 1 else { return }
        let middle = call.items.count / 2
        let room = (index + 1 < calls.count ? calls[index + 1].id : nextCall) - call.id
        let parts = [call.items[..<middle], call.items[middle...]]
        let halves = zip(parts, [room / 4, room / 2]).map { items, distance in
            AttendanceCall(
                id: call.id + distance, isLive: call.isLive, team: call.team, items: Array(items),
                state: .unknown)
        }
        let payload = payloads[call.id]
        try file.write(isSynced: true) { () throws(SQLiteError) in
            try file.removeCall(call.id)
            for half in halves { try file.save(half) }
        }
        forget(call.id)
        if let payload, payload.count == call.items.count {
            payloads[halves[0].id] = Array(payload[..<middle])
            payloads[halves[1].id] = Array(payload[middle...])
        }
        calls.insert(contentsOf: halves, at: index)
        for half in halves { fly(.call(half.id), after: .zero, attempts: attempts) }
    }
}
