import SiteModel

/// Companies, teams, workers.
extension Planner {
    func company(_ content: JSONValue, isNew: Bool) throws -> Plan {
        try check(content, MethodRules.company)
        let code = content["corpCode"]?.scalarText ?? ""
        let record = Record(kind: .company, naturalKey: code, corpCode: code, body: body(content))
        let known = try file.first(of: .company, key: code)
        var plan = Plan()
        for name in ["entryTime", "exitTime"] {
            if let time = PlatformTime.second(content[name]?.scalarText ?? ""), time > now {
                plan.refusal = Refusal("[\(name)]最晚为当前时间")
            }
        }
        switch (isNew, known) {
        case (true, _?): plan.refusal = Refusal("参建单位已存在")
        case (false, nil): plan.refusal = Refusal("[corpCode]参建单位不存在")
        case (true, nil): plan.additions = [record]
        case (false, let known?): plan.replacements = [(known.id, record)]
        }
        return plan
    }

    func newTeam(_ content: JSONValue) throws -> Plan {
        try check(content, MethodRules.newTeam)
        return try single(.teamSysNo) {
            try knownCompany(content)
            try checkExitTime(content)
            let name = content["teamName"]?.scalarText ?? ""
            if let known = try file.first(of: .team, key: name) {
                throw Refusal("班组已存在,已存在班组编号为:\(firstTeamSysNo + known.id)")
            }
            return Record(
                kind: .team, naturalKey: name, corpCode: content["corpCode"]?.scalarText ?? "",
                body: body(content)
            )
        }
    }

    func changedTeam(_ content: JSONValue) throws -> Plan {
        try check(content, MethodRules.changedTeam)
        var plan = Plan()
        do {
            try checkExitTime(content)
            let known = try knownTeam(content)
            let name = content["teamName"]?.scalarText ?? ""
            if let other = try file.first(of: .team, key: name), other.id != known.id {
                throw Refusal("班组已存在,已存在班组编号为:\(firstTeamSysNo + other.id)")
            }
            let record = Record(
                kind: .team, naturalKey: name, corpCode: known.record.corpCode,
                body: merged(body(content), over: known.record.body))
            plan.replacements = [(known.id, record)]
        } catch let refusal as Refusal {
            plan.refusal = refusal
        }
        return plan
    }

    private func checkExitTime(_ content: JSONValue) throws(Refusal) {
        if let time = PlatformTime.second(content["exitTime"]?.scalarText ?? ""), time > now {
            throw Refusal("[exitTime]最晚为当前时间")
        }
    }

    /// A worker who left the project may be added again, to any team; the row is replaced then.
    func newWorkers(_ content: JSONValue) throws -> Plan {
        try check(content, MethodRules.newWorkers)
        var replacements: [(id: Int64, record: Record)] = []
        var plan = try elements("workerList", of: content, MethodRules.workerFields) { element in
            try knownCompany(content)
            let team = try knownTeam(content)
            let number = idNumber(element)
            let record = Record(
                kind: .worker, naturalKey: number, corpCode: content["corpCode"]?.scalarText ?? "",
                teamSysNo: firstTeamSysNo + team.id, idNumber: number, body: body(element, in: content))
            if let known = try worker(number) {
                guard try file.lastEntryExit(of: number, upTo: "9999-12-31")?.record.mark == "0" else {
                    throw Refusal("项目中已存在身份证为\(number)的工人")
                }
                replacements.append((known.id, record))
            }
            return record
        }
        if plan.refusal == nil || configuration.keepsPartOfBatch {
            plan.replacements = replacements
            let replaced = Set(replacements.map(\.record.naturalKey))
            plan.additions.removeAll { replaced.contains($0.naturalKey) }
        }
        return plan
    }

    func changedWorker(_ content: JSONValue) throws -> Plan {
        try check(content, MethodRules.changedWorker)
        var plan = Plan()
        do {
            let team = try knownTeam(content)
            let number = idNumber(content)
            guard let known = try worker(number) else { throw unknownWorker(number) }
            let record = Record(
                kind: .worker, naturalKey: number, corpCode: content["corpCode"]?.scalarText ?? "",
                teamSysNo: firstTeamSysNo + team.id, idNumber: number,
                body: merged(body(content), over: known.record.body))
            plan.replacements = [(known.id, record)]
        } catch let refusal as Refusal {
            plan.refusal = refusal
        }
        return plan
    }

    func unknownWorker(_ idNumber: String) -> Refusal { Refusal("项目中不存在身份证为\(idNumber)的工人信息") }

    private func merged(_ new: JSONValue, over old: JSONValue) -> JSONValue {
        .object(new.fields + old.fields.filter { new[$0.name] == nil })
    }
}
