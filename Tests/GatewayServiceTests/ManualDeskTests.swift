import AccessControl
import AttendanceLedger
import LocalWeb
import PersonnelChanges
import SiteModel
import Synchronization
import Testing

@testable import GatewayService

/// Somebody without a card, let through by hand: the one pipeline, the same policy, who and why in the entry.
@Suite(.timeLimit(.minutes(10)))
struct ManualDeskTests {
    /// What the barrier was told.
    private final class Barrier: Sendable {
        let openings = Mutex<[String]>([])
    }

    private static func desk(_ site: TestSite, _ barrier: Barrier) -> ManualDesk {
        ManualDesk(
            pipeline: site.pipeline, index: site.index, clock: site.clock,
            name: { [reader = site.reader] in (try? reader.newestChange(of: $0))??.worker.name },
            lanes: { ["north"] },
            open: { lane, direction, _ in
                barrier.openings.withLock { $0.append("\(lane) \(direction.name)") }
                return true
            }, openForNobody: { _, _ in false })
    }

    private static func request(
        _ person: Person, _ direction: Direction = .entering, lane: String = "north", reason: String = "忘带卡",
        by: String = "李门卫"
    ) -> AdmitRequest {
        AdmitRequest(
            worker: person.idNumber.revealed, lane: lane, direction: direction, reason: reason, by: by)
    }

    @Test func itIsRecordedMarkedAndThenOpened() async throws {
        let (site, barrier) = (try await TestSite(), Barrier())
        let asked = Self.request(.adult)
        #expect(try AdmitRequest(encoded: asked.encoded) == asked)
        let answer = try await Self.desk(site, barrier).admit(asked)
        #expect(answer.signal == .granted && answer.isTold && answer.status == 200)
        #expect(barrier.openings.withLock { $0 } == ["north entering"])
        let found = try #require(try site.records().last)
        #expect(found.record.credentialKind == .manual && found.record.reason == nil)
        #expect(found.record.manual == ManualAdmission(by: "李门卫", reason: "忘带卡"))
        #expect(found.entry.subject == answer.worker && found.record.reader.reader == "manual")
        #expect(site.presence.insideCount == 1)
        let feed = BoardFeed(
            reader: site.reader, time: site.time, offsetMilliseconds: TestSite.offset, policy: .standard)
        try feed.follow(found.entry)
        guard case .worker(_, let team)? = try feed.swipes().first?.person else {
            Issue.record("the board shows nobody")
            return
        }
        #expect(team.contains("人工放行"))
    }

    @Test func theReasonNamesNobody() async throws {
        let (site, barrier) = (try await TestSite(), Barrier())
        let desk = Self.desk(site, barrier)
        let answer = try await desk.admit(Self.request(.adult))
        let name = try #require(desk.name(answer.worker))
        site.clock.advance(byMilliseconds: 10_000)
        _ = try await desk.admit(Self.request(.adult, reason: "\(name) 13800000000 忘带卡"))
        #expect(try site.records().last?.record.manual?.reason == "*** *** 忘带卡")
        await site.close()
    }

    @Test(arguments: [(Person.left, DenialReason.leftProject), (.fifteen, .underAge)])
    func whoMayNotInIsRefusedByHandToo(person: Person, reason: DenialReason) async throws {
        let (site, barrier) = (try await TestSite(), Barrier())
        let answer = try await Self.desk(site, barrier).admit(Self.request(person))
        #expect(answer.signal == .refused(reason, opens: false) && answer.status == 422)
        #expect(barrier.openings.withLock { $0 } == [])
        #expect(try site.records().last?.record.manual?.by == "李门卫", "the attempt stands there")
        let out = try await Self.desk(site, barrier).admit(Self.request(person, .leaving))
        #expect(out.status == 200 && barrier.openings.withLock { $0 } == ["north leaving"])
    }

    @Test func whatMakesNoSenseIsNotRecorded() async throws {
        let (site, barrier) = (try await TestSite(), Barrier())
        let stranger = AdmitRequest(
            worker: "cc0eee-77", lane: "north", direction: .entering, reason: "x", by: "y")
        let requests = [
            stranger, Self.request(.adult, lane: "south"), Self.request(.adult, .unknown),
            Self.request(.adult, reason: ""), Self.request(.adult, reason: String(repeating: "卡", count: 40)),
        ]
        for asked in requests {
            await #expect(throws: PersonnelError.self) { try await Self.desk(site, barrier).admit(asked) }
        }
        #expect(try site.records().isEmpty && barrier.openings.withLock { $0 } == [])
    }

    /// The longest mark fits in the reserve, and comes out of it as it went in.
    @Test func aSickDiskHoldsNobodyBackWhoLeaves() async throws {
        let (site, barrier) = (try await TestSite(), Barrier())
        let desk = Self.desk(site, barrier)
        let long = Self.request(
            .adult, .leaving, reason: String(repeating: "卡", count: 35), by: "李门卫门卫")
        let fault = try LedgerFault(in: site.folder)
        #expect(try await desk.admit(Self.request(.colleague)).status == 503)
        let answer = try await desk.admit(long)
        #expect(answer.signal == .notRecorded(opens: true) && answer.isTold)
        #expect(site.reserve.waitingCount == 1)
        try fault.heal()
        await site.storage.look()
        let found = try #require(try site.records().last)
        #expect(found.record.isLate && found.record.manual?.reason == long.reason)
    }

    @Test func itTravelsOverTheSocket() async throws {
        let (site, barrier) = (try await TestSite(), Barrier())
        let route = Self.desk(site, barrier).route
        let granted = await route.handler(ControlRequest(body: Self.request(.adult).encoded))
        #expect(granted.status == 200)
        #expect(String(decoding: granted.body, as: UTF8.self).contains("\"decision\":\"granted\""))
        let again = await route.handler(
            ControlRequest(query: ["format": "text"], body: Self.request(.adult).encoded))
        #expect(again.status == 200 && barrier.openings.withLock { $0.count } == 1, "a repeat opens nothing")
        #expect(await route.handler(ControlRequest(body: Self.request(.left).encoded)).status == 422)
        #expect(await route.handler(ControlRequest(body: [1])).status == 400)
    }
}
