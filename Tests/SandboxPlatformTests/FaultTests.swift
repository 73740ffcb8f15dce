import SiteModel
import Testing

@testable import SandboxPlatform

/// Faults in the handling of a call, and when they come. Those on the wire are in `ServerTests`.
struct FaultTests {
    @Test func whatIsLostLooksDone() async throws {
        let scene = try Scene()
        try await scene.prepare()
        let found = try await scene.settle(
            "WorkerAttendance.Add", Scene.attendance(), twist: Twist(storesNothing: true))
        #expect(found == ("20", "处理成功"))
        #expect(try await scene.rows(.attendance).isEmpty)
    }

    @Test func aLateVerdictIsPendingForDays() async throws {
        let scene = try Scene()
        let answer = try await scene.send(
            "ProjectSubContractor.Add", Scene.company, twist: Twist(delay: .seconds(259_200)))
        let serial = try #require(answer.content["requestSerialCode"])
        scene.clock.advance(byMilliseconds: 259_199_999)
        #expect(try await scene.verdict(serial).status == "0")
        scene.clock.advance(byMilliseconds: 1)
        #expect(try await scene.verdict(serial).status == "20")
    }

    @Test func aForeignVerdictIsThatOfAnotherCall() async throws {
        let scene = try Scene()
        try await scene.prepare(2)
        let first = JSONValue.text("projectsubcontractor-add-2026030207-1-0001")
        #expect(try await scene.verdict(first, twist: Twist(isForeign: true)).words.contains("teamSysNo"))
        #expect(try await scene.verdict(first).words == "处理成功")
        let answer = try await scene.send("ProjectWorker.Add", Scene.workers(), twist: Twist(isForeign: true))
        #expect(answer.content["requestSerialCode"]?.scalarText?.hasPrefix("team-add-") == true)
        #expect(try await scene.rows(.worker).count == 1)
    }

    @Test func aBadRecordStaysBad() async throws {
        let scene = try Scene()
        try await scene.prepare()
        let seconds = ["2026-03-02 07:00:00", "2026-03-02 07:01:00", "2026-03-02 07:02:00"]
        let whole = try await scene.settle(
            "WorkerAttendance.Add", Scene.attendance(seconds), twist: Twist(badElement: 4))
        #expect(whole == ("10", "数据异常,处理失败"))
        for (second, status) in zip(seconds, ["20", "10", "20"]) {
            #expect(
                try await scene.settle("WorkerAttendance.Add", Scene.attendance([second])).status == status)
        }
        try await scene.book!.forgetBadKeys()
        let again = Scene.attendance([seconds[1]])
        #expect(try await scene.settle("WorkerAttendance.Add", again).status == "20")
    }

    @Test(arguments: [
        ("drop", "drop"), ("drop=0.25", "drop=0.25"), ("http-500:3", "http-500:3"),
        ("hang@Team.Add", "hang@Team.Add"), ("lose=1", "lose"), ("slow:2@Team.Add", "slow:2@Team.Add"),
    ])
    func rulesAreRead(text: String, printed: String) {
        #expect(FaultRule(text: text)?.text == printed)
    }

    @Test(arguments: ["", "unknown", "drop=2", "drop=x", "drop:0", "drop:", "drop 1"])
    func otherRulesAreNot(text: String) {
        #expect(FaultRule(text: text) == nil)
    }

    @Test func theNextCallsMeetIt() {
        let plan = FaultPlan(rules: [FaultRule(.drop, next: 2, method: "Team.Add")], seed: 1)
        let met = ["Team.Query", "Team.Add", "Team.Query", "Team.Add", "Team.Add"].map {
            plan.draw($0) != nil
        }
        #expect(met == [false, true, false, true, false])
        #expect(plan.done == [.drop: 2])
        #expect(plan.rules.isEmpty)
    }

    @Test func oneSeedGivesOneCourse() {
        func course(_ seed: UInt64) -> [Bool] {
            let plan = FaultPlan(rules: [FaultRule(.drop, probability: 0.3)], seed: seed)
            return (0..<1_000).map { _ in plan.draw("Team.Add") != nil }
        }
        #expect(course(7) == course(7))
        #expect(course(7) != course(8))
        #expect((240...360).contains(course(7).count { $0 }))
    }

    @Test func ordersAreReadWhole() throws {
        let order = try #require(
            FaultOrder(
                #"{"faults":["hang:1",{"fault":"drop","probability":0.1},"#
                    + #"{"fault":"lose","next":2,"method":"A"}],"seed":7,"forget_bad_records":true}"#))
        #expect(order.rules?.map(\.text) == ["hang:1", "drop=0.1", "lose:2@A"])
        #expect(order.seed == 7)
        #expect(order.forgetsBadRecords)
        for text in ["", "[]", #"{"faults":["x"]}"#, #"{"faults":[{"fault":"drop","next":0}]}"#] {
            #expect(FaultOrder(text) == nil)
        }
    }
}
