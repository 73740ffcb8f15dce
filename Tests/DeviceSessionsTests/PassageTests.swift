import DeviceDrivers
import SiteModel
import Testing
import VirtualSite

@testable import DeviceSessions

/// A lane whose barrier tells who passed lets one person through at a time.
struct LanePassageTests {
    private static func request(_ lane: String, at milliseconds: Int64) -> OpenRequest {
        let uptime = Uptime(milliseconds: milliseconds)
        return OpenRequest(lane: lane, direction: .entering, at: uptime, swipedAt: uptime)
    }

    @Test func oneIsInTheLaneOneWaitsAThirdIsTooMany() {
        var passage = LanePassage()
        guard case .now = passage.admit(Self.request("a", at: 1)) else {
            Issue.record("the lane is free")
            return
        }
        passage.begin(Self.request("a", at: 1), until: Uptime(milliseconds: 9_000))
        guard case .next = passage.admit(Self.request("a", at: 2)) else {
            Issue.record("nobody waits")
            return
        }
        guard case .full = passage.admit(Self.request("a", at: 3)) else {
            Issue.record("somebody waits")
            return
        }
        #expect(passage.end()?.at == Uptime(milliseconds: 2))
        #expect(passage.current == nil && passage.deadline == nil)
        #expect(passage.end() == nil)
    }

    /// Who leaves is never refused: all wait, and go in their order.
    @Test func whoLeavesWaitsAndIsNotRefused() {
        func leaving(_ milliseconds: Int64) -> OpenRequest {
            let uptime = Uptime(milliseconds: milliseconds)
            return OpenRequest(lane: "a", direction: .leaving, at: uptime, swipedAt: uptime)
        }
        var passage = LanePassage()
        passage.begin(leaving(1), until: Uptime(milliseconds: 9_000))
        for number in Int64(2)...17 {
            guard case .next = passage.admit(leaving(number)) else {
                Issue.record("\(number) is refused")
                return
            }
        }
        guard case .full = passage.admit(Self.request("a", at: 18)), case .full = passage.admit(leaving(19))
        else {
            Issue.record("nobody enters behind so many, and no crowd is that large")
            return
        }
        var order: [Uptime] = []
        while let next = passage.end() { order.append(next.at) }
        #expect(order == (2...17).map { Uptime(milliseconds: $0) })
    }

    /// Two fire inputs: the site is released while either rings.
    @Test func theSiteIsReleasedWhileAnyAlarmRings() {
        let router = LaneRouter()
        let steps: [(lane: String, isActive: Bool, change: Bool?, isReleased: Bool)] = [
            ("a", false, nil, false), ("a", true, true, true), ("b", true, nil, true), ("a", true, nil, true),
            ("a", false, nil, true), ("b", false, false, false),
        ]
        for step in steps {
            #expect(router.takeFire(step.isActive, of: step.lane) == step.change)
            #expect(router.isReleased == step.isReleased)
        }
    }

    /// The service ended in a release: it lasts until that lane's alarm is heard to be quiet, also if nothing
    /// is ever heard of it. Another lane's word says nothing of it.
    @Test func aReleaseThatARestartCrossedLastsUntilItsAlarmIsQuiet() {
        let steps: [(lane: String, isActive: Bool, change: Bool?)] = [
            ("b", false, nil), ("a", true, nil), ("b", true, nil), ("a", false, nil), ("b", false, false),
            ("a", false, nil), ("a", true, true), ("a", false, false),
        ]
        let router = LaneRouter(releasedBy: "a")
        #expect(router.isReleased)
        for step in steps { #expect(router.takeFire(step.isActive, of: step.lane) == step.change) }
        #expect(!router.isReleased)
    }

    @Test func thePlanKnowsWhichBarriersTell() throws {
        func lane(_ name: String, _ driver: String, _ options: [String: String] = [:]) -> LanePlan {
            LanePlan(
                name: name, readers: [],
                barrier: BarrierPlan(
                    lane: name, address: .port("/dev/\(name)"), driver: driver, options: options))
        }
        let plan = DevicePlan(lanes: [
            lane("a", "att203"), lane("b", "lcus-relay"), lane("c", "modbus-relay"),
            lane("d", "modbus-relay", ["pass_input": "1"]), lane("e", "catrax"), lane("f", "ac-atri-018"),
        ])
        #expect(plan.lanesThatTellWhoPassed == ["a", "d", "e"])
    }

    /// On a bus each lane has a barrier of its own, with sensors or without.
    @Test func barriersOfABusTellEachForItself() throws {
        let lanes = ["a": "1", "b": "0", "c": "2"].sorted { $0.key < $1.key }.enumerated().map {
            LanePlan(
                name: $1.key, readers: [],
                barrier: BarrierPlan(
                    lane: $1.key, address: .port("/dev/bus"), driver: "osdp-output",
                    options: ["secure": "off", "output": "\($0)", "pass_input": $1.value]))
        }
        #expect(DevicePlan(lanes: lanes).lanesThatTellWhoPassed == ["a", "c"])
    }

    /// A second lane at a board with sensors would get no word in: the start says so.
    @Test func aBoardWithSensorsHasItsLineAlone() throws {
        func lanes(_ options: [String: String]) -> [LanePlan] {
            [("a", options), ("b", ["coil": "1"])].map { name, options in
                LanePlan(
                    name: name, readers: [],
                    barrier: BarrierPlan(
                        lane: name, address: .port("/dev/board"), driver: "modbus-relay", options: options))
            }
        }
        #expect(throws: Never.self) { try DevicePlan(lanes: lanes([:])).check() }
        #expect {
            try DevicePlan(lanes: lanes(["pass_input": "1"])).check()
        } throws: {
            ($0 as? DevicePlanError)?.words
                == "a/barrier and b/barrier are on the same line /dev/board: a modbus-relay with sensors asks"
                + " them 20 times a second and needs a line of its own"
        }
    }
}

