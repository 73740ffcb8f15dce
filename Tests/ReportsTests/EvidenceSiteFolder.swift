import AttendanceLedger
import Foundation
import Reports
import SiteModel

/// A site with a ledger of its own and invented persons; it goes with its last reference.
final class EvidenceSiteFolder: Sendable {
    static let boot = BootID(text: "6b1f2e0c9a3d4f58b7c6d5e4f3a2b190")!
    /// 2026-11-02 00:00 in Shanghai.
    static let start: Int64 = 1_793_548_800_000
    static let minute: Int64 = 60_000
    static let day: Int64 = 86_400_000

    let path: String
    let ledger: LedgerWriter
    let reader: LedgerReader
    let service: BundleService

    init() throws {
        path = NSTemporaryDirectory() + "evidence-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let key = SiteKey.random()
        ledger = try LedgerWriter.open(directory: path, node: "north-gate", siteKey: key)
        reader = try LedgerReader.open(directory: path, siteKey: key)
        let now = Self.clock(at: 10 * Self.day)
        let clock = ManualSiteClock(wall: now.wall, uptime: now.uptime, boot: now.boot)
        service = BundleService(
            ledger: ledger, reader: reader,
            site: BundleSite(name: "示范工地 <一>", projectCode: "P-1", offsetMilliseconds: 28_800_000),
            clock: clock)
    }

    deinit {
        // try?: a folder that is gone is as good.
        try? FileManager.default.removeItem(atPath: path)
    }

    static func clock(
        at milliseconds: Int64, _ synchronisation: ClockSynchronisation = .kernel
    ) -> ClockReading {
        ClockReading(
            wall: UTCInstant(milliseconds: start + milliseconds),
            uptime: Uptime(milliseconds: 60_000 + milliseconds), boot: boot, synchronisation: synchronisation)
    }

    static func joined(_ name: String, _ number: String, at milliseconds: Int64 = 0) -> EntryDraft {
        // try!: the check digit is right.
        let worker = ProjectWorker(
            name: name, idNumber: try! IDNumber(reading: number),
            team: Team(name: "木工班", employer: "测试建筑"), workType: "木工",
            joinedOn: CivilDate(iso8601: "2026-11-01")!)
        return EntryDraft(
            PersonnelChange(
                kind: .joined, occurredAt: clock(at: milliseconds).wall,
                dueAt: clock(at: milliseconds + day).wall, worker: worker, source: "test"),
            kind: .personnelChange, subject: .newWorker, clock: clock(at: milliseconds))
    }

    static func swipe(
        of worker: WorkerID, at milliseconds: Int64, _ direction: Direction = .entering,
        policy: LedgerSequence = LedgerSequence(1), clock: ClockReading? = nil
    ) -> EntryDraft {
        let record = AttendanceRecord(
            reader: ReaderName(lane: "north", reader: "north-in"), direction: direction,
            credentialKind: .idNumber, reason: nil, isOpened: true, isTimeUncertain: false, standing: .known,
            rosterPosition: LedgerSequence(3), policy: policy, maskedCredential: nil)
        return EntryDraft(
            record, kind: .attendance, subject: .worker(worker),
            clock: clock ?? Self.clock(at: milliseconds))
    }

    static func policy(at milliseconds: Int64 = 0) -> EntryDraft {
        EntryDraft(
            PolicyApplied(repeatWindowMilliseconds: 3_000, antiPassback: .off, minimumAgeYears: 16),
            kind: .policyApplied, clock: clock(at: milliseconds))
    }

    /// Two workers, a policy, five days with a checkpoint at each end, one correction of either kind.
    ///
    /// - Returns: the two workers and the sequence of the first one's first swipe.
    func fill() async throws -> (first: WorkerID, second: WorkerID, swipe: LedgerSequence) {
        let known = try await ledger.append([
            Self.policy(), Self.joined("测试甲", "110101190001010014"),
            Self.joined("测试乙", "110101190001010022"),
        ])
        let (first, second) = (known[1].subject!, known[2].subject!)
        var swipes: [LedgerEntry] = []
        for day in 0..<Int64(5) {
            let morning = day * Self.day + 8 * 60 * Self.minute
            swipes += try await ledger.append([
                Self.swipe(of: first, at: morning), Self.swipe(of: second, at: morning + Self.minute),
                Self.swipe(of: second, at: morning + 500 * Self.minute, .leaving),
                Self.swipe(of: first, at: morning + 501 * Self.minute, .leaving),
                .checkpoint(at: Self.clock(at: day * Self.day + 23 * 60 * Self.minute)),
            ])
        }
        let replaced = Correction(
            action: .replaced, target: Correction.Target(origin: ledger.origin, sequence: swipes[5].sequence),
            passes: [
                StatedPass(
                    direction: .entering, at: Self.clock(at: Self.day + 470 * Self.minute).wall)
            ], by: "测试丙", reason: "读卡器时间 <错>")
        let added = Correction(
            action: .added, target: nil,
            passes: [
                StatedPass(
                    direction: .leaving, at: Self.clock(at: 2 * Self.day + 1_200 * Self.minute).wall)
            ], by: "测试丙", reason: "停电")
        _ = try await ledger.append(
            [replaced, added].map {
                EntryDraft(
                    $0, kind: .correction, subject: .worker(first), clock: Self.clock(at: 6 * Self.day))
            })
        return (first, second, swipes[0].sequence)
    }

    func bundle(
        of worker: BundleRequest.Worker, from: String = "2026-11-03", to: String = "2026-11-04",
        isRevealed: Bool = false
    ) async throws -> [UInt8] {
        try await service.bundle(
            BundleRequest(
                worker: worker, from: CivilDate(iso8601: from)!, to: CivilDate(iso8601: to)!,
                isRevealed: isRevealed))
    }
}
