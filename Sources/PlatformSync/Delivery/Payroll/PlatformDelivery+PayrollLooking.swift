import AttendanceLedger
import SQLiteStore
import SiteModel

/// What a call about a month carries, and looking for it at the platform.
extension PlatformDelivery {
    /// Pages of one team's month: 10,000 rows.
    private static let payrollPageLimit = 200

    /// Nil when the team is not known there (any more). Without workers who were erased.
    func upload(of call: PayrollCall) throws(DeliveryError) -> PayrollUpload? {
        guard let stated = try statement(call.statement), let team = upload(of: resolved(stated.team)) else {
            return nil
        }
        var rows: [PayrollRow] = []
        for number in call.rows where number <= stated.rows.count {
            let row = stated.rows[number - 1]
            guard let person = try maker.person(row.worker) else { continue }
            rows.append(
                PayrollRow(
                    person: person.upload, code: PayrollRow.code(of: stated.month, row.worker),
                    days: row.days, minutes: row.minutes))
        }
        return PayrollUpload(team: team, month: stated.month, rows: rows)
    }

    /// Rows that are there are confirmed; those that are there with other figures are a person's to put
    /// right; the rest goes once more when it was looked for long enough.
    func look(for call: PayrollCall) async throws {
        let key = FlightKey.payroll(call.id)
        let attempts = flights[key]?.attempts ?? 0
        guard let upload = try upload(of: call), let number = upload.team.number,
            let held = try await heldPayroll(upload.month, teamNumber: number)
        else { return fly(key, after: policy.looks[0], attempts: attempts) }
        var (there, different): ([Int], [Int]) = ([], [])
        for row in call.rows {
            guard let told = try payrollRow(row, of: call, upload),
                let found = held.first(where: { $0.isAbout(told) })
            else { continue }
            if found.says(told) { there.append(row) } else { different.append(row) }
        }
        if !there.isEmpty { try await confirm(call, rows: there, receipt: "") }
        if !different.isEmpty {
            try await reject(
                different, of: call, code: RejectedDelivery.statedCode, words: RejectedDelivery.statedWords)
        }
        guard payrollCalls.contains(where: { $0.id == call.id }) else { return }
        if attempts + 1 < policy.looks.count {
            return fly(key, after: policy.looks[attempts + 1], attempts: attempts + 1)
        }
        if payrollSaidToBeThere.contains(call.id) {
            return try await reject(
                call.rows, of: call, code: RejectedDelivery.statedCode, words: RejectedDelivery.statedWords)
        }
        try save(payroll: call.id) { $0.state = .planned }
        flights[key] = nil
    }

    private func payrollRow(
        _ number: Int, of call: PayrollCall, _ upload: PayrollUpload
    ) throws(DeliveryError) -> PayrollRow? {
        guard let stated = try statement(call.statement), number <= stated.rows.count else { return nil }
        let code = PayrollRow.code(of: stated.month, stated.rows[number - 1].worker)
        return upload.rows.first { $0.code == code }
    }

    /// All pages; nil when the platform gave no usable answer, then the way itself waits.
    private func heldPayroll(_ month: CivilMonth, teamNumber: Int64) async throws -> [HeldPayroll]? {
        var held: [HeldPayroll] = []
        var rowsSeen = 0
        for page in 0..<Self.payrollPageLimit {
            switch await adapter.holdings(.payroll(month: month, teamNumber: teamNumber, page: page)) {
            case .payroll(let rows, let rowCount, let totalCount):
                try succeeded()
                held += rows
                rowsSeen += rowCount
                // A page may hold nothing but rows of other months.
                if rowCount == 0 || rowsSeen >= totalCount { return held }
            case .later(let delay):
                failed(delay)
                return nil
            case .stopped(let refusal):
                stopped(refusal)
                return nil
            case .unknown(let words):
                failed(PlatformDelay(reason: words))
                return nil
            case .attendance, .team, .worker, .record: preconditionFailure("a question about payroll")
            }
        }
        // What was not read may be there: nothing is sent on a guess.
        failed(PlatformDelay(reason: "too many rows of a month to look through"))
        return nil
    }
}

extension HeldPayroll {
    /// By our code; where the platform shows none, or another program's, by the person. Our own code of
    /// another month is another row, whatever month the platform shows it in.
    func isAbout(_ row: PayrollRow) -> Bool {
        if code == row.code { return true }
        if let code, let month = PayrollRow.month(of: code), month != PayrollRow.month(of: row.code) {
            return false
        }
        return idNumber == row.person.idNumber
    }

    func says(_ row: PayrollRow) -> Bool {
        days.isNoOther(than: Int64(row.days))
            && tenthsOfHours.isNoOther(than: PayrollRow.tenthsOfHours(row.minutes))
    }
}
