import AccessControl
import AttendanceLedger
import LocalWeb
import SiteModel
import SmallDisks
import Testing

@testable import GatewayService

/// Who leaves while the ledger cannot write is let out, is outside, and is in the ledger exactly once in the
/// end.
struct LeaverTests {
    private static let day = CivilDate(iso8601: "2026-11-21")!

    private func leave(_ person: Person, _ site: TestSite) async -> LaneSignal {
        await site.handle(site.swipe(person.byCard, .leaving, reader: "out"))
    }

    @Test func whoLeavesIsOutsideAndIsWrittenAsOfThenWhenTheDiskHeals() async throws {
        let site = try await TestSite()
        for person in [Person.adult, .colleague] { _ = await site.handle(site.swipe(person.byCard)) }
        site.clock.advance(byMilliseconds: 60_000)
        let leaving = site.clock.now()
        let fault = try LedgerFault(in: site.folder)
        #expect(await leave(.adult, site) == .notRecorded(opens: true))
        #expect(site.presence.insideCount == 1, "they are outside")
        site.clock.advance(byMilliseconds: 1_000)
        #expect(await leave(.adult, site) == .unchanged, "a repeat of what is kept is a repeat")
        #expect(await leave(.left, site) == .notRecorded(opens: true))
        #expect(site.reserve.waitingCount == 3 && site.health.takeGap() == nil)
        await site.storage.look()
        #expect(site.reserve.waitingCount == 3, "the disk is still sick")

        try fault.heal()
        site.clock.advance(byMilliseconds: 30_000)
        await site.storage.look()
        await site.storage.look()
        #expect(site.health.isLedgerWorking && site.reserve.waitingCount == 0)
        let late = try site.records().filter(\.record.isLate)
        #expect(late.map(\.entry.kind) == [.attendance, .rawRead, .attendance])
        #expect(late.map(\.record.isOpened) == [true, false, true])
        #expect(late[0].entry.clock.uptime == leaving.uptime)
        #expect(late[2].record.reason == .leftProject)
        #expect(site.presence.insideCount == 1)
        #expect(await leave(.colleague, site) == .granted)
        #expect(try site.reader.verify().isWhole)
        await site.close()
    }

    /// The disk hangs, the lane opens, and only then the disk fails: one record, not two.
    @Test func aDiskThatHangsAndThenFailsKeepsEachLeaverOnce() async throws {
        let site = try await TestSite(leavingPatience: .milliseconds(10))
        let disk = try HangingDisk(in: site.folder)
        #expect(await leave(.adult, site) == .notRecorded(opens: true))
        // The commit fails when SQLite has waited long enough; only its own answer ends this.
        await #expect(throws: LedgerError.self) { try await site.ledger.settle() }
        try disk.goOn()
        await untilKept(site)
        await site.storage.look()
        #expect(try site.records().map(\.record.reserveNumber) == [1])
        await site.close()
    }

    /// The pipeline's task goes on by itself after its patience.
    private func untilKept(_ site: TestSite) async {
        while site.reserve.waitingCount == 0 { await Task.yield() }
    }

