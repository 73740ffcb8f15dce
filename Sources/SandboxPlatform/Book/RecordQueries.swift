import SiteModel

/// The queries with pages: `pageIndex` from 0, `pageSize` up to 50.
struct RecordQueries {
    static let pageLimit: Int64 = 50
    let planner: Planner

    private static let kinds: [String: RecordKind] = [
        "ProjectSubContractor.Query": .company, "Team.Query": .team, "ProjectWorker.Query": .worker,
        "WorkerEntryExit.Query": .entryExit, "WorkerContract.Query": .contract,
        "ProjectTraining.Query": .training, "WorkerAttendance.Query": .attendance,
        "Payroll.Query": .payroll,
    ]

    /// - Returns: nil when the method is none of the queries.
    func answer(_ call: Call) throws -> Answer? {
        switch call.method {
        case "CheckSign.Query": return Answer(.accepted, "签名正确")
        case "Project.Query": return page([project], total: 1, index: 0, size: 50)
        default: break
        }
        guard let kind = Self.kinds[call.method] else { return nil }
        let query = try query(kind, call.content)
        let rows = try planner.file.page(query).map(row)
        return page(
            rows, total: try planner.file.count(query), index: query.pageIndex, size: query.pageSize)
    }

    private func query(_ kind: RecordKind, _ content: JSONValue) throws -> RecordQuery {
        try planner.check(content, MethodRules.page + [.must("projectCode", .text(32))])
        let (index, size) = (content["pageIndex"]?.wholeNumber ?? 0, content["pageSize"]?.wholeNumber ?? 0)
        guard (0...1_000_000_000).contains(index) else { throw Refusal("[pageIndex]值超出范围或无效") }
        guard (1...Self.pageLimit).contains(size) else { throw Refusal("[pageSize]值超出范围或无效") }
        var query = RecordQuery(kind: kind, pageIndex: Int(index), pageSize: Int(size))
        query.corpCode = content["corpCode"]?.scalarText ?? ""
        query.teamSysNo = content["teamSysNo"]?.wholeNumber ?? 0
        if let sealed = content["idCardNumber"]?.scalarText, !sealed.isEmpty {
            guard let number = planner.configuration.secret.opened(sealed) else {
                throw Refusal("[idCardNumber]解密失败")
            }
            query.idNumber = number
        }
        query.day = content[kind == .training ? "trainingDate" : "date"]?.scalarText ?? ""
        if kind == .payroll, !planner.configuration.ignoresMonths,
            let month = content["payMonth"]?.scalarText, !month.isEmpty
        {
            query.day = month + "-01"
        }
        guard query.day.isEmpty || CivilDate(iso8601: query.day) != nil else {
            throw Refusal("[\(kind == .training ? "trainingDate" : "date")]格式不正确")
        }
        if kind == .attendance, query.day.isEmpty { throw Refusal("[date]不能为空") }
        return query
    }

    private func row(_ stored: StoredRecord) -> JSONValue {
        guard stored.record.kind == .team else { return masked(stored.record) }
        let number = JSONValue.Member("teamSysNo", .number(String(firstTeamSysNo + stored.id)))
        return .object([number] + stored.record.body.fields.filter { $0.name != "teamSysNo" })
    }

    /// `1101**********0014` in place of the number, where it is to be hidden.
    private func masked(_ record: Record) -> JSONValue {
        guard planner.configuration.masksNumbers else { return record.body }
        return .object(
            record.body.fields.map { member in
                guard member.name == "idCardNumber" else { return member }
                let number = record.idNumber
                let stars = String(repeating: "*", count: max(0, number.count - 8))
                return JSONValue.Member(
                    member.name, .text(String(number.prefix(4)) + stars + number.suffix(4)))
            })
    }

    private var project: JSONValue {
        .object([
            JSONValue.Member("projectCode", .text(planner.configuration.projectCode)),
            JSONValue.Member("name", .text("沙箱项目")),
            JSONValue.Member("prjStatus", .text("003")),
        ])
    }

    private func page(_ rows: [JSONValue], total: Int, index: Int, size: Int) -> Answer {
        .accepted(
            .object([
                JSONValue.Member("pageIndex", .number(String(index))),
                JSONValue.Member("pageSize", .number(String(size))),
                JSONValue.Member("totalCount", .number(String(total))),
                JSONValue.Member("rows", .array(rows)),
            ]))
    }
}
