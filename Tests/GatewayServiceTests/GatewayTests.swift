import AccessControl
import AttendanceLedger
import LocalWeb
import SiteModel
import Testing

@testable import GatewayService

/// The whole gateway as it is wired, on a machine without readers; it decides, but does not run.
struct GatewayTests {
    private func open(_ folder: TemporaryFolder, _ clock: ManualSiteClock) async throws -> Gateway {
        var configuration = Configuration(
            environment: HostEnvironment(nodeName: "gate", stateDirectory: folder.path))
        configuration.listen = "127.0.0.1:0"
        return try await Gateway.open(configuration, clock: clock, version: "1", logger: .silent)
    }

    private func swipe(_ person: Person, _ clock: ManualSiteClock) -> Swipe {
        Swipe(
            credential: person.byCard, reader: ReaderName(lane: "north", reader: "in"), direction: .entering,
            arrivedAt: clock.now().uptime, isTimeUncertain: false)
    }

    /// A board without a battery clock comes up in 1970: it is at least as late as the newest entry of the
    /// ledger, so nobody who has left gets in again, and nobody else is kept out.
    @Test func aPowerCutThatLosesTheClockLetsNobodyBackIn() async throws {
        let site = try await TestSite()
        _ = await site.handle(site.swipe(Person.adult.byCard))
        await site.close()
        let boot = BootID(bytes: [UInt8](repeating: 0xB1, count: 16))!
        site.clock.reboot(as: boot, wall: UTCInstant(rfc3339: "1970-01-01T00:00:20Z")!)

        let gateway = try await open(site.folder, site.clock)
        let people: [Person] = [.left, .adult, .fifteen]
        let signals = await gateway.pipeline.handle(people.map { swipe($0, site.clock) })
        #expect(
            signals == [.refused(.leftProject, opens: false), .granted, .refused(.underAge, opens: false)])
        #expect(gateway.presence.insideCount == 1)
        await gateway.ledger.close()
        #expect(try site.records().suffix(3).allSatisfy { !$0.entry.clock.isSynchronised })
    }

    @Test func aRestartShowsTheSameSiteAndTheNextShiftAnEmptyOne() async throws {
        let site = try await TestSite()
        _ = await site.handle(site.swipe(Person.adult.byCard))
        await site.close()
        for (onSite, granted, hoursLater) in [(1, 1, Int64(0)), (1, 1, 1), (0, 0, 24)] {
            site.clock.advance(byMilliseconds: hoursLater * 3_600_000)
            let gateway = try await open(site.folder, site.clock)
            let board = gateway.composer.snapshot()
            #expect(board.onSiteCount == onSite)
            #expect(board.teams.map(\.onSiteCount) == [onSite])
            #expect(board.grantedTodayCount == granted)
            #expect(board.swipes.count == granted)
            #expect(board.ledgerFailure == nil && board.problems == [])
            await gateway.ledger.close()
        }
    }

    @Test func aLedgerHasOneUser() async throws {
        let site = try await TestSite()
        let error = await #expect(throws: GatewayError.self) { try await open(site.folder, site.clock) }
        guard case .ledger(.locked)? = error else {
            Issue.record("refused for another reason: \(error.map { "\($0)" } ?? "not at all")")
            return
        }
        await site.close()
        let gateway = try await open(site.folder, site.clock)
        await gateway.ledger.close()
    }
}
