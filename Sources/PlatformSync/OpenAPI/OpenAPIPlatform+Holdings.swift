import SiteModel

extension OpenAPIPlatform {
    /// Asks what the platform holds.
    public func holdings(_ question: HoldingsQuestion) async -> HoldingsAnswer {
        switch question {
        case .attendance(let day, let person, let page):
            var facts = PayloadFacts()
            facts.shared[.queryDay] = .text(day.description)
            if let person { facts.add(person) }
            switch await rows(.attendanceQuery, facts, page: page) {
            case .failure(let failure): return failure.answer
            case .success(let found):
                return .attendance(
                    found.rows.compactMap(heldAttendance), rowCount: found.rows.count,
                    totalCount: found.totalCount)
            }
        case .team(let name, let corpCode):
            var facts = PayloadFacts()
            facts.shared[.teamName] = .text(name)
            facts.shared[.corpCode] = .text(corpCode)
            return await search(.teamQuery, facts) { row, _ in
                guard row["teamName"]?.scalarText == name,
                    row["corpCode"]?.scalarText.map({ $0 == corpCode }) ?? true,
                    let number = row["teamSysNo"]?.wholeNumber
                else { return nil }
                return .team(number: number)
            } otherwise: {
                .team(number: nil)
            }
        case .worker(let person):
            var facts = PayloadFacts()
            facts.add(person)
            return await search(.workerQuery, facts) { row, totalCount in
                // A platform that hides numbers has answered the question by the one row it shows.
                let number = idNumber(row["idCardNumber"])
                return number == person.idNumber || (number == nil && totalCount == 1)
                    ? .worker(isThere: true) : nil
            } otherwise: {
                .worker(isThere: false)
            }
        case .membership(let upload): return await holds(upload)
        case .contract(let upload): return await holds(upload)
        case .training(let upload): return await holds(upload)
        case .payroll(let month, let teamNumber, let page):
            return await payroll(month, teamNumber: teamNumber, page: page)
        }
    }

    /// Which parameters this query takes is not documented: these, by analogy; whoever reads the answer must
    /// not rely on them.
    private func payroll(_ month: CivilMonth, teamNumber: Int64, page: Int) async -> HoldingsAnswer {
        var facts = PayloadFacts()
        facts.shared[.payMonth] = .text(month.description)
        facts.shared[.teamNumber] = .number(teamNumber)
        switch await rows(.payrollQuery, facts, page: page, isShapeLoose: true) {
        case .failure(let failure): return failure.answer
        case .success(let found):
            var held: [HeldPayroll] = []
            for row in found.rows {
                guard let rows = heldPayroll(row, of: month) else {
                    return .unknown(words: "rows of a month cannot be read (whose, or of which month)")
                }
                held += rows
            }
            return .payroll(held, rowCount: found.rows.count, totalCount: found.totalCount)
        }
    }

    /// A row of a worker, or a month with its workers within; none of another month. A row that shows no
    /// month is of the one that was asked for. Nil for what cannot be read: it may be any of ours.
    private func heldPayroll(_ row: JSONValue, of month: CivilMonth) -> [HeldPayroll]? {
        if let text = row["payMonth"]?.scalarText, !text.isEmpty {
            guard let shown = self.month(text) else { return nil }
            guard shown == month else { return [] }
        }
        if let details = row["detailList"]?.elements {
            var held: [HeldPayroll] = []
            for detail in details {
                guard let rows = heldPayroll(detail, of: month) else { return nil }
                held += rows
            }
            return held
        }
        let code = row["thirdPayRollCode"]?.scalarText.flatMap { $0.isEmpty ? nil : $0 }
        let held = HeldPayroll(
            code: code, idNumber: idNumber(row["idCardNumber"]), days: figure(row["days"]) { $0 },
            tenthsOfHours: figure(row["workHours"]) { ($0 * 10).rounded() })
        return held.code == nil && held.idNumber == nil ? nil : [held]
    }

    private func figure(_ value: JSONValue?, _ unit: (Double) -> Double) -> HeldFigure {
        guard let value, value != .null, value != .text("") else { return .notShown }
        let number = value.scalarText.flatMap(Double.init).flatMap { Int64(exactly: unit($0)) }
        return number.map { .shown($0) } ?? .unreadable
    }

    /// `2026-11` or `202611`, also with a day behind it.
    private func month(_ text: String) -> CivilMonth? {
        let digits = text.prefix(7).filter { $0.isASCII && $0.isNumber }
        return Int64(digits.prefix(6)).flatMap { digits.count >= 6 ? CivilMonth(number: $0) : nil }
    }

    private struct Rows {
        let rows: [JSONValue]
        let totalCount: Int
    }