extension DeviceTests {
    @Suite(.timeLimit(.minutes(10)))
    struct PassageTests {
        private static let opened: [UInt8] = [0xFE, 0x80, 0x01, 0, 0, 0, 0xAB]
        private static let passed: [UInt8] = [0xFE, 0x81, 0x01, 0, 0, 0, 0xAB]
        private static let turnedBack: [UInt8] = [0xFE, 0x44, 0x01, 0, 0, 0, 0xAB]

        private static func words(_ events: [DeviceEvent]) -> [String] {
            events.compactMap {
                switch $0 {
                case .passage(_, _, let passage, _): passage.name
                case .laneAlarm(_, _, let alarm): alarm.name
                case .openingFailed: "failed"
                default: nil
                }
            }
        }

        /// Three orders at once: one opens, one waits for the passage, one fails. Then alarms.
        @Test func aTurnstileIsToldOneByOne() async throws {
            let site = Site()
            let far = try VirtualPort(path: site.path("relay0"))
            let lane = LanePlan(
                name: "north", readers: [],
                barrier: BarrierPlan(
                    lane: "north", address: .port(site.path("relay0")), driver: "att203"))
            try await site.run([lane]) { supervisor in
                var answers: [Bool] = []
                for _ in 0..<3 {
                    answers.append(
                        await supervisor.open("north", .entering, swipedAt: SystemSiteClock.uptime()))
                }
                #expect(answers == [true, true, false])
                #expect(await eventually { Self.words(site.events) == ["failed"] })
                #expect(far.read(waitingMilliseconds: 2_000) == Self.opened)
                #expect(far.read(waitingMilliseconds: 50) == [])
                _ = far.write(Self.passed)
                #expect(far.read(waitingMilliseconds: 2_000) == Self.opened)
                _ = far.write(Self.turnedBack)
                #expect(await eventually { Self.words(site.events) == ["failed", "passed", "not_passed"] })
                // Nobody was let through any more.
                _ = far.write(Self.passed + Self.turnedBack)
                #expect(
                    await eventually {
                        Self.words(site.events).suffix(2) == ["passed_without_grant", "pushed_wrong_way"]
                    })
                // At the end of the service nobody knows who passed.
                _ = await supervisor.open("north", .entering, swipedAt: SystemSiteClock.uptime())
                #expect(far.read(waitingMilliseconds: 2_000) == Self.opened)
            }
            #expect(Self.words(site.events).last == "unknown")
        }

        /// Two people behind one grant: the second is an alarm, and not the one who waits.
        @Test func whoFollowsAtOnceIsNotTheNext() async throws {
            let site = Site()
            let far = try VirtualPort(path: site.path("relay0"))
            let lane = LanePlan(
                name: "north", readers: [],
                barrier: BarrierPlan(
                    lane: "north", address: .port(site.path("relay0")), driver: "att203"))
            try await site.run([lane]) { supervisor in
                for _ in 0..<2 {
                    _ = await supervisor.open("north", .entering, swipedAt: SystemSiteClock.uptime())
                }
                #expect(far.read(waitingMilliseconds: 2_000) == Self.opened)
                _ = far.write(Self.passed + Self.passed)
                #expect(await eventually { Self.words(site.events) == ["passed", "passed_without_grant"] })
                #expect(far.read(waitingMilliseconds: 2_000) == Self.opened)
                // The plug is pulled: nobody knows of the one in the lane.
                far.hangUp()
                #expect(await eventually { Self.words(site.events).last == "unknown" })
            }
        }

