import AttendanceLedger
import SQLiteStore
import SiteModel

/// What entries about months mean for what is on its way. The same when a lost file is made again.
///
/// Whether a second `Payroll.Add` of a worker's month stands in place of the first is not documented
/// (platform.md 2.8, 3.9): what a platform has is therefore never sent with other figures by itself. A later
/// statement with the same figures is confirmed with them; one with others is set aside for a person, who
/// puts it right at the platform and says so.
extension PlatformDelivery {
    func takeStatement(_ entry: LedgerEntry) throws {
        let stated = try MonthStated(encoded: entry.body)
        try file.add(entry.sequence, stated)
        for (index, row) in stated.rows.enumerated() {
            try take(
                PayrollLine(
                    statement: entry.sequence, row: index + 1, month: stated.month, worker: row.worker,
                    days: row.days, minutes: row.minutes, state: .open))
        }
        payrollDue = uptime
    }

    private func take(_ line: PayrollLine) throws {
        var line = line
        for former in try file.payrollLines(of: line.worker, in: line.month) {
            switch former.state {
            case .calling: line.state = .waiting
            case .open, .refused, .waiting: try file.remove(former)
            case .confirmed, .settled: break
            }
        }
        guard line.state == .open else { return try file.save(line) }
        if let held = try file.heldPayroll(of: line.worker, in: line.month) {
            line.state = line.says(held) ? .confirmed : .refused
        } else if line.days == 0, line.minutes == 0 {
            // Nobody was told of them, and there is nothing to tell.
            return
        }
        try file.save(line)
    }

    /// The platform has these rows.
    func takeProof(_ proof: PayrollConfirmed) throws {
        guard proof.platform == name, let stated = try statement(proof.statement) else { return }
        for number in proof.rows where number <= stated.rows.count {
            let row = stated.rows[number - 1]
            try file.setHeldPayroll(of: row.worker, in: stated.month, days: row.days, minutes: row.minutes)
            for var line in try file.payrollLines(of: row.worker, in: stated.month) {
                let isIt = line.statement == proof.statement
                guard isIt || line.state == .open || line.state == .waiting else { continue }
                line.state = isIt || line.says((row.days, row.minutes)) ? .confirmed : .refused
                try file.save(line)
            }
        }
        try shrinkCalls(of: proof.statement, by: Set(proof.rows))
    }

    /// - Returns: whether the answer is about a row of a month.
    func takePayrollAnswer(_ answer: DeliveryAnswered) throws -> Bool {
        guard try file.isStatement(answer.entry) else { return false }
        guard answer.state == .rejected, var line = try line(answer.entry, answer.pass) else { return true }
        try shrinkCalls(of: answer.entry, by: [answer.pass])
        let later = try file.payrollLines(of: line.worker, in: line.month).filter { $0.state == .waiting }
        if var next = later.last {
            try file.remove(line)
            next.state = .open
            try file.save(next)
            payrollDue = uptime
        } else if line.state != .confirmed {
            line.state = .refused
            try file.save(line)
        }
        return true
    }

    /// - Returns: whether it is about a row of a month.
    func takePayrollSettlement(_ settled: DeliverySettled) throws -> Bool {
        guard try file.isStatement(settled.entry) else { return false }
        guard var line = try line(settled.entry, settled.pass), line.state == .refused else { return true }
        if settled.isResent {
            // Somebody took the old one away there; it is looked for before this one goes.
            try file.forgetHeldPayroll(of: line.worker, in: line.month)
            line.state = .open
            payrollDue = uptime
        } else {
            if try file.heldPayroll(of: line.worker, in: line.month) != nil {
                // Put right by hand: from here on this is what the platform has.
                try file.setHeldPayroll(
                    of: line.worker, in: line.month, days: line.days, minutes: line.minutes)
            }
            line.state = .settled
        }
        try file.save(line)
        return true
    }

    private func line(_ statement: LedgerSequence, _ row: Int) throws -> PayrollLine? {
        try file.payrollLines(of: statement).first { $0.row == row }
    }

    /// Rows that were answered are in no call any more; an empty call is gone.
    private func shrinkCalls(of statement: LedgerSequence, by rows: Set<Int>) throws {
        for index in payrollCalls.indices where payrollCalls[index].statement == statement {
            let former = payrollCalls[index].rows.count
            payrollCalls[index].rows.removeAll { rows.contains($0) }
            guard payrollCalls[index].rows.count < former else { continue }
            if payrollCalls[index].rows.isEmpty {
                flights[.payroll(payrollCalls[index].id)] = nil
                payrollSaidToBeThere.remove(payrollCalls[index].id)
                try file.removePayrollCall(payrollCalls[index].id)
            } else {
                try file.save(payrollCalls[index])
            }
        }
        payrollCalls.removeAll(where: \.rows.isEmpty)
    }

    /// Nil when there is no such statement.
    func statement(_ sequence: LedgerSequence) throws(DeliveryError) -> MonthStated? {
        let entry = try maker.reading { () throws(LedgerError) in try reader.entry(sequence) }
        guard let entry, entry.kind == .monthStated else { return nil }
        return try maker.decoding(sequence) { () throws(CanonicalDecodingError) in
            try MonthStated(encoded: entry.body)
        }
    }
}
