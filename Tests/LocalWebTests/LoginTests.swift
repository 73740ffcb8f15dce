import SiteModel
import Testing

@testable import Accounts
@testable import LocalWeb

/// Logins, their throttle and their sessions, without the web.
@Suite struct LoginTests {
    @Test func unknownWrongAndDisabledLookTheSame() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        try await scene.add("li")
        try await scene.change(AccountOrder(.disabled, name: "li", by: "root"))
        for (name, password) in [
            ("wang", "wrong"), ("nobody", OfficeScene.password), ("li", OfficeScene.password),
            ("<b>", "x"), ("", ""), ("wang", String(repeating: "x", count: 4_000)),
        ] {
            guard case .refused = await scene.logIn(name, password) else {
                Issue.record("\(name) does not look like the others")
                continue
            }
        }
    }

    @Test func theDelayGrowsAndEndsAndARightPasswordResetsIt() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        var delays: [Int] = []
        for _ in 0..<10 {
            while case .wait(let seconds) = await scene.logIn("wang", "wrong") {
                delays.append(seconds)
                // Who comes too early waits no longer for it.
                scene.clock.advance(byMilliseconds: Int64(seconds) * 1_000 - 1)
                guard case .wait(1) = await scene.logIn("wang") else {
                    Issue.record("let in before its time")
                    return
                }
                scene.clock.advance(byMilliseconds: 1)
            }
        }
        #expect(delays == [2, 4, 8, 16, 32, 60])
        scene.clock.advance(byMilliseconds: 60_000)
        _ = try await scene.token("wang")
        for _ in 0..<3 {
            guard case .refused = await scene.logIn("wang", "wrong", from: "192.0.2.2") else {
                Issue.record("not reset")
                return
            }
        }
    }

    @Test func bruteForceGetsAFewTriesAnHourWhateverTheWallClockSays() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        var tries = 0
        // An hour of one try a second, from many addresses, with somebody turning the wall clock.
        for second in 0..<3_600 {
            scene.clock.setWall(
                UTCInstant(milliseconds: Int64(second) * 86_400_000), synchronisation: .none)
            if case .refused = await scene.logIn("wang", "wrong", from: "192.0.2.\(second % 250)") {
                tries += 1
            }
            scene.clock.advance(byMilliseconds: 1_000)
        }
        #expect(tries < 70)
    }

    @Test func oneAddressThatTriesManyNamesIsSlowedDown() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        var tries = 0
        for index in 0..<500 {
            if case .refused = await scene.logIn("name\(index)", "wrong", from: "192.0.2.9") { tries += 1 }
        }
        #expect(tries <= 11)
        // Everybody else goes on.
        _ = try await scene.token("wang")
    }

    @Test func noFloodOfNamesMakesATargetsCountForgotten() {
        var throttle = LoginThrottle()
        let now = Uptime(milliseconds: 1_000)
        for _ in 0..<4 { _ = throttle.begin(name: "wang", address: "192.0.2.1", at: now) }
        for index in 0..<100_000 {
            _ = throttle.begin(name: "flood\(index)", address: "2001:db8:\(index)", at: now)
        }
        #expect(throttle.begin(name: "wang", address: "198.51.100.1", at: now) != nil)
    }

    @Test func triesThatComeTogetherDoNotSlipThrough() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        let refused = await withTaskGroup(of: Int.self) { group in
            for index in 0..<50 {
                group.addTask {
                    if case .refused = await scene.logIn("wang", "wrong", from: "192.0.2.\(index)") {
                        1
                    } else {
                        0
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(refused <= 4)
    }

    @Test func aSessionEndsAfterHalfAnHourUnused() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        let token = try await scene.token("wang")
        for _ in 0..<5 {
            scene.clock.advance(byMilliseconds: 30 * 60_000 - 1)
            #expect(scene.book.sessions.session(withToken: token) != nil)
        }
        scene.clock.advance(byMilliseconds: 30 * 60_000)
        #expect(scene.book.sessions.session(withToken: token) == nil)
        #expect(scene.book.sessions.count == 0)
    }

    @Test func aSessionEndsAfterTwelveHoursHoweverBusy() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        let token = try await scene.token("wang")
        for _ in 0..<(12 * 60 - 1) {
            scene.clock.advance(byMilliseconds: 60_000)
            scene.clock.setWall(UTCInstant(milliseconds: 0), synchronisation: .none)
            try #require(scene.book.sessions.session(withToken: token) != nil)
        }
        scene.clock.advance(byMilliseconds: 60_000)
        #expect(scene.book.sessions.session(withToken: token) == nil)
    }

    @Test(arguments: [
        AccountOrder(.passwordSet, name: "wang", password: Password("another horse 7"), by: "root"),
        AccountOrder(.roleGiven, name: "wang", role: .gateGuard, by: "root"),
        AccountOrder(.disabled, name: "wang", by: "root"),
    ])
    func everyChangeOfAnAccountEndsItsSessionsAndNoOthers(order: AccountOrder) async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        try await scene.add("li")
        let (first, second) = (try await scene.token("wang"), try await scene.token("wang"))
        let other = try await scene.token("li")
        try await scene.change(order)
        #expect(scene.book.sessions.session(withToken: first) == nil)
        #expect(scene.book.sessions.session(withToken: second) == nil)
        #expect(scene.book.sessions.session(withToken: other) != nil)
        if order.act != .roleGiven {
            guard case .refused = await scene.logIn("wang") else {
                Issue.record("the old password or a disabled account lets in")
                return
            }
        }
    }

    @Test func sessionsAreBounded() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        var tokens: [String] = []
        for _ in 0..<20 {
            tokens.append(try await scene.token("wang"))
            scene.clock.advance(byMilliseconds: 1)
        }
        #expect(Set(tokens).count == 20)
        #expect(scene.book.sessions.count == SessionTable.limitPerAccount)
        #expect(scene.book.sessions.session(withToken: tokens[0]) == nil)
        #expect(scene.book.sessions.session(withToken: tokens[19]) != nil)
        for index in 0..<60 {
            let name = "guard\(index)"
            try await scene.add(name, .gateGuard)
            for _ in 0..<5 { _ = await scene.logIn(name, from: "192.0.2.\(index)") }
        }
        #expect(scene.book.sessions.count == SessionTable.limit)
    }

    @Test func aTokenIsNowhereInTheTable() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        let token = try await scene.token("wang")
        var dumped = ""
        dump(scene.book.sessions, to: &dumped)
        dump(scene.book.sessions.session(withToken: token), to: &dumped)
        #expect(!dumped.contains(token))
        #expect(scene.book.sessions.session(withToken: token.uppercased()) == nil)
        #expect(scene.book.sessions.session(withToken: "") == nil)
    }
}