        /// The board says nothing within its pass time and two seconds: nobody knows.
        @Test func aSilentTurnstileLeavesThePassageUnknown() async throws {
            let site = Site()
            let far = try VirtualPort(path: site.path("relay0"))
            let lane = LanePlan(
                name: "north", readers: [],
                barrier: BarrierPlan(
                    lane: "north", address: .port(site.path("relay0")), driver: "att203",
                    options: ["pass_time": "1s"]))
            try await site.run([lane]) { supervisor in
                _ = await supervisor.open("north", .entering, swipedAt: SystemSiteClock.uptime())
                _ = await supervisor.open("north", .entering, swipedAt: SystemSiteClock.uptime())
                #expect(far.read(waitingMilliseconds: 2_000) == Self.opened)
                #expect(far.read(waitingMilliseconds: 8_000) == Self.opened)
                #expect(await eventually { Self.words(site.events).first == "unknown" })
            }
        }

        /// A board that is unplugged in a fire and comes back is told to stand open at once.
        @Test func aReleaseOutlivesThePlug() async throws {
            let site = Site()
            let board = try VirtualPort(path: site.path("relay0"))
            let relay = try VirtualPort(path: site.path("relay1"))
            let lanes = [
                ("north", "relay0", "modbus-relay", ["fire_input": "1"]),
                ("south", "relay1", "lcus-relay", [:]),
            ]
            .map { name, port, driver, options in
                LanePlan(
                    name: name, readers: [],
                    barrier: BarrierPlan(
                        lane: name, address: .port(site.path(port)), driver: driver, options: options))
            }
            let (off, on): ([UInt8], [UInt8]) = ([0xA0, 1, 0, 0xA1], [0xA0, 1, 1, 0xA2])
            try await site.run(lanes) { supervisor in
                #expect(relay.read(waitingMilliseconds: 2_000) == off)
                _ = board.write([1, 5, 0, 0, 0, 0, 0xCD, 0xCA])
                var heard: [UInt8] = []
                for _ in 0..<50 where heard != on {
                    if board.read(waitingMilliseconds: 100).suffix(8) == [1, 2, 0, 0, 0, 8, 0x79, 0xCC] {
                        _ = board.write([1, 2, 1, 1, 0x60, 0x48])
                    }
                    heard = relay.read(waitingMilliseconds: 20)
                }
                #expect(heard == on)
                relay.hangUp()
                #expect(await eventually { supervisor.statuses[1].state == .absent })
                try relay.plugIn()
                #expect(await eventually { supervisor.statuses[1].reconnects == 1 })
                #expect(relay.read(waitingMilliseconds: 2_000) == on)
            }
        }

        /// The fire input of one board releases the barriers of all lanes, on other ports too.
        @Test func aFireReleasesAllLanes() async throws {
            let site = Site()
            let board = try VirtualPort(path: site.path("relay0"))
            let gate = try VirtualPort(path: site.path("relay1"))
            let lanes = [
                ("north", "relay0", "modbus-relay", ["fire_input": "1"]), ("south", "relay1", "att203", [:]),
            ]
            .map { name, port, driver, options in
                LanePlan(
                    name: name, readers: [],
                    barrier: BarrierPlan(
                        lane: name, address: .port(site.path(port)), driver: driver, options: options))
            }
            let off: [UInt8] = [1, 5, 0, 0, 0, 0, 0xCD, 0xCA]
            let on: [UInt8] = [1, 5, 0, 0, 0xFF, 0, 0x8C, 0x3A]
            try await site.run(lanes) { _ in
                // An answer that comes late is asked for again: the board answers whatever came last.
                var isReleased = false
                for _ in 0..<50 where !isReleased {
                    switch Array(board.read(waitingMilliseconds: 2_000).suffix(8)) {
                    case off: _ = board.write(off)
                    case [1, 2, 0, 0, 0, 8, 0x79, 0xCC]: _ = board.write([1, 2, 1, 1, 0x60, 0x48])
                    case on: isReleased = true
                    default: continue
                    }
                }
                #expect(isReleased)
                #expect(gate.read(waitingMilliseconds: 2_000).starts(with: Self.opened))
                #expect(
                    await eventually {
                        site.events.contains {
                            if case .released("north", isReleased: true) = $0 { true } else { false }
                        }
                    })
            }
        }
    }
}
