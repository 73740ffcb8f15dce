import AttendanceLedger
import SQLiteStore
import SiteModel

/// Months that officers stated: when they go, and what is answered to them.
extension PlatformDelivery {
    // MARK: When they go

    /// A call that is known not to be there; planned now when none is under way.
    func plannedPayroll(at now: Uptime) throws(DeliveryError) -> PayrollCall? {
        if let call = payrollCalls.first(where: { $0.state == .planned }) { return call }
        guard let due = payrollDue, due <= now else { return nil }
        let statements = try file.reading { () throws(SQLiteError) in try file.openStatements() }
        payrollDue = statements.isEmpty ? nil : now + policy.looks[0]
        for sequence in statements {
            guard let stated = try statement(sequence), try isReady(stated, at: sequence) else { continue }
            try plan(sequence)
        }
        return nil
    }

    /// The team is there, and so is every pass of these workers in this month: payroll never goes ahead of
    /// the attendance that it was made of. A pass that was refused holds it until somebody decides.
    private func isReady(_ stated: MonthStated, at sequence: LedgerSequence) throws(DeliveryError) -> Bool {
        let number = sequence.rawValue
        guard live > number, !backlog.contains(where: { $0.lowerBound < number }),
            try hasTeam(resolved(stated.team))
        else { return false }
        let workers = Set(stated.rows.map(\.worker))
        for call in calls {
            for item in call.items where isOf(item.sequence, item.at, stated, before: sequence) {
                guard let pass = try maker.pass(item.sequence, item.pass) else { continue }
                if workers.contains(pass.worker) { return false }
            }
        }
        for worker in workers {
            let waiting = try file.reading { () throws(SQLiteError) in try file.waitingPasses(of: worker) }
            for item in waiting {
                guard let pass = try maker.pass(item.sequence, item.pass) else { continue }
                if isOf(item.sequence, pass.item.at, stated, before: sequence) { return false }
            }
        }
        return true
    }

    private func isOf(
        _ item: LedgerSequence, _ instant: UTCInstant, _ stated: MonthStated, before: LedgerSequence
    ) -> Bool {
        item < before && stated.month.contains(day(of: instant))
    }

    /// Calls of the rows that wait. Each is looked for before it is sent: whoever typed it in there, another
    /// node that carried it, or an owner whose file was lost has sent nothing twice then.
    private func plan(_ sequence: LedgerSequence) throws(DeliveryError) {
        let lines = try file.reading { () throws(SQLiteError) in try file.payrollLines(of: sequence) }
            .filter { $0.state == .open }
        let limit = max(1, adapter.limits.payrollPerCall)
        var made: [PayrollCall] = []
        for start in stride(from: 0, to: lines.count, by: limit) {
            let part = lines[start..<min(start + limit, lines.count)]
            made.append(
                PayrollCall(
                    id: nextPayrollCall + Int64(made.count), statement: sequence, rows: part.map(\.row),
                    state: .unknown))
        }
        try file.write(isSynced: true) { () throws(SQLiteError) in
            for var line in lines {
                line.state = .calling
                try file.save(line)
            }
            for call in made { try file.save(call) }
        }
        nextPayrollCall += Int64(made.count)
        for call in made {
            payrollCalls.append(call)
            let attempts = try isDoubtful(call) ? 0 : policy.looks.count - 1
            fly(.payroll(call.id), after: .zero, attempts: attempts)
        }
    }

    // MARK: Sending and asking

    func submit(_ call: PayrollCall) async throws {
        guard let upload = try upload(of: call) else { return try becomeUnknown(payroll: call.id) }
        guard !upload.rows.isEmpty else { return try forget(payroll: call.id) }
        try save(payroll: call.id) { $0.state = .sending }
        switch await adapter.submit(.payroll(upload)) {
        case .received(let receipt) where isKnown(receipt):
            try succeeded()
            try becomeUnknown(payroll: call.id)
        case .received(let receipt):
            try succeeded()
            try save(payroll: call.id) { ($0.state, $0.receipt) = (.received, receipt) }
            fly(.payroll(call.id), after: policy.poll(0))
        case .taken:
            try succeeded()
            try await confirm(call, rows: call.rows, receipt: "")
        case .refused(let refusal):
            try succeeded()
            try await refused(call, refusal)
        case .later(let delay):
            try putBack(payroll: call)
            failed(delay)
        case .stopped(let refusal):
            try putBack(payroll: call)
            stopped(refusal)
        case .unknown(let words):
            try becomeUnknown(payroll: call.id)
            failed(PlatformDelay(reason: words))
        }
    }

