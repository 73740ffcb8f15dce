import AttendanceLedger
import Foundation
import LocalWeb
import PersonnelChanges
import SiteModel
import Testing

@testable import GatewayService
@testable import PlatformSync

/// Configuration, delivery and desk together, with a sandbox platform at the other end.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SyncDeskTests {
    private func get(_ desk: SyncDesk, _ path: String, _ query: [String: String] = [:]) async -> String {
        let route = SyncRoutes(desk: desk).all.first { $0.path == path }
        return String(
            decoding: (await route?.handler(ControlRequest(query: query)))?.body ?? [], as: UTF8.self)
    }

    @Test func whatHappensOnSiteReachesThePlatformAndTheDeskSaysSo() async throws {
        let site = try await SyncSite()
        let worker = try await site.join()
        try await site.pass(worker, count: 3)
        try site.people.fold()
        try await site.withSandbox { port in
            let desk = try site.desk(port: port)
            let before = await get(desk, "/sync")
            #expect(before.hasPrefix("[{\"name\":\"city\",\"open\":null,"))
            try await site.delivering(desk) {
                let standing = try await site.wait(desk) { $0.confirmed == 3 && $0.waitingCount == 0 }
                #expect(
                    standing.problems(at: desk.now).map(\.english) == [
                        "What goes to city is not encrypted (http)"
                    ])
                let json = await get(desk, "/sync")
                #expect(json.contains("\"confirmed\":3,\"rejected\":0,\"oldest_open_s\":null,\"position\":"))
                #expect(json.contains("\"last_error\":null,\"stopped\":null,\"held\":0,\"changes_open\":0,"))
                #expect(await get(desk, "/sync", ["format": "text"]).contains("city: up to date"))
                let day = "{\"platform\":\"city\",\"day\":\"\(site.today)\",\"recorded\":3,\"sent\":3,"
                #expect(
                    await get(desk, "/sync/days")
                        == day + "\"confirmed\":3,\"rejected\":0,\"complete\":true}")
                #expect(await get(desk, "/sync/rejected") == "")
                #expect(await get(desk, "/sync/check").contains("\"good\":true"))

                #expect(await get(desk, "/sync/pause").contains("paused until"))
                #expect(await get(desk, "/sync").contains("\"paused\":true"))
                try await site.pass(worker, count: 1)
                _ = try await site.wait(desk) { $0.open == 1 }
                #expect(await get(desk, "/sync/resume").contains("goes on"))
                _ = try await site.wait(desk) { $0.confirmed == 4 }
                #expect(
                    await get(desk, "/sync/reconcile")
                        == "{\"platform\":\"city\",\"day\":\"\(site.today)\",\"confirmed\":4,"
                        + "\"shown\":4,\"missing\":[],\"unexpected\":0,\"moved\":0,"
                        + "\"elsewhere\":0,\"repeated\":0,\"unexpected_rows\":[],\"agrees\":true}")
                #expect(await get(desk, "/sync/now", ["platform": "county"]).contains("no platform 'county'"))
            }
        }
        await site.ledger.close()
    }

    /// An old day came up long after its night, and the platform lost some of it.
    @Test func everyDayThatWasConfirmedSinceIsComparedInTheNight() async throws {
        let site = try await SyncSite()
        let worker = try await site.join()
        try await site.pass(worker, count: 3, age: .seconds(3 * 86_400))
        try await site.pass(worker, count: 2, age: .seconds(5 * 86_400))
        try site.people.fold()
        try await site.withSandbox(faults: ["lose:1@WorkerAttendance.Add"]) { port in
            let desk = try site.desk(port: port, pace: "brisk")
            try await site.delivering(desk) {
                _ = try await site.wait(desk) { $0.confirmed == 5 && $0.waitingCount == 0 }
                let night = await desk.own[0].compareDays(of: nil, before: site.today)
                #expect(night.done.count == 2)
                #expect(desk.own[0].differences.contains { !$0.missing.isEmpty })
                // What was lost is confirmed anew, and compared in the next night.
                _ = try await site.wait(desk) { $0.confirmed == 5 && $0.waitingCount == 0 }
                #expect(await desk.own[0].compareDays(of: night, before: site.today).done == night.done)
                let next = await desk.own[0].compareDays(of: nil, before: site.today)
                #expect(!next.done.isEmpty)
                let last = await desk.own[0].compareDays(of: nil, before: site.today)
                #expect(last.done.isEmpty && desk.own[0].differences.isEmpty)
            }
        }
        await site.ledger.close()
    }

    /// The platform demands a photo; nobody took one.
    @Test func aRefusalWaitsUntilSomebodyDecides() async throws {
        let site = try await SyncSite()
        let worker = try await site.join(hasPhoto: false)
        try await site.pass(worker, count: 2)
        try site.people.fold()
        try await site.withSandbox { port in
            let desk = try site.desk(port: port)
            try await site.delivering(desk) {
                let standing = try await site.wait(desk) { $0.changesRejected > 0 }
                #expect(
                    standing.problems(at: desk.now).map(\.chinese).contains("平台 city 退回 1 条，待处理"))
                let lines = try await desk.rejected(by: nil, isRevealed: false)
                let line = try #require(lines.first)
                #expect(lines.count == 1 && line.item.worker == worker && line.person == "张*")
                #expect(try await desk.rejected(by: nil, isRevealed: true).first?.person == "张测试")

                let error = await #expect(throws: GatewayError.self) {
                    try await desk.settle(
                        SettleRequest(entry: LedgerSequence(1), isResent: true, by: "wang", reason: "x"))
                }
                #expect("\(error.map { "\($0)" } ?? "")".contains("is not among what was refused"))
                let entry = line.item.entry
                let request = SettleRequest(entry: entry, isResent: true, by: "wang", reason: "试验")
                #expect(try SettleRequest(encoded: request.encoded) == request)
                // Their passes would wait for ever.
                let dismissal = await #expect(throws: GatewayError.self) {
                    try await desk.settle(
                        SettleRequest(entry: entry, isResent: false, by: "wang", reason: "x"))
                }
                #expect("\(dismissal.map { "\($0)" } ?? "")".contains("muster changes confirm \(entry)"))
                #expect(try await desk.settle(request) == "entry \(entry) goes to city once more")
                _ = try await site.ledger.append([
                    EntryDraft(
                        ChangeConfirmed(change: entry, reference: "receipt 17", by: "wang"),
                        kind: .changeConfirmed, subject: .worker(worker), clock: site.time.now())
                ])
                _ = try await site.wait(desk) { $0.changesRejected == 0 && $0.changesOpen == 0 }
            }
        }
        let settled = try site.reader.entries(after: LedgerSequence(0), limit: 1_000)
            .filter { $0.kind == .deliverySettled }
        #expect(settled.count == 1)
        await site.ledger.close()
    }

    /// One call at a time goes to a platform, whoever makes it.
    @Test func aCheckupWaitsForTheCallThatIsUnderWay() async throws {
        let site = try await SyncSite()
        try await site.withSandbox { port in
            let desk = try site.desk(port: port)
            let turn = desk.own[0].turn
            let (ends, end) = AsyncStream.makeStream(of: Void.self)
            let (begun, begin) = AsyncStream.makeStream(of: Void.self)
            async let underWay: Void = Self.hold(turn, begin, until: ends)
            for await _ in begun { break }
            let checkup = desk.checkup
            async let found = checkup.findings(named: nil)
            let deadline = SystemSiteClock.uptime() + .seconds(60)
            while turn.waitingCount == 0, SystemSiteClock.uptime() < deadline {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(turn.waitingCount == 1)
            end.yield()
            await underWay
            let areGood = try await found.map(\.isGood)
            #expect(areGood == [true])
        }
        await site.ledger.close()
    }

    /// Takes the turn, says so, and gives it back when it is told to.
    private static func hold(
        _ turn: PlatformTurn, _ begin: AsyncStream<Void>.Continuation, until ends: AsyncStream<Void>
    ) async {
        await turn.take {
            begin.yield()
            for await _ in ends { break }
        }
    }

    @Test func aPlatformWithAnotherSecretRefusesTheCheckup() async throws {
        let site = try await SyncSite()
        try await site.withSandbox { port in
            try String(repeating: "x", count: 32).write(
                toFile: site.folder.path + "/secret", atomically: true, encoding: .utf8)
            let checkup = PlatformCheckup(plans: [try site.plan(port: port)], clock: site.clock)
            let found = try await checkup.findings(named: nil)
            #expect(found.map(\.isGood) == [false] && found[0].code != nil)
        }
        let nobody = PlatformCheckup(plans: [try site.plan(port: 1)], clock: site.clock)
        let found = try await nobody.findings(named: "city")
        #expect(found[0].line.hasPrefix("city: NOT REACHED, "))
        await site.ledger.close()
    }
}
