import AttendanceLedger
import Foundation
import SiteModel
import Testing

@testable import PersonnelChanges

/// Day passes: on record, and never attendance.
struct VisitorTests {
    private static func withService(
        _ body: (PersonnelService, LedgerReader, String) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "visitor-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // try?: what is left in the temporary folder harms nobody.
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ledger = try LedgerWriter.open(directory: folder, node: "gate", siteKey: TestKey.site)
        let reader = try LedgerReader.open(directory: folder, siteKey: TestKey.site)
        try await body(
            PersonnelService(
                ledger: ledger, reader: reader, index: nil, clock: ManualSiteClock(wall: Invented.noon)),
            reader, folder)
        await ledger.close()
    }

    /// Two hours from now, unless said otherwise.
    private static func visitor(
        _ name: String = "王来访", company: String = "测试监理", purpose: String = "检查",
        host: WorkerID? = nil, untilMilliseconds: Int64 = 2 * 3_600_000
    ) -> VisitorAdmitted {
        VisitorAdmitted(
            name: name, company: company, purpose: purpose, host: host,
            until: Invented.noon.advanced(byMilliseconds: untilMilliseconds), lane: nil, by: "门卫")
    }

    @Test func aVisitorIsOnSiteUntilTheyLeaveAndIsNoWorker() async throws {
        try await Self.withService { service, reader, _ in
            let offset = Invented.offset
            let first = try await service.admit(Self.visitor(), siteOffsetMilliseconds: offset)
            let second = try await service.admit(Self.visitor("李"), siteOffsetMilliseconds: offset)
            var site = try await service.presentContent().site
            #expect(site.visitors.map(\.sequence) == [first, second])
            #expect(site.visitors[0].admitted.name == "王*")
            #expect(site.visitors[0].stateName(at: Invented.noon) == "on_site")
            let end = site.visitors[0].admitted.until
            #expect(site.visitors[0].stateName(at: end) == "overdue")
            _ = try await service.leave(VisitorLeft(admission: first, lane: nil, by: "门卫"))
            site = try await service.presentContent().site
            #expect(site.visitors.map(\.sequence) == [second])
            #expect(try Roster.folded(from: reader).members.isEmpty)
            #expect(try reader.newestAttendance(limit: 9).isEmpty)
            #expect(try reader.verify().fault == nil)
        }
    }

    @Test func whoIsNotOnSiteCannotLeave() async throws {
        try await Self.withService { service, _, _ in
            let entry = try await service.admit(Self.visitor(), siteOffsetMilliseconds: Invented.offset)
            let left = VisitorLeft(admission: entry, lane: nil, by: "门卫")
            _ = try await service.leave(left)
            await #expect(throws: PersonnelError.self) { try await service.leave(left) }
            await #expect(throws: PersonnelError.self) {
                try await service.leave(VisitorLeft(admission: LedgerSequence(999), lane: nil, by: "门卫"))
            }
        }
    }

    /// At noon the day has twelve hours left.
    @Test(arguments: [
        (visitor(company: ""), false), (visitor(purpose: ""), false), (visitor(""), false),
        (visitor(purpose: String(repeating: "检", count: 65)), false),
        (visitor(purpose: String(repeating: "检", count: 64)), true),
        (visitor(untilMilliseconds: 0), false), (visitor(untilMilliseconds: 1), true),
        (visitor(untilMilliseconds: 12 * 3_600_000), true),
        (visitor(untilMilliseconds: 12 * 3_600_000 + 1), false),
        (visitor(host: WorkerID(originTag: 1, sequence: LedgerSequence(7))), false),
    ])
    func aPassIsWholeAndEndsToday(visitor: VisitorAdmitted, isGiven: Bool) async throws {
        try await Self.withService { service, reader, _ in
            do throws(PersonnelError) {
                _ = try await service.admit(visitor, siteOffsetMilliseconds: Invented.offset)
                #expect(isGiven)
            } catch {
                guard case .refused = error else { throw error }
                #expect(!isGiven)
            }
            #expect(try reader.head()?.sequence.rawValue ?? 0 == (isGiven ? 1 : 0))
        }
    }

    /// Not in the file, not in its log: the whole name is dropped before anything is written.
    @Test func theWholeNameIsNowhere() async throws {
        try await Self.withService { service, _, folder in
            _ = try await service.admit(Self.visitor("欧阳来访"), siteOffsetMilliseconds: Invented.offset)
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
                #expect(bytes.range(of: Data("欧阳".utf8)) == nil, "\(name)")
            }
        }
    }

    @Test(arguments: [
        ("18:00", true), ("24:00", false), ("1800", false), ("18:00:00", false), ("晚上六点", false),
    ])
    func anEndIsATimeOfToday(text: String, isTime: Bool) {
        let calendar = SiteCalendar(now: Invented.noon, offsetMilliseconds: Invented.offset)
        #expect((calendar.todayAt(text) != nil) == isTime)
        if isTime { #expect(calendar.todayAt(text)?.rfc3339.hasSuffix("T10:00:00.000Z") == true) }
    }
}