    /// It certainly did not arrive. What others may deliver is looked for again when it is its turn.
    private func putBack(payroll call: PayrollCall) throws(DeliveryError) {
        if try isDoubtful(call) { return try becomeUnknown(payroll: call.id) }
        try save(payroll: call.id) { $0.state = .planned }
    }

    /// It may have come up on another way.
    private func isDoubtful(_ call: PayrollCall) throws(DeliveryError) -> Bool {
        try file.reading { () throws(SQLiteError) in try isDoubtful(call.statement) }
    }

    /// Polls a receipt, or looks for a call of unknown effect.
    func ask(_ call: PayrollCall) async throws {
        guard call.state == .received else { return try await look(for: call) }
        let key = FlightKey.payroll(call.id)
        let flight = flights[key] ?? Flight(due: uptime, since: uptime)
        switch await adapter.verdict(on: call.receipt) {
        case .pending:
            try succeeded()
            guard uptime - flight.since < policy.pendingLimit else {
                return try becomeUnknown(payroll: call.id)
            }
            fly(key, after: policy.poll(flight.attempts + 1), attempts: flight.attempts + 1)
        case .taken:
            try succeeded()
            try await confirm(call, rows: call.rows, receipt: call.receipt)
        case .refused(let refusal):
            try succeeded()
            try await refused(call, refusal)
        case .foreign:
            try succeeded()
            try becomeUnknown(payroll: call.id)
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
                try becomeUnknown(payroll: call.id)
            }
            failed(PlatformDelay(reason: words))
        }
    }

    // MARK: What becomes of it

    func confirm(_ call: PayrollCall, rows: [Int], receipt: String) async throws {
        try await record([
            EntryDraft(
                PayrollConfirmed(platform: name, receipt: receipt, statement: call.statement, rows: rows),
                kind: .payrollConfirmed, clock: clock.now())
        ])
    }

    /// Of several, halves are tried, each looked for first: some platforms keep the good ones. Of one, a
    /// person has to look.
    private func refused(_ call: PayrollCall, _ refusal: PlatformRefusal) async throws {
        if call.rows.count > 1 { return try halve(call) }
        if refusal.cause == .duplicate {
            payrollSaidToBeThere.insert(call.id)
            try save(payroll: call.id) { ($0.state, $0.receipt) = (.unknown, "") }
            return fly(.payroll(call.id), after: policy.looks[0], attempts: policy.looks.count - 1)
        }
        try await reject(call.rows, of: call, code: refusal.code, words: String(refusal.words.prefix(500)))
    }

    func reject(_ rows: [Int], of call: PayrollCall, code: String, words: String) async throws {
        guard let stated = try statement(call.statement) else { return }
        try await record(
            rows.filter { $0 <= stated.rows.count }.map { row in
                EntryDraft(
                    DeliveryAnswered(
                        platform: name, entry: call.statement, pass: row, state: .rejected, code: code,
                        words: words),
                    kind: .deliveryAnswered, subject: .worker(stated.rows[row - 1].worker),
                    clock: clock.now())
            })
    }

    private func halve(_ call: PayrollCall) throws(DeliveryError) {
        let middle = call.rows.count / 2
        let halves = [call.rows[..<middle], call.rows[middle...]].enumerated().map { offset, rows in
            PayrollCall(
                id: nextPayrollCall + Int64(offset), statement: call.statement, rows: Array(rows),
                state: .unknown)
        }
        try file.write(isSynced: true) { () throws(SQLiteError) in
            try file.removePayrollCall(call.id)
            for half in halves { try file.save(half) }
        }
        nextPayrollCall += 2
        payrollCalls.removeAll { $0.id == call.id }
        flights[.payroll(call.id)] = nil
        payrollCalls.insert(contentsOf: halves, at: 0)
        for half in halves { fly(.payroll(half.id), after: .zero, attempts: policy.looks.count - 1) }
    }

    func becomeUnknown(payroll id: Int64) throws(DeliveryError) {
        try save(payroll: id) { ($0.state, $0.receipt) = (.unknown, "") }
        flights[.payroll(id)] = nil
        fly(.payroll(id), after: policy.looks[0])
    }

    func save(payroll id: Int64, _ edit: (inout PayrollCall) -> Void) throws(DeliveryError) {
        guard let index = payrollCalls.firstIndex(where: { $0.id == id }) else { return }
        edit(&payrollCalls[index])
        try file.write { () throws(SQLiteError) in try file.save(payrollCalls[index]) }
    }

    private func forget(payroll id: Int64) throws(DeliveryError) {
        payrollCalls.removeAll { $0.id == id }
        flights[.payroll(id)] = nil
        try file.write { () throws(SQLiteError) in try file.removePayrollCall(id) }
    }
}