    /// Late records stand behind what happened after them: a restart and the board must not be misled.
    @Test func aLateRecordMovesNobodyWhoCameBackSince() async throws {
        let site = try await TestSite()
        for person in [Person.adult, .colleague] { _ = await site.handle(site.swipe(person.byCard)) }
        site.clock.advance(byMilliseconds: 60_000)
        let fault = try LedgerFault(in: site.folder)
        for person in [Person.adult, .colleague] { _ = await leave(person, site) }
        try fault.heal()
        site.clock.advance(byMilliseconds: 5_000)
        #expect(await site.handle(site.swipe(Person.adult.byCard)) == .granted)
        await site.storage.look()
        #expect(site.presence.insideCount == 1)
        await site.close()

        let history = try site.reader.clockHistory()
        let feed = BoardFeed(
            reader: site.reader, time: SiteTime(site.clock, history: history),
            offsetMilliseconds: TestSite.offset, policy: .standard)
        let (index, presence) = (WorkerIndex(), Presence())
        try StartFold(
            reader: site.reader, index: index, presence: presence, feed: feed, badges: site.badges
        )
        .run(asOf: site.clock.now().wall, by: history, offsetMilliseconds: TestSite.offset)
        let inside = try #require(site.index.lookUp(Person.adult.byCard))
        #expect(presence.workersInside == [inside.id], "as before the restart")
        #expect(presence.whereabouts(of: site.index.lookUp(Person.colleague.byCard)!.id) == .outside)
        let shown = try feed.swipes()
        #expect(shown.map(\.direction) == [.entering, .leaving, .leaving, .entering, .entering])
        #expect(shown.map(\.occurredAt) == shown.map(\.occurredAt).sorted(by: >), "by when they happened")
        #expect(feed.counts(on: Self.day).granted == 5)
    }

    @Test func theStartTakesOverWhatWaitsBeforeALaneOpens() async throws {
        let site = try await TestSite()
        _ = await site.handle(site.swipe(Person.adult.byCard))
        site.clock.advance(byMilliseconds: 60_000)
        let fault = try LedgerFault(in: site.folder)
        _ = await leave(.adult, site)
        try fault.heal()
        await site.close()
        let gateway = try await open(site)
        #expect(gateway.presence.insideCount == 0 && gateway.reserve.waitingCount == 0)
        #expect(try site.records().map(\.record.isLate) == [false, true])
        await gateway.ledger.close()
    }

    /// A gate that is restarted while its disk is full still lets people out.
    @Test func aSickDiskIsNoReasonNotToStart() async throws {
        let site = try await TestSite(policy: .standard)
        await site.close()
        let first = try await open(site)
        await first.ledger.close()
        let fault = try LedgerFault(in: site.folder)
        let gateway = try await open(site)
        #expect(!gateway.health.isLedgerWorking)
        let signals = await gateway.pipeline.handle([
            site.swipe(Person.adult.byCard), site.swipe(Person.adult.byCard, .leaving, reader: "out"),
        ])
        #expect(signals == [.notRecorded(opens: false), .notRecorded(opens: true)])
        let board = gateway.composer.snapshot()
        #expect(board.lateCount == 1)
        #expect(board.problems.map(\.english) == ["1 leaving records wait to be written"])
        let status = StatusReport(running: board, gateway.configuration, evidence: nil)
        #expect(status.lines.contains("reserve  1 records wait"))
        #expect(status.json.text.contains("\"reserve_waiting\":1"))
        try fault.heal()
        await gateway.journal.write([])
        await gateway.storage.look()
        #expect(gateway.health.isLedgerWorking)
        let kinds = try site.reader.entries(after: LedgerSequence(0), limit: 99).map(\.kind).suffix(5)
        #expect(kinds == [.serviceStarted, .clockAnchor, .checkpoint, .attendance, .reserveEmptied])
        await gateway.ledger.close()
    }

    private func open(_ site: TestSite) async throws -> Gateway {
        var configuration = Configuration(
            environment: HostEnvironment(nodeName: "gate", stateDirectory: site.folder.path))
        configuration.listen = "127.0.0.1:0"
        return try await Gateway.open(configuration, clock: site.clock, version: "1", logger: .silent)
    }

    @Test func aDiskThatIsNearlyFullIsSaidInTime() {
        let health = GatewayHealth(logger: .silent)
        let mebibyte = 1 << 20
        for (free, isLow) in [
            (64 * mebibyte, false), (64 * mebibyte - 1, true), (70 * mebibyte, true), (80 * mebibyte, false),
            (70 * mebibyte, false),
        ] {
            health.sees(freeByteCount: free)
            #expect(health.isSpaceLow == isLow, "\(free)")
        }
        health.sees(freeByteCount: nil)
        #expect(!health.isSpaceLow && health.freeByteCount == nil)
    }
}
