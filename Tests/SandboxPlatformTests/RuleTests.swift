import SiteModel
import Testing

@testable import SandboxPlatform

/// Every limit, mandatory field and dictionary, on its wrong side.
struct RuleTests {
    /// A method with a call that is taken once everybody is there, and its fields.
    struct Fit: Sendable {
        let method: String
        let content: JSONValue
        let rules: [FieldRule]
        var list: String?
        var listRules: [FieldRule] = []
    }

    static let fits = [
        Fit(method: "ProjectSubContractor.Update", content: Scene.company, rules: MethodRules.company),
        Fit(
            method: "Team.Add", content: Scene.team.with("teamName", .text("木工班")), rules: MethodRules.newTeam
        ),
        Fit(
            method: "ProjectWorker.Add", content: Scene.workers(["110101190001010030"]),
            rules: MethodRules.newWorkers, list: "workerList", listRules: MethodRules.workerFields),
        Fit(
            method: "WorkerEntryExit.Add", content: Scene.entry(), rules: MethodRules.entryExit,
            list: "workerList", listRules: MethodRules.entryExitFields),
        Fit(
            method: "WorkerAttendance.Add", content: Scene.attendance(),
            rules: MethodRules.attendance(batch: 20), list: "dataList",
            listRules: MethodRules.attendanceFields),
        Fit(
            method: "WorkerContract.Add", content: Self.contract, rules: MethodRules.contract,
            list: "contractList", listRules: MethodRules.contractFields),
        Fit(method: "ProjectTraining.Add", content: Self.training, rules: MethodRules.training),
        Fit(
            method: "Payroll.Add", content: Self.payroll, rules: MethodRules.payroll, list: "detailList",
            listRules: MethodRules.payrollFields),
    ]

