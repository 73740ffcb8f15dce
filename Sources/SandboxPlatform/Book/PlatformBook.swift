import SQLiteStore
import SiteModel

/// What a fault changes in the handling of one call.
struct Twist: Sendable {
    /// Answers as if all were done, and keeps nothing.
    var storesNothing = false
    /// One element of the batch, chosen by this number, is refused now and whenever it comes again.
    var badElement: UInt64?
    /// The verdict stays pending so long in place of the configured delay.
    var delay: Duration?
    /// Answers with the serial or the verdict of another call.
    var isForeign = false
}

/// The platform behind its envelope: what it knows, and one call after the other.
///
/// What an answer says is on disk before the answer is made: one synced commit per write.
actor PlatformBook {
    private let configuration: SandboxConfiguration
    private let clock: any SiteClock
    private let file: BookFile
    private let executor = BlockingExecutor()
    /// Of calls that write nothing; those of writes are in the file.
    private var nonces: [String: UTCInstant] = [:]
    private(set) var tally = Tally()

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(configuration: SandboxConfiguration, clock: any SiteClock) throws(SandboxError) {
        self.configuration = configuration
        self.clock = clock
        file = try BookFile(path: configuration.store)
        do throws(SQLiteError) {
            for (kind, count) in try file.counts() {
                tally.rows[kind] = count.rows
                tally.duplicates[kind] = count.duplicates
            }
        } catch {
            throw .store(path: configuration.store, words: error.words)
        }
    }

    /// Answers one call. What the store refuses is a system error (9999), with nothing kept.
    func answer(_ form: FormBody, twist: Twist = Twist()) -> Answer {
        countRequest(of: form)
        let answer: Answer
        do {
            answer = try handled(form, twist: twist)
        } catch let refusal as Refusal {
            answer = Answer(refusal)
        } catch {
            answer = Answer(.system, "系统错误")
        }
        tally.answers[answer.code, default: 0] += 1
        return answer
    }

    /// By its method, whatever becomes of it.
    func countRequest(of form: FormBody) {
        tally.requests[knownMethod(form["method"] ?? ""), default: 0] += 1
    }

    private func handled(_ form: FormBody, twist: Twist) throws -> Answer {
        let now = clock.now().wall
        let envelope = Envelope(
            appID: configuration.appID, secret: configuration.secret, window: configuration.window)
        let call = try envelope.call(of: form, now: now)
        try remember(call.nonce, at: now)
        let planner = Planner(file: file, configuration: configuration, now: now)
        if call.method == "AsyncHandleResult.Query" { return try verdict(call, planner, twist) }
        if let answer = try RecordQueries(planner: planner).answer(call) { return answer }
        if let badElement = twist.badElement { try spoil(call, badElement, planner) }
        guard let plan = try planner.plan(call) else { throw Refusal("[method]值超出范围或无效") }
        return try commit(plan, of: call, at: now, twist)
    }

    /// A nonce may come again only when its timestamp would be refused anyway.
    private func remember(_ nonce: String, at now: UTCInstant) throws {
        let kept = 2 * configuration.window.wholeMilliseconds
        if nonces.count > 100_000 {
            nonces = nonces.filter { now.milliseconds - $0.value.milliseconds <= kept }
        }
        guard nonces[nonce] == nil, try !file.knows(nonce: nonce) else {
            throw Refusal("nonce重复", code: .signature)
        }
        nonces[nonce] = now
    }

    private func knownMethod(_ name: String) -> String {
        Self.methods.contains(name) ? name : "unknown"
    }

    static let methods: Set = [
        "ProjectSubContractor.Add", "ProjectSubContractor.Update", "Team.Add", "Team.Update",
        "ProjectWorker.Add", "ProjectWorker.Update", "WorkerEntryExit.Add", "WorkerContract.Add",
        "ProjectTraining.Add", "WorkerAttendance.Add", "Payroll.Add", "AsyncHandleResult.Query",
        "CheckSign.Query", "Project.Query", "ProjectSubContractor.Query", "Team.Query",
        "ProjectWorker.Query", "WorkerEntryExit.Query", "WorkerContract.Query", "ProjectTraining.Query",
        "WorkerAttendance.Query", "Payroll.Query",
    ]

    private func verdict(_ call: Call, _ planner: Planner, _ twist: Twist) throws -> Answer {
        try planner.check(call.content, MethodRules.verdict)
        let serial = call.content["requestSerialCode"]?.scalarText ?? ""
        guard let own = try file.verdict(serial) else { throw Refusal("[requestSerialCode]值超出范围或无效") }
        let told = twist.isForeign ? try file.foreignVerdict(to: serial) ?? own : own
        let isPending = !twist.isForeign && told.readyAtMilliseconds > planner.now.milliseconds
        return .accepted(
            .object([
                JSONValue.Member("requestSerialCode", .text(told.serial)),
                JSONValue.Member("status", .text(isPending ? "0" : String(told.status.rawValue))),
                JSONValue.Member("result", .text(isPending ? "" : told.result)),
            ]))
    }

    /// Marks one element of the batch as bad for good; a call without a batch as a whole is left alone.
    private func spoil(_ call: Call, _ choice: UInt64, _ planner: Planner) throws {
        guard let plan = try planner.plan(call), !plan.additions.isEmpty else { return }
        let chosen = plan.additions[Int(choice % UInt64(plan.additions.count))]
        try file.markBad(chosen.naturalKey)
    }

    private func commit(
        _ plan: Plan, of call: Call, at now: UTCInstant, _ twist: Twist
    ) throws -> Answer {
        guard let delay = twist.delay ?? configuration.delay else {
            return try commitAtOnce(plan, call, at: now, twist)
        }
        let serial = try serial(of: call, at: now)
        let ready = now.milliseconds + delay.wholeMilliseconds
        let added = try file.transaction { () throws(SQLiteError) in
            let (result, added) = try carryOut(plan, at: now, twist)
            try file.add(
                Verdict(
                    serial: serial, method: call.method, readyAtMilliseconds: ready,
                    status: plan.refusal == nil ? .done : .failed,
                    result: plan.refusal?.message ?? result),
                nonce: call.nonce, at: now)
            return added
        }
        count(added)
        tally.verdicts[plan.refusal == nil ? .done : .failed, default: 0] += 1
        let told = twist.isForeign ? try file.foreignVerdict(to: serial)?.serial ?? serial : serial
        return .accepted(.object([JSONValue.Member("requestSerialCode", .text(told))]))
    }

    private func commitAtOnce(
        _ plan: Plan, _ call: Call, at now: UTCInstant, _ twist: Twist
    ) throws -> Answer {
        let (result, added) = try file.transaction { () throws(SQLiteError) in
            try carryOut(plan, at: now, twist)
        }
        count(added)
        if let refusal = plan.refusal { throw refusal }
        return .accepted(JSONValue(result.utf8) ?? .text(result))
    }

    private func carryOut(
        _ plan: Plan, at now: UTCInstant, _ twist: Twist
    ) throws(SQLiteError) -> (result: String, added: [(kind: RecordKind, isDuplicate: Bool)]) {
        var added: [(kind: RecordKind, isDuplicate: Bool)] = []
        var firstID: Int64 = 1
        if !twist.storesNothing {
            for (id, record) in plan.replacements { try file.replace(id, with: record) }
            for (index, record) in plan.additions.enumerated() {
                let (id, isDuplicate) = try file.insert(record, at: now)
                if index == 0 { firstID = id }
                added.append((record.kind, isDuplicate))
            }
        }
        switch plan.success {
        case .text(let text): return (text, added)
        case .teamSysNo: return ("{\"teamSysNo\":\(firstTeamSysNo + firstID)}", added)
        case .payrollCode: return ("[{\"payrollCode\":\"PR\(firstID)\"}]", added)
        }
    }

    private func count(_ added: [(kind: RecordKind, isDuplicate: Bool)]) {
        for (kind, isDuplicate) in added {
            tally.rows[kind, default: 0] += 1
            if isDuplicate { tally.duplicates[kind, default: 0] += 1 }
        }
        if !added.isEmpty { tally.lastAcceptedAt = clock.now().wall }
    }

    /// `team-add-2026030207-1-0001`: method, verb, hour, and numbers.
    private func serial(of call: Call, at now: UTCInstant) throws -> String {
        let number = String(try file.nextVerdictNumber())
        let name = call.method.replacing(".", with: "-").lowercased()
        let filling = String(repeating: "0", count: max(0, 4 - number.count))
        return "\(name)-\(PlatformTime.hour(of: now))-1-\(filling)\(number)"
    }

    /// Rows behind `id` in the order of their acceptance, for dumps and the page.
    func rows(of kind: RecordKind, after id: Int64, limit: Int) throws -> [StoredRecord] {
        try file.rows(of: kind, after: id, limit: limit)
    }

    func forgetBadKeys() throws { try file.forgetBadKeys() }

    func state() -> Tally { tally }
}

/// Counts since the start; rows and duplicates are those of the store.
struct Tally: Sendable {
    var requests: [String: Int] = [:]
    /// By the answer's code.
    var answers: [Int: Int] = [:]
    /// Of writes that were taken with a serial.
    var verdicts: [Verdict.Status: Int] = [:]
    var rows: [RecordKind: Int] = [:]
    var duplicates: [RecordKind: Int] = [:]
    var lastAcceptedAt: UTCInstant?
}
