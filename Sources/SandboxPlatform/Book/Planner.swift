import SiteModel

/// Reads a write, holds it against the rules and what is stored already, and says what would be stored.
///
/// What is wrong with the call as a whole is thrown and answered at once; what is wrong with an element, or
/// depends on what is stored, stands in the plan and becomes the verdict.
struct Planner {
    let file: BookFile
    let configuration: SandboxConfiguration
    let now: UTCInstant

    var fields: FieldCheck { FieldCheck(secret: configuration.secret) }

    /// - Returns: nil when the method is no write of this platform.
    func plan(_ call: Call) throws -> Plan? {
        let content = call.content
        switch call.method {
        case "ProjectSubContractor.Add": return try company(content, isNew: true)
        case "ProjectSubContractor.Update": return try company(content, isNew: false)
        case "Team.Add": return try newTeam(content)
        case "Team.Update": return try changedTeam(content)
        case "ProjectWorker.Add": return try newWorkers(content)
        case "ProjectWorker.Update": return try changedWorker(content)
        case "WorkerEntryExit.Add": return try entriesAndExits(content)
        case "WorkerContract.Add": return try contracts(content)
        case "ProjectTraining.Add": return try training(content)
        case "WorkerAttendance.Add": return try attendance(content)
        case "Payroll.Add": return try payroll(content)
        default: return nil
        }
    }

    func check(_ content: JSONValue, _ rules: [FieldRule]) throws(Refusal) {
        let rules = configuration.dialect.adapted(rules)
        try fields.check(content, against: rules)
        if rules.contains(where: { $0.name == "projectCode" }),
            content["projectCode"]?.scalarText != configuration.projectCode
        {
            throw Refusal("[projectCode]值超出范围或无效")
        }
    }

    /// Makes a record of each element; the first refusal ends it, or is kept beside the good ones.
    func elements(
        _ list: String, of content: JSONValue, _ rules: [FieldRule],
        record: (JSONValue) throws -> Record
    ) throws -> Plan {
        var plan = Plan()
        guard case .array(let elements)? = content[list] else { return plan }
        var keys: Set<String> = []
        for element in elements {
            do {
                try fields.check(element, against: configuration.dialect.adapted(rules))
                let record = try record(element)
                if record.kind == .worker, !keys.insert(record.naturalKey).inserted {
                    throw Refusal("项目中已存在身份证为\(record.idNumber)的工人")
                }
                if try file.isBad(record.naturalKey) { throw Refusal("数据异常,处理失败") }
                plan.additions.append(record)
            } catch let refusal as Refusal {
                plan.refusal = plan.refusal ?? refusal
            }
        }
        if plan.refusal != nil, !configuration.keepsPartOfBatch { plan.additions = [] }
        return plan
    }

    /// One record; a refusal becomes the verdict.
    func single(_ success: Plan.Success = .text("处理成功"), _ record: () throws -> Record) throws -> Plan {
        var plan = Plan(success: success)
        do {
            plan.additions = [try record()]
        } catch let refusal as Refusal {
            plan.refusal = refusal
        }
        return plan
    }

    func knownTeam(_ content: JSONValue) throws -> StoredRecord {
        guard let team = try file.team(content["teamSysNo"]?.wholeNumber ?? 0) else {
            throw Refusal("[teamSysNo]值超出范围或无效")
        }
        return team
    }

    func knownCompany(_ content: JSONValue) throws {
        guard try file.holds(.company, key: content["corpCode"]?.scalarText ?? "") else {
            throw Refusal("[corpCode]参建单位不存在")
        }
    }

    func idNumber(_ element: JSONValue) -> String {
        configuration.secret.opened(element["idCardNumber"]?.scalarText ?? "") ?? ""
    }

    func worker(_ idNumber: String) throws -> StoredRecord? { try file.first(of: .worker, key: idNumber) }

    /// The element behind the members of the call that say where it belongs, without pictures.
    func body(_ element: JSONValue, in content: JSONValue = .null) -> JSONValue {
        let around = ["projectCode", "corpCode", "corpName", "teamSysNo", "teamName", "payMonth"]
        let outer = content.fields.filter { member in
            around.contains(member.name) && element[member.name] == nil
        }
        return .object((outer + element.fields).filter { !Self.pictures.contains($0.name) })
    }

    private static let pictures: Set = [
        "headImage", "image", "voucher", "issueCardPic", "positiveIDCardImage", "negativeIDCardImage",
        "attachments", "entryAttachments", "exitAttachments", "workerList", "dataList", "contractList",
        "detailList",
    ]
}
