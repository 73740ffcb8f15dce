import AttendanceLedger
import SiteModel
import SmallDisks
import Testing

@testable import GatewayService

/// A disk that fills up under a working gate, to the page.
@Suite(.timeLimit(.minutes(5)), .enabled(if: SmallDisk.isPossible, "mounting a tmpfs takes root"))
struct FullDiskTests {
    /// What became of the swipes of one disk.
    private struct Tally {
        var granted = 0
        var refused = 0
        var late = 0

        static func + (left: Tally, right: Tally) -> Tally {
            Tally(
                granted: left.granted + right.granted, refused: left.refused + right.refused,
                late: left.late + right.late)
        }
    }

    private struct Shown {
        let uptime: Uptime
        let direction: Direction
        let signal: LaneSignal
    }

    /// The last 256 KiB, page by page: wherever the disk ends, in the log, in its index or in the main file,
    /// everybody who was let in or out is in the ledger exactly once, nobody else is, and it goes on by
    /// itself.
    @Test func whereverTheDiskEndsEverySwipeIsExact() async throws {
        var total = Tally()
        for pageCount in 1...64 { total = try await total + fill(leavingPages: pageCount) }
        print(
            "full disk, 64 levels of 4 KiB: \(total.granted) granted, \(total.refused) refused entering, "
                + "\(total.late) leavers by the reserve")
        #expect(total.refused >= 64 * 10 && total.late >= 64 * 10)
    }

    private func fill(leavingPages pageCount: Int) async throws -> Tally {
        let disk = try SmallDisk(kibibytes: 2_048)
        let site = try await TestSite(
            policy: .policy(.off, repeatWindow: 0), folder: TemporaryFolder(on: disk))
        try disk.fill(leavingPages: pageCount)
        var shown: [Shown] = []
        var refusedCount = 0
        while refusedCount < 10 {
            for direction in [Direction.entering, .leaving] {
                site.clock.advance(byMilliseconds: 1_000)
                let swipe = site.swipe(Person.adult.byCard, direction)
                let signal = await site.handle(swipe)
                shown.append(Shown(uptime: swipe.arrivedAt, direction: direction, signal: signal))
                if signal == .notRecorded(opens: false) { refusedCount += 1 }
            }
            try #require(shown.count < 2_000, "the disk never fills")
        }
        try disk.resize(kibibytes: 8_192)
        site.clock.advance(byMilliseconds: 1_000)
        await site.storage.look()
        #expect(site.health.isLedgerWorking && site.reserve.waitingCount == 0 && site.reserve.fault == nil)
        #expect(await site.handle(site.swipe(.stranger, .leaving)) == .refused(.unknown, opens: true))
        await site.close()
        return try check(shown, on: site, pageCount)
    }

    /// A disk that found an error of its own: nothing can be written, not even to what is open.
    @Test(.enabled(if: SmallDisk.isExt4Possible, "mounting an ext4 takes root and a loop device"))
    func aDiskThatGoesReadOnlyLosesNothingThatWasRecordedAndHoldsNobodyInside() async throws {
        let disk = try SmallDisk(ext4Mebibytes: 8)
        let folder = TemporaryFolder(on: disk)
        let site = try await TestSite(policy: .policy(.off, repeatWindow: 0), folder: folder)
        for _ in 0..<20 { #expect(await site.handle(site.swipe(Person.adult.byCard)) == .granted) }
        try disk.failReadOnly()
        for _ in 0..<5 {
            #expect(await site.handle(site.swipe(Person.adult.byCard)) == .notRecorded(opens: false))
            #expect(
                await site.handle(site.swipe(Person.adult.byCard, .leaving)) == .notRecorded(opens: true))
        }
        await site.storage.look()
        #expect(!site.health.isLedgerWorking && site.reserve.waitingCount == 5)
        #expect(
            site.health.reserveFault?.contains("Read-only") == true, "they wait in memory, and it is said")
        await site.close()
    }

    private func check(_ shown: [Shown], on site: TestSite, _ pageCount: Int) throws -> Tally {
        let found = try site.reader.verify()
        #expect(found.isWhole, "\(pageCount) pages")
        let records = Dictionary(grouping: try site.records()) { $0.entry.clock.uptime }
        var tally = Tally()
        for swipe in shown {
            let late = records[swipe.uptime]?.map(\.record.isLate)
            switch swipe.signal {
            case .granted:
                #expect(late == [false], "\(pageCount) pages")
                tally.granted += 1
            case .notRecorded(opens: true):
                #expect(late == [true] && swipe.direction == .leaving, "\(pageCount) pages")
                tally.late += 1
            case .notRecorded(opens: false):
                #expect(late == nil && swipe.direction == .entering, "\(pageCount) pages")
                tally.refused += 1
            case .refused, .unchanged: Issue.record("\(swipe.signal) at \(pageCount) pages")
            }
        }
        #expect(records.count == tally.granted + tally.late + 1, "and the last one; \(pageCount) pages")
        return tally
    }
}