    private struct Failure: Error {
        let answer: HoldingsAnswer
        /// The platform refuses the question itself.
        var isRefusal = false
    }

    /// Some platforms ignore a filter, so every page is looked at, up to a bound.
    ///
    /// - Parameter refused: the answer where the platform refuses the question; nil: asked again later.
    func search(
        _ key: OpenAPIDialect.MethodKey, _ facts: PayloadFacts, refused: HoldingsAnswer? = nil,
        found: (JSONValue, Int) -> HoldingsAnswer?, otherwise: () -> HoldingsAnswer
    ) async -> HoldingsAnswer {
        var rowCount = 0
        for page in 0..<Self.searchPageLimit {
            switch await rows(key, facts, page: page) {
            case .failure(let failure):
                return failure.isRefusal ? refused ?? failure.answer : failure.answer
            case .success(let part):
                rowCount += part.rows.count
                for row in part.rows {
                    if let answer = found(row, part.totalCount) { return answer }
                }
                if part.rows.isEmpty || rowCount >= part.totalCount { return otherwise() }
            }
        }
        return .unknown(words: "too many rows to look through")
    }

    private static let searchPageLimit = 200

    private func rows(
        _ key: OpenAPIDialect.MethodKey, _ facts: PayloadFacts, page: Int, isShapeLoose: Bool = false
    ) async -> Result<Rows, Failure> {
        var facts = facts
        facts.shared[.pageIndex] = .number(Int64(page))
        facts.shared[.pageSize] = .number(Int64(dialect.pageSize))
        switch await ask(key, facts) {
        case .accepted(let data):
            // `rows` may be missing or null where there is nothing, and nowhere else.
            let rows = data?["rows"]?.elements ?? []
            // `Payroll.Query` may answer with an object without `rows` (platform.md 2.6).
            if isShapeLoose, let data, data["rows"] == nil, data["detailList"] != nil {
                return .success(Rows(rows: [data], totalCount: 1))
            }
            guard let count = data?["totalCount"]?.wholeNumber, count >= 0, count <= 1 << 40 else {
                return .failure(Failure(answer: .unknown(words: "the answer has no totalCount")))
            }
            guard !rows.isEmpty || page > 0 || count == 0 else {
                let words = "the answer counts \(count) rows and shows none"
                return .failure(Failure(answer: .unknown(words: words)))
            }
            return .success(Rows(rows: rows, totalCount: Int(count)))
        case .stopped(let refusal): return .failure(Failure(answer: .stopped(refusal)))
        case .later(let delay): return .failure(Failure(answer: .later(delay)))
        case .refused(let refusal):
            let words = "the question was refused: \(refusal.code)"
            return .failure(Failure(answer: .unknown(words: words), isRefusal: true))
        case .open(let reason): return .failure(Failure(answer: .unknown(words: reason)))
        case .takenBefore: return .failure(Failure(answer: .unknown(words: "no answer to a question")))
        }
    }

    /// Nil for a row without a readable time or direction: it may be any of ours.
    private func heldAttendance(_ row: JSONValue) -> HeldAttendance? {
        guard let code = row["direction"]?.scalarText, let at = instant(row["date"]),
            let direction = [Direction.entering, .leaving].first(where: { direction in
                guard let ours = dialect.dictionaries["direction"]?[direction.name]?.text else {
                    return false
                }
                // A number stands for its digits: 1 for 01.
                return ours == code || (Int64(code) != nil && Int64(code) == Int64(ours))
            })
        else { return nil }
        let lane = row["channel"]?.text.flatMap { $0.isEmpty ? nil : $0 }
        return HeldAttendance(
            idNumber: idNumber(row["idCardNumber"]), at: at, direction: direction, lane: lane)
    }

    /// `yyyy-MM-dd HH:mm:ss` or with slashes, a fraction behind it cut off, in the platform's time.
    private func instant(_ value: JSONValue?) -> UTCInstant? {
        guard let text = value?.text, text.count >= 19 else { return nil }
        let local = text.prefix(10).replacing("/", with: "-") + "T" + text.dropFirst(11).prefix(8) + "Z"
        return UTCInstant(rfc3339: String(local))?.advanced(byMilliseconds: -configuration.offsetMilliseconds)
    }

    /// Encrypted as we send it, or plain; nil when masked or missing.
    func idNumber(_ value: JSONValue?) -> IDNumber? {
        guard let text = value?.text else { return nil }
        // try?: whatever the reason, we cannot read it.
        return try? IDNumber(reading: configuration.secret.decrypted(text) ?? text)
    }
}

extension PayloadFacts {
    mutating func add(_ person: PersonUpload) {
        shared[.personIDType] = .text(person.idType)
        shared[.personIDNumber] = .text(person.idNumber.revealed)
    }
}
