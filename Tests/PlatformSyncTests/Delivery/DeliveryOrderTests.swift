import AttendanceLedger
import Foundation
import SiteModel
import Testing

@testable import PlatformSync

/// In which order things go up, and what does not go up at all.
@Suite struct DeliveryOrderTests {
    @Test("D6: today goes ahead of a backlog and each lane keeps its order")
    func todayGoesAheadOfABacklogAndEachLaneKeepsItsOrder() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        let worker = try await site.join(1, team: "木工二班")
        let platform = ScriptedPlatform()
        let head = try #require(try site.reader.head()).sequence.rawValue
        _ = try await deliver(site, platform) { $0.isSettled(upTo: head) }
        platform.setReachable(false)
        try await site.pass(worker, count: 6_000, age: .seconds(86_400))
        let delivery = try site.delivery(to: platform)
        let running = Task { try await delivery.run() }
        while try await delivery.status().lastError == nil { try await Task.sleep(for: .milliseconds(5)) }
        platform.setReachable(true)
        while platform.passTimes.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        try await site.pass(worker, count: 3)
        while try await delivery.status().confirmed < 6_003 { try await Task.sleep(for: .milliseconds(20)) }
        await delivery.stop()
        try await running.value
        let times = platform.passTimes
        let today = site.clock.now().wall.advanced(byMilliseconds: -3_600_000)
        let place = try #require(times.firstIndex { $0 > today })
        #expect(place < 5_000, "the swipe of today waited for the backlog: \(place) of 6000 went before it")
        let backlog = times.filter { $0 < today }
        #expect(backlog == backlog.sorted())
        #expect(times.count == 6_003)
    }

    @Test("D6: newest first goes by stretches of 2048 entries, and today's goes ahead")
    func newestFirstGoesByStretches() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        let worker = try await site.join(1, team: "木工二班")
        let platform = ScriptedPlatform(delay: .milliseconds(5))
        let head = try #require(try site.reader.head()).sequence.rawValue
        _ = try await deliver(site, platform) { $0.isSettled(upTo: head) }
        platform.setReachable(false)
        try await site.pass(worker, count: 6_000, age: .seconds(86_400))
        var policy = DeliveryPolicy.hasty
        policy.isNewestFirst = true
        let delivery = try site.delivery(to: platform, policy: policy)
        let running = Task { try await delivery.run() }
        while try await delivery.status().lastError == nil { try await Task.sleep(for: .milliseconds(5)) }
        platform.setReachable(true)
        while platform.passTimes.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        let live = try await site.pass(worker, count: 3)
        let today = site.clock.now().wall.advanced(byMilliseconds: -3_600_000)
        while platform.passTimes.count(where: { $0 > today }) < live.count {
            try await Task.sleep(for: .milliseconds(2))
        }
        let sent = platform.passTimes.count
        #expect(sent < 6_000, "today's waited for the backlog: \(sent) of 6003 are there")
        while try await delivery.status().confirmed < 6_003 { try await Task.sleep(for: .milliseconds(20)) }
        await delivery.stop()
        try await running.value
        var stretches: [[UTCInstant]] = []
        for time in platform.passTimes where time < today {
            if let last = stretches.last?.last, time.milliseconds - last.milliseconds == 1_000 {
                stretches[stretches.count - 1].append(time)
            } else {
                stretches.append([time])
            }
        }
        #expect(platform.passTimes.count == 6_003)
        // The first was planned before the outage was known of.
        #expect(stretches.allSatisfy { $0.count <= 2_048 } && stretches.count >= 3)
        for (newer, older) in zip(stretches.dropFirst(), stretches.dropFirst(2)) {
            #expect(newer[0] > older[older.count - 1])
        }
    }

    @Test func aCompanyWithoutCodeIsNamedAndTriedAgainOnceItHasOne() async throws {
        let site = try DeliverySite()
        let worker = try await site.join(1, team: "瓦工三班")
        try await site.pass(worker)
        let platform = ScriptedPlatform()
        let waiting = try await deliver(site, platform) { !$0.refusedUnits.isEmpty }
        #expect(waiting.refusedUnits.map(\.employer) == [DeliverySite.employer])
        #expect(platform.submissions.isEmpty)
        try await site.addCompany(teams: ["瓦工三班"])
        let head = try #require(try site.reader.head()).sequence.rawValue
        let done = try await deliver(site, platform) { $0.isSettled(upTo: head) }
        #expect(done.confirmed == 1)
        #expect(done.refusedUnits.isEmpty)
    }

    @Test func whatWasWithdrawnBeforeItWentNeverGoes() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        let worker = try await site.join(1, team: "木工二班")
        try await site.pass(worker, count: 2)
        let wrong = try #require(try site.reader.head())
        _ = try await site.ledger.append([
            EntryDraft(
                Correction(
                    action: .replaced,
                    target: Correction.Target(origin: wrong.origin, sequence: wrong.sequence),
                    passes: [
                        StatedPass(direction: .leaving, at: wrong.clock.wall.advanced(byMilliseconds: 60_000))
                    ],
                    by: "officer", reason: "wrong reader"),
                kind: .correction, subject: .worker(worker), clock: site.clock.now())
        ])
        let head = try #require(try site.reader.head()).sequence.rawValue
        let platform = ScriptedPlatform()
        let status = try await deliver(site, platform) { $0.isSettled(upTo: head) }
        #expect(status.recorded == 2)
        #expect(status.confirmed == 2)
        #expect(!platform.passTimes.contains(wrong.clock.wall))
    }

    /// A pass of a lane whose barrier tells goes up once it has told, also after a restart in the middle and
    /// when the file was lost; what nobody made never does.
    @Test(arguments: [false, true])
    func aPassWaitsForItsBarrier(isFileLost: Bool) async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        let worker = try await site.join(1, team: "木工二班")
        let passes = try await site.pass(worker, count: 4, awaitsPassage: true)
        try await site.pass(worker, lane: "south")
        let platform = ScriptedPlatform()
        let waiting = try await deliver(site, platform) { $0.confirmed == 1 }
        #expect(waiting.recorded == 5 && platform.passTimes.count == 1)
        try await site.tell(.notPassed, of: passes[0])
        try await site.tell(.passed, of: passes[1])
        if isFileLost {
            for suffix in ["", "-wal", "-shm"] {
                // try?: what is not there need not go.
                try? FileManager.default.removeItem(atPath: "\(site.path)/deliveries-city.db\(suffix)")
            }
        }
        let told = try await deliver(site, platform) { $0.confirmed == 2 }
        #expect(told.recorded == 4 && platform.passTimes.count == 2)
        try await site.tell(.unknown, of: passes[2])
        try await site.tell(.notPassed, of: passes[3])
        let head = try #require(try site.reader.head()).sequence.rawValue
        let done = try await deliver(site, platform) { $0.isSettled(upTo: head) }
        #expect(done.recorded == 3 && done.confirmed == 3)
        let expected = try [passes[1], passes[2]].map { try #require(try site.reader.entry($0)).clock.wall }
        #expect(Set(expected).isSubset(of: platform.passTimes) && platform.passTimes.count == 3)
    }

    @Test func aChangeIsAnsweredInTheLedger() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        let worker = try await site.join(1, team: "木工二班")
        let head = try #require(try site.reader.head()).sequence.rawValue
        _ = try await deliver(site, ScriptedPlatform()) { $0.isSettled(upTo: head) }
        let answers = try site.reader.deliveryAnswers(of: worker)
        let told = try answers.map { try DeliveryAnswered(encoded: $0.body) }
        #expect(told.map(\.state) == [.confirmed, .confirmed])
        #expect(told.allSatisfy { $0.platform == "city" })
    }
}
