import SiteModel

/// Entries and exits, contracts, trainings, attendance, payroll.
extension Planner {
    func entriesAndExits(_ content: JSONValue) throws -> Plan {
        try check(content, MethodRules.entryExit)
        let today = PlatformTime.day(of: now)
        return try elements("workerList", of: content, MethodRules.entryExitFields) { element in
            let team = try knownTeam(content)
            let number = idNumber(element)
            try checkMember(number, of: team)
            let (day, mark) = (element["date"]?.scalarText ?? "", element["type"]?.scalarText ?? "")
            guard day <= today else { throw Refusal("[date]不能大于当天") }
            if let last = try file.lastEntryExit(of: number, upTo: "9999-12-31"), day < last.record.day {
                throw Refusal("[date]不能小于历史进退场时间")
            }
            return Record(
                kind: .entryExit, naturalKey: "\(number)|\(day)|\(mark)",
                corpCode: content["corpCode"]?.scalarText ?? "", teamSysNo: firstTeamSysNo + team.id,
                idNumber: number, day: day, mark: mark, body: body(element, in: content))
        }
    }

    func contracts(_ content: JSONValue) throws -> Plan {
        try check(content, MethodRules.contract)
        return try elements("contractList", of: content, MethodRules.contractFields) { element in
            let number = idNumber(element)
            guard let worker = try worker(number) else { throw unknownWorker(number) }
            let start = element["startDate"]?.scalarText ?? ""
            return Record(
                kind: .contract, naturalKey: "\(number)|\(start)", corpCode: worker.record.corpCode,
                teamSysNo: worker.record.teamSysNo, idNumber: number, day: start,
                body: body(element, in: content))
        }
    }

    func training(_ content: JSONValue) throws -> Plan {
        try check(content, MethodRules.training)
        return try single {
            let (day, name) = (
                content["trainingDate"]?.scalarText ?? "", content["trainingName"]?.scalarText ?? ""
            )
            guard day <= PlatformTime.day(of: now) else { throw Refusal("[trainingDate]不能大于当天") }
            let numbers = (content["workers"]?.elements ?? []).map(idNumber).sorted()
            return Record(
                kind: .training, naturalKey: ([day, name] + numbers).joined(separator: "|"), day: day,
                body: body(content))
        }
    }

    func attendance(_ content: JSONValue) throws -> Plan {
        try check(content, MethodRules.attendance(batch: configuration.attendanceBatch))
        let today = PlatformTime.day(of: now)
        return try elements("dataList", of: content, MethodRules.attendanceFields) { element in
            let team = try knownTeam(content)
            let number = idNumber(element)
            try checkMember(number, of: team)
            let second = element["date"]?.scalarText ?? ""
            let (day, direction) = (String(second.prefix(10)), element["direction"]?.scalarText ?? "")
            guard day <= today else { throw Refusal("[date]不能大于当天") }
            if configuration.requiresEntry { try checkEntered(number, on: day) }
            let key = "\(number)|\(second)|\(direction)"
            if configuration.refusesDuplicates, try file.holds(.attendance, key: key) {
                throw Refusal("考勤记录已存在")
            }
            return Record(
                kind: .attendance, naturalKey: key, corpCode: team.record.corpCode,
                teamSysNo: firstTeamSysNo + team.id, idNumber: number, day: day, mark: direction,
                body: body(element, in: content))
        }
    }

    func payroll(_ content: JSONValue) throws -> Plan {
        try check(content, MethodRules.payroll)
        let today = PlatformTime.day(of: now)
        let month = content["payMonth"]?.scalarText ?? ""
        var plan = try elements("detailList", of: content, MethodRules.payrollFields) { element in
            let team = try knownTeam(content)
            guard month <= today.prefix(7) else { throw Refusal("[payMonth]不能大于今天") }
            guard element["balanceDate"]?.scalarText ?? "" <= today else {
                throw Refusal("[balanceDate]不能大于今天")
            }
            let number = idNumber(element)
            guard try worker(number)?.record.teamSysNo == firstTeamSysNo + team.id else {
                throw Refusal("项目中不存在身份证为\(number)的工人信息,不允许上传该工人的工资发放信息")
            }
            let key = "\(number)|\(month)"
            if configuration.refusesDuplicates, try file.holds(.payroll, key: key) {
                throw Refusal("工资单已存在")
            }
            return Record(
                kind: .payroll, naturalKey: key,
                corpCode: content["corpCode"]?.scalarText ?? "", teamSysNo: firstTeamSysNo + team.id,
                idNumber: number, day: month + "-01", body: body(element, in: content))
        }
        plan.success = .payrollCode
        return plan
    }

    private func checkMember(_ idNumber: String, of team: StoredRecord) throws {
        guard let worker = try worker(idNumber), worker.record.teamSysNo == firstTeamSysNo + team.id else {
            throw unknownWorker(idNumber)
        }
    }

    /// On the day somebody leaves they may still pass.
    private func checkEntered(_ idNumber: String, on day: String) throws {
        let last = try file.lastEntryExit(of: idNumber, upTo: day)
        guard let last, last.record.mark == "1" || last.record.day == day else {
            throw Refusal("身份证为\(idNumber)的工人未进场,不允许上传该工人的考勤信息")
        }
    }
}
