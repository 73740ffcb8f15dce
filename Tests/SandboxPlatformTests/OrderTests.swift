import SiteModel
import Testing

@testable import SandboxPlatform

/// What depends on what, what is there already, what became of it.
struct OrderTests {
    @Test func eachStepNeedsTheOneBefore() async throws {
        let scene = try Scene()
        #expect(try await scene.settle("Team.Add", Scene.team).words.contains("[corpCode]"))
        try await scene.prepare(1)
        #expect(try await scene.settle("ProjectWorker.Add", Scene.workers()).words == "[teamSysNo]值超出范围或无效")
        #expect(
            try await scene.settle("Team.Add", Scene.team) == ("20", "{\"teamSysNo\":\(Scene.teamSysNo)}"))
        #expect(try await scene.settle("WorkerEntryExit.Add", Scene.entry()).words.contains("不存在"))
        #expect(try await scene.settle("WorkerAttendance.Add", Scene.attendance()).words.contains("不存在"))
        #expect(try await scene.settle("Payroll.Add", RuleTests.payroll).words.contains("不允许上传该工人的工资发放信息"))
        #expect(try await scene.settle("ProjectWorker.Add", Scene.workers()).status == "20")
        #expect(try await scene.settle("WorkerAttendance.Add", Scene.attendance()).words.contains("未进场"))
        #expect(try await scene.settle("WorkerEntryExit.Add", Scene.entry()).status == "20")
        #expect(try await scene.settle("WorkerAttendance.Add", Scene.attendance()).status == "20")
    }

    @Test func whatIsThereAlreadyIsSaid() async throws {
        let scene = try Scene()
        try await scene.prepare()
        let company = try await scene.settle("ProjectSubContractor.Add", Scene.company)
        #expect(company == ("10", "参建单位已存在"))
        let team = try await scene.settle("Team.Add", Scene.team)
        #expect(team == ("10", "班组已存在,已存在班组编号为:\(Scene.teamSysNo)"))
        let worker = try await scene.settle("ProjectWorker.Add", Scene.workers())
        #expect(worker == ("10", "项目中已存在身份证为\(Scene.person)的工人"))
    }

    @Test func whoLeftMayComeAgain() async throws {
        let scene = try Scene()
        try await scene.prepare()
        let leaving = try await scene.settle("WorkerEntryExit.Add", Scene.entry(0, on: "2026-03-02"))
        #expect(leaving.status == "20")
        #expect(try await scene.settle("WorkerAttendance.Add", Scene.attendance()).status == "20")
        scene.clock.advance(byMilliseconds: UTCInstant.dayMilliseconds)
        let later = Scene.attendance(["2026-03-03 07:00:00"])
        #expect(try await scene.settle("WorkerAttendance.Add", later).words.contains("未进场"))
        #expect(try await scene.settle("ProjectWorker.Add", Scene.workers()).status == "20")
        #expect(try await scene.rows(.worker).count == 1)
    }

    @Test func datesMustBeInOrder() async throws {
        let scene = try Scene()
        try await scene.prepare()
        let future = try await scene.settle("WorkerEntryExit.Add", Scene.entry(0, on: "2026-03-03"))
        #expect(future == ("10", "[date]不能大于当天"))
        let early = try await scene.settle("WorkerEntryExit.Add", Scene.entry(0, on: "2026-02-28"))
        #expect(early == ("10", "[date]不能小于历史进退场时间"))
        let swipe = try await scene.settle("WorkerAttendance.Add", Scene.attendance(["2026-03-03 00:00:00"]))
        #expect(swipe == ("10", "[date]不能大于当天"))
        let team = Scene.team.with("teamName", .text("木工班")).with("exitTime", .text("2026-03-02 08:00:00"))
        #expect(try await scene.settle("Team.Add", team).words == "[exitTime]最晚为当前时间")
        let month = RuleTests.payroll.with("payMonth", .text("2026-04"))
        #expect(try await scene.settle("Payroll.Add", month).words == "[payMonth]不能大于今天")
        let balance = RuleTests.payroll.with("detailList.0.balanceDate", .text("2026-03-03"))
        #expect(try await scene.settle("Payroll.Add", balance).words == "[balanceDate]不能大于今天")
    }

    @Test(arguments: [(false, 0), (true, 2)])
    func aBadElementTakesTheBatchWithIt(keepsPart: Bool, count: Int) async throws {
        let scene = try Scene { $0.keepsPartOfBatch = keepsPart }
        try await scene.prepare()
        let batch = Scene.attendance(["2026-03-02 07:00:00", "2026-03-02 07:01:00", "2026-03-02 07:02:00"])
            .with("dataList.1.direction", .text("03"))
        let found = try await scene.settle("WorkerAttendance.Add", batch)
        #expect(found == ("10", "[direction]值超出范围或无效"))
        #expect(try await scene.rows(.attendance).count == count)
    }

    @Test func attendanceSentAgainIsKeptAndCounted() async throws {
        let scene = try Scene()
        try await scene.prepare()
        for _ in 0..<2 {
            #expect(try await scene.settle("WorkerAttendance.Add", Scene.attendance()).status == "20")
        }
        #expect(try await scene.rows(.attendance).map(\.isDuplicate) == [false, true])
        #expect(await scene.book!.state().duplicates[.attendance] == 1)
    }

    @Test func attendanceSentAgainMayBeRefused() async throws {
        let scene = try Scene { $0.refusesDuplicates = true }
        try await scene.prepare()
        #expect(try await scene.settle("WorkerAttendance.Add", Scene.attendance()).status == "20")
        #expect(try await scene.settle("WorkerAttendance.Add", Scene.attendance()).status == "10")
        #expect(try await scene.rows(.attendance).count == 1)
    }

    @Test func aMonthIsAskedForAndMayBeRefusedASecondTime() async throws {
        let scene = try Scene { $0.refusesDuplicates = true }
        try await scene.prepare()
        let (status, words) = try await scene.settle("Payroll.Add", RuleTests.payroll)
        #expect(status == "20" && words.contains("payrollCode"))
        #expect(try await scene.settle("Payroll.Add", RuleTests.payroll) == ("10", "工资单已存在"))
        for (month, count) in [("2026-02", "1"), ("2026-01", "0")] {
            let question = Scene.json(
                #"{"projectCode":"TESTPROJECT01","pageIndex":0,"pageSize":50,"payMonth":"\#(month)"}"#)
            let answer = try await scene.send("Payroll.Query", question)
            #expect(answer.content["totalCount"]?.scalarText == count)
        }
        let stranger = RuleTests.payroll.with("teamSysNo", .number("1900000001"))
        #expect(try await scene.settle("Payroll.Add", stranger).status == "10")
    }

    @Test func changesReplaceTheRow() async throws {
        let scene = try Scene()
        try await scene.prepare()
        let team = Scene.team.with("teamSysNo", .number(String(Scene.teamSysNo))).with(
            "teamName", .text("钢筋二班"))
        #expect(try await scene.settle("Team.Update", team).status == "20")
        #expect(try await scene.rows(.team).map(\.record.naturalKey) == ["钢筋二班"])
        guard case .array(let workers)? = Scene.workers()["workerList"] else { return }
        let flat = JSONValue.object(Scene.workers().with("workerList", nil).fields + workers[0].fields)
        let changed = flat.with("cellPhone", .text("10000000001"))
        #expect(try await scene.settle("ProjectWorker.Update", changed).status == "20")
        #expect(try await scene.rows(.worker).first?.record.body["cellPhone"] == .text("10000000001"))
    }
}
