import SiteModel
import Testing

@testable import SandboxPlatform

/// Two phases, queries, and what outlives a restart.
struct VerdictTests {
    @Test func aVerdictIsPendingForTheDelay() async throws {
        let scene = try Scene { $0.delay = .seconds(5) }
        let answer = try await scene.send("ProjectSubContractor.Add", Scene.company)
        let serial = try #require(answer.content["requestSerialCode"])
        #expect(serial == .text("projectsubcontractor-add-2026030207-1-0001"))
        scene.clock.advance(byMilliseconds: 4_999)
        #expect(try await scene.verdict(serial).status == "0")
        scene.clock.advance(byMilliseconds: 1)
        #expect(try await scene.verdict(serial) == ("20", "处理成功"))
        #expect(try await scene.verdict(.text("team-add-1-1")).words == "[requestSerialCode]值超出范围或无效")
    }

    @Test func aSynchronousPlatformAnswersAtOnce() async throws {
        let scene = try Scene { $0.delay = nil }
        #expect(try await scene.send("ProjectSubContractor.Add", Scene.company).code == 0)
        let team = try await scene.send("Team.Add", Scene.team)
        #expect(team.content["teamSysNo"]?.wholeNumber == Int64(Scene.teamSysNo))
        let again = try await scene.send("Team.Add", Scene.team)
        #expect(again.code == -1)
        #expect(again.message.contains("已存在班组编号为:\(Scene.teamSysNo)"))
    }

    @Test func whatWasAnsweredIsThereAfterARestart() async throws {
        let scene = try Scene()
        try await scene.prepare()
        let answer = try await scene.send("WorkerAttendance.Add", Scene.attendance())
        let serial = try #require(answer.content["requestSerialCode"])
        try scene.reopen()
        scene.clock.advance(byMilliseconds: 2_000)
        #expect(try await scene.verdict(serial).status == "20")
        #expect(try await scene.rows(.attendance).count == 1)
        #expect(await scene.book!.state().rows[.attendance] == 1)
    }

    @Test func aSecondSandboxIsRefusedTheStore() async throws {
        let scene = try Scene()
        #expect(throws: SandboxError.self) {
            _ = try PlatformBook(configuration: scene.configuration, clock: scene.clock)
        }
    }

    @Test func queriesComeInPages() async throws {
        let scene = try Scene { $0.attendanceBatch = 100 }
        try await scene.prepare()
        let seconds = (0..<60).map { "2026-03-02 07:00:\($0 < 10 ? "0" : "")\($0)" }
        #expect(try await scene.settle("WorkerAttendance.Add", Scene.attendance(seconds)).status == "20")
        let base = Scene.json(
            #"{"projectCode":"TESTPROJECT01","pageIndex":1,"pageSize":50,"date":"2026-03-02"}"#)
        let page = try await scene.send("WorkerAttendance.Query", base).content
        #expect(page["totalCount"]?.wholeNumber == 60)
        guard case .array(let rows)? = page["rows"] else { throw Missing() }
        #expect(rows.count == 10)
        #expect(rows[0]["date"] == .text("2026-03-02 07:00:50"))
        #expect(rows[0]["idCardNumber"] == .text(RuleTests.sealed))
        for (path, value, count) in [
            ("date", JSONValue.text("2026-03-01"), 0), ("idCardNumber", .text(RuleTests.sealed), 60),
            ("idCardNumber", .text(Scene.secret.sealed("110101190001010022")), 0),
            ("teamSysNo", .number(String(Scene.teamSysNo)), 60), ("teamSysNo", .number("1900000009"), 0),
            ("corpCode", .text("91650000TEST00001X"), 60), ("corpCode", .text("x"), 0),
        ] {
            let content = try await scene.send("WorkerAttendance.Query", base.with(path, value)).content
            #expect(content["totalCount"]?.wholeNumber == Int64(count), "\(path)")
        }
        for (path, value) in [
            ("pageSize", JSONValue.number("51")), ("pageSize", .number("0")), ("pageIndex", .number("-1")),
            ("pageSize", .null), ("date", .null), ("projectCode", .text("x")), ("idCardNumber", .text("x")),
        ] {
            #expect(
                try await scene.send("WorkerAttendance.Query", base.with(path, value)).code == -1, "\(path)")
        }
    }

    @Test(arguments: [
        ("ProjectSubContractor.Query", 1), ("Team.Query", 1), ("ProjectWorker.Query", 1),
        ("WorkerEntryExit.Query", 1), ("WorkerContract.Query", 0), ("ProjectTraining.Query", 0),
        ("Payroll.Query", 0), ("Project.Query", 1),
    ])
    func everyKindCanBeAskedFor(method: String, count: Int64) async throws {
        let scene = try Scene()
        try await scene.prepare()
        let content = Scene.json(#"{"projectCode":"TESTPROJECT01","pageIndex":0,"pageSize":50}"#)
        #expect(try await scene.send(method, content).content["totalCount"]?.wholeNumber == count)
    }

    @Test func dumpsMaskNumbersUnlessTheyMayBeShown() async throws {
        let scene = try Scene()
        try await scene.prepare()
        let row = try #require(try await scene.rows(.worker).first)
        let masked = DumpLines(secret: Scene.secret, revealsNumbers: false).line(row)
        #expect(!masked.contains(Scene.person))
        #expect(!masked.contains(RuleTests.sealed))
        #expect(masked.contains("**************0014"))
        #expect(DumpLines(secret: Scene.secret, revealsNumbers: true).line(row).contains(Scene.person))
    }

    struct Missing: Error {}
}