    static let sealed = Scene.secret.sealed(Scene.person)
    static let contract = Scene.json(
        #"{"projectCode":"TESTPROJECT01","contractList":[{"idCardType":"01","idCardNumber":"\#(sealed)","#
            + #""contractPeriodType":1,"startDate":"2026-03-01","unit":"81","unitPrice":"30.5"}]}"#)
    static let training = Scene.json(
        #"{"projectCode":"TESTPROJECT01","trainingDate":"2026-03-01","trainingName":"入场教育","#
            + #""trainingTypeCode":"003002"}"#)
    static let payroll = Scene.json(
        "{\(Scene.employer),\"teamSysNo\":\(Scene.teamSysNo),\"payMonth\":\"2026-02\",\"detailList\":["
            + "{\"idCardType\":\"01\",\"idCardNumber\":\"\(sealed)\",\"days\":20}]}")

    @Test(arguments: fits)
    func whatIsFitIsTaken(fit: Fit) async throws {
        let scene = try Scene()
        try await scene.prepare()
        let (status, words) = try await scene.settle(fit.method, fit.content)
        #expect(status == "20", "\(words)")
    }

    @Test(arguments: fits)
    func everyMandatoryFieldIsMissed(fit: Fit) async throws {
        let scene = try Scene()
        try await scene.prepare()
        for rule in fit.rules where rule.isRequired {
            for empty in [nil, JSONValue.text(""), .null] {
                let answer = try await scene.settle(fit.method, fit.content.with(rule.name, empty))
                #expect(answer == ("", "[\(rule.name)]不能为空"))
            }
        }
        guard let list = fit.list else { return }
        for rule in fit.listRules where rule.isRequired {
            let content = fit.content.with("\(list).0.\(rule.name)", nil)
            #expect(try await scene.settle(fit.method, content) == ("10", "[\(rule.name)]不能为空"))
        }
        #expect(
            try await scene.settle(fit.method, fit.content.with(list, .array([]))).words == "[\(list)]不能为空")
    }

    @Test(arguments: fits)
    func everyFieldIsHeldAgainstItsKind(fit: Fit) async throws {
        let scene = try Scene()
        try await scene.prepare()
        for rule in fit.rules { try await expectRefusals(of: rule, in: fit, at: rule.name, scene) }
        for rule in fit.listRules {
            try await expectRefusals(of: rule, in: fit, at: "\(fit.list ?? "").0.\(rule.name)", scene)
        }
    }

    private func expectRefusals(of rule: FieldRule, in fit: Fit, at path: String, _ scene: Scene) async throws
    {
        for (value, words) in Self.wrong(rule) {
            let found = try await scene.settle(fit.method, fit.content.with(path, value)).words
            #expect(found == "[\(rule.name)]" + words, "\(fit.method) \(path)")
        }
    }

    /// Values that a field of that kind refuses, with the platform's words.
    static func wrong(_ rule: FieldRule) -> [(JSONValue, String)] {
        let table = "值超出范围或无效"
        let (png, large) = ([UInt8]([0x89, 0x50, 0x4E, 0x47]), [UInt8](repeating: 1, count: 501 * 1_024))
        switch rule.kind {
        case .text(let limit):
            return [
                (.text(String(repeating: "测", count: limit + 1)), "长度超过限制\(limit)"), (.array([]), "格式不正确"),
            ]
        case .code: return [(.text("x"), table), (.number("77777"), table)]
        case .areaCode: return [(.text("65000"), "参数值不正确,请参见行政区划字典表")]
        case .wholeNumber: return [(.text("1.5"), table)]
        case .number(let range): return [(.number(String(range.upperBound + 1)), table), (.text("x"), table)]
        case .sealed(let limit):
            let long = Scene.secret.sealed(String(repeating: "6", count: limit + 1))
            return [(.text("6222000000000000000"), "解密失败"), (.text(long), "长度超过限制\(limit)")]
        case .identity: return [(.text(Scene.person), "解密失败")]
        case .picture(let kilobytes):
            return [
                (.text(Base64Text.encoded(png + large)), "大小超过限制\(kilobytes)KB"),
                (.text("data:image/png;base64," + Base64Text.encoded(png)), "格式无效,目前仅支持:jpg,jpeg,png"),
                (.text(Base64Text.encoded(Array("GIF89a".utf8))), "格式无效,目前仅支持:jpg,jpeg,png"),
            ]
        case .day: return [(.text("2026-02-30"), "格式不正确"), (.text("20260301"), "格式不正确")]
        case .second: return [(.text("2026-03-01"), "格式不正确"), (.text("2026-03-01 24:00:00"), "格式不正确")]
        case .month: return [(.text("2026-13"), "格式不正确")]
        case .list(let limit, _):
            let many = JSONValue.array([JSONValue](repeating: .object([]), count: limit + 1))
            return [(many, "数量超过限制\(limit)"), (.text("x"), "格式不正确"), (.array([.null]), "格式不正确")]
        case .anything: return []
        }
    }

    @Test(arguments: ["110101190001010015", "11010119000101001", "110101190013010014", "甲"])
    func identityNumbersMustBeRight(number: String) async throws {
        let scene = try Scene()
        try await scene.prepare(2)
        let found = try await scene.settle("ProjectWorker.Add", Scene.workers([number]))
        #expect(found == ("10", "[idCardNumber]格式不正确"))
    }

    /// 50 KB of text are taken, one group more is not.
    @Test(arguments: [(51_200, "20"), (51_204, "10")])
    func picturesEndAtFiftyKilobytes(length: Int, status: String) async throws {
        let scene = try Scene()
        try await scene.prepare(2)
        let picture = Scene.jpeg + String(repeating: "A", count: length - Scene.jpeg.utf8.count)
        let content = Scene.workers().with("workerList.0.headImage", .text(picture))
        #expect(try await scene.settle("ProjectWorker.Add", content).status == status)
    }

    @Test(arguments: [20, 100])
    func aPlatformMayAllowLargerBatches(batch: Int) async throws {
        let scene = try Scene { $0.attendanceBatch = batch }
        try await scene.prepare()
        let seconds = (0...batch).map {
            "2026-03-02 0\($0 / 60 % 10):\($0 % 60 < 10 ? "0" : "")\($0 % 60):00"
        }
        let fits = Scene.attendance(Array(seconds.prefix(batch)))
        #expect(try await scene.settle("WorkerAttendance.Add", fits).status == "20")
        let found = try await scene.settle("WorkerAttendance.Add", Scene.attendance(seconds))
        #expect(found == ("", "[dataList]数量超过限制\(batch)"))
        #expect(try await scene.rows(.attendance).count == batch)
    }
}
