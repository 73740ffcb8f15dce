import DeviceSessions
import SiteModel
import Testing

/// The barrier's driver against a relay board that somebody else wrote: pymodbus, over pseudo terminals.
@Suite(
    .serialized, .timeLimit(.minutes(5)),
    .enabled(if: PeerProcess.modbusPython != nil, "no Python with pymodbus: set MUSTER_INTEROP_PYTHON"))
struct PymodbusTests {
    private static func board(_ site: PanelSite) async throws -> PeerProcess {
        let python = try #require(PeerProcess.modbusPython)
        let board = try PeerProcess(python, "../Modbus/board.py", [site.path()])
        try await board.waitUntilReady()
        return board
    }

    private static func lane(_ site: PanelSite, _ options: [String: String] = [:]) -> [LanePlan] {
        let barrier = BarrierPlan(
            lane: "lane0", address: .port(site.path()), driver: "modbus-relay",
            options: options.merging(["coil": "3"]) { $1 })
        return [LanePlan(name: "lane0", readers: [], barrier: barrier)]
    }

    private static func open(_ supervisor: DeviceSupervisor) async -> Bool {
        await supervisor.open("lane0", .entering, swipedAt: SystemSiteClock.uptime())
    }

    /// Lines of the board that say that its coil was written so.
    private static func writes(_ board: PeerProcess, isOn: Bool) -> Int {
        board.count(of: "\"coil\": 3, \"is_on\": \(isOn ? 1 : 0)")
    }

    @Test func aPulseSwitchesTheCoilOnAndOff() async throws {
        let site = try PanelSite()
        let board = try await Self.board(site)
        try await site.run(Self.lane(site)) { supervisor in
            #expect(await eventually { supervisor.statuses[0].state == .online })
            #expect(await eventually { Self.writes(board, isOn: false) == 1 })
            #expect(await Self.open(supervisor))
            #expect(await eventually { Self.writes(board, isOn: true) == 1 })
            #expect(await eventually { Self.writes(board, isOn: false) == 2 })
            #expect(supervisor.statuses[0].discards.isEmpty)
        }
        #expect(site.failedOpenings == 0)
    }

    @Test func inputsTellWhoPassedAndThatItBurns() async throws {
        let site = try PanelSite()
        let board = try await Self.board(site)
        try await site.run(Self.lane(site, ["pass_input": "2", "fire_input": "9"])) { supervisor in
            // What is active at the first look is nobody new.
            #expect(await eventually { board.count(of: "inputs") == 1 })
            #expect(await Self.open(supervisor))
            #expect(await eventually { Self.writes(board, isOn: true) == 1 })
            board.say("input 1 1")
            #expect(await eventually { site.words.contains("passed") })
            board.say("input 8 1")
            #expect(await eventually { site.words.last == "released true" })
            #expect(await eventually { Self.writes(board, isOn: true) == 2 })
            board.say("input 8 0")
            #expect(await eventually { site.words.last == "released false" })
        }
    }

    /// An exception: the lane did not open, and does not once the board is well.
    @Test func aRefusedPulseIsAFailedOpening() async throws {
        let site = try PanelSite()
        let board = try await Self.board(site)
        try await site.run(Self.lane(site)) { supervisor in
            #expect(await eventually { Self.writes(board, isOn: false) == 1 })
            board.say("refuse 1")
            #expect(await Self.open(supervisor))
            #expect(await eventually { site.failedOpenings == 1 })
            #expect(await eventually { supervisor.detail().contains("refuses function 05, reason 4") })
            board.say("refuse 0")
            #expect(await eventually { supervisor.statuses[0].state == .online })
            #expect(Self.writes(board, isOn: true) == 0)
        }
    }

    @Test func aBoardThatFallsSilentIsHeardAgain() async throws {
        let site = try PanelSite()
        let board = try await Self.board(site)
        try await site.run(Self.lane(site)) { supervisor in
            #expect(await eventually { supervisor.statuses[0].state == .online })
            board.say("mute 1")
            #expect(await eventually { supervisor.statuses[0].state == .silent })
            board.say("mute 0")
            #expect(await eventually { supervisor.statuses[0].state == .online })
        }
    }
}
