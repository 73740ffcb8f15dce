import AttendanceLedger
import Foundation
import PersonnelChanges
import SiteModel
import Testing

/// Nobody was shown a privacy notice that was never published.
struct NoticeTests {
    private static let notice = NoticePublished(version: "2026-1", text: "本项目采集姓名、证件号码。\nTest.")

    private static func withService(
        _ body: (PersonnelService, LedgerReader) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "notice-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // try?: what is left in the temporary folder harms nobody.
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ledger = try LedgerWriter.open(directory: folder, node: "gate", siteKey: TestKey.site)
        let reader = try LedgerReader.open(directory: folder, siteKey: TestKey.site)
        try await body(
            PersonnelService(
                ledger: ledger, reader: reader, index: nil, clock: ManualSiteClock(wall: Invented.noon)),
            reader)
        await ledger.close()
    }

    private static func join(_ service: PersonnelService, _ version: String) async throws -> ChangeOutcome {
        try await service.change(
            ChangeRequest(
                .join, workers: ["110101190001010014"],
                fields: [.name: "测试甲", .team: "木工班", .notice: version], by: "li"),
            siteOffsetMilliseconds: Invented.offset)
    }

    @Test func aVersionIsTakenOnceItIsPublished() async throws {
        try await Self.withService { service, reader in
            await #expect(throws: PersonnelError.self) { try await Self.join(service, "2026-1") }
            let sequence = try await service.put(Self.notice, kind: .noticePublished)
            let entry = try #require(try reader.entry(sequence))
            #expect(entry.sealing == .clear && entry.kind.rawValue == 29)
            #expect(try NoticePublished(encoded: entry.body) == Self.notice)
            #expect(try await service.presentContent().site.notices == [Self.notice])
            _ = try await Self.join(service, " 2026-1 ")
            let member = try #require(try Roster.folded(from: reader).members.first)
            #expect(member.worker.dossier.notice?.version == "2026-1")
            let calendar = SiteCalendar(now: Invented.noon, offsetMilliseconds: Invented.offset)
            let content = try await service.presentContent()
            let sheet = try #require(
                WorkerSheet(
                    of: member.id.description, in: content, calendar: calendar,
                    corrected: ClockHistory().corrected, isRevealed: false))
            #expect(sheet.lines.joined().contains("2026-11-21 12:00"), "when it was shown, in site time")
            #expect(sheet.json.contains(#""notice_shown_at":"2026-11-21T04:00:00"#))
        }
    }

    @Test(arguments: [
        NoticePublished(version: "2026-1", text: "other"), NoticePublished(version: "", text: "x"),
        NoticePublished(version: "-", text: "x"), NoticePublished(version: "a b", text: "x"),
        NoticePublished(version: String(repeating: "v", count: 33), text: "x"),
        NoticePublished(version: "2", text: " \n"),
        NoticePublished(version: "2", text: String(repeating: "x", count: 65_537)),
    ])
    func whatCannotBeShownIsNotPublished(notice: NoticePublished) async throws {
        try await Self.withService { service, _ in
            _ = try await service.put(Self.notice, kind: .noticePublished)
            await #expect(throws: PersonnelError.self) {
                try await service.put(notice, kind: .noticePublished)
            }
            #expect(try await service.presentContent().site.notices.count == 1)
        }
    }
}
