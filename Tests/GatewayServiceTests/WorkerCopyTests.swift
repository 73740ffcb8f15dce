import AttendanceLedger
import PersonnelChanges
import SiteModel
import Testing

@testable import GatewayService

/// A worker's copy of their own data, made from a real ledger.
@Suite(.timeLimit(.minutes(5)))
struct WorkerCopyTests {
    private static let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3, 0xFF, 0xD9]

    private static func page(
        of id: WorkerID, _ site: TestSite
    ) throws -> String? {
        let copy = WorkerCopy(
            reader: site.reader, content: try PeopleBook.Content.folded(from: site.reader),
            calendar: SiteCalendar(
                now: site.time.instant(of: site.time.now()), offsetMilliseconds: TestSite.offset),
            corrected: site.time.corrected, siteName: "测试<工地>")
        return try copy.html(of: id).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func itHoldsEverythingOfTheWorkerAndNothingOfOthers() async throws {
        let site = try await TestSite([Person.adult.worker, Person.colleague.worker])
        let service = PersonnelService(
            ledger: site.ledger, reader: site.reader, index: site.index, clock: site.clock)
        _ = try await service.put(
            NoticePublished(version: "2026-1", text: "本工地采集<姓名>。\n保存三年。"), kind: .noticePublished)
        let id = try #require(try Roster.folded(from: site.reader).member(Person.adult.idNumber)?.id)
        _ = try await service.change(
            ChangeRequest(
                .update, workers: [id.description],
                fields: [
                    .notice: "2026-1", .wageCard: "6228480000000001234", .emergencyName: "王<b>急",
                    .emergencyPhone: "13900009999",
                ], by: "wang", photo: Self.jpeg), siteOffsetMilliseconds: TestSite.offset)
        // In, five hours, out; and a pass that only a correction states.
        _ = await site.handle(site.swipe(Person.adult.byCard))
        _ = await site.handle(site.swipe(Person.colleague.byCard))
        site.clock.advance(byMilliseconds: 5 * 3_600_000)
        _ = await site.handle(site.swipe(Person.adult.byCard, .leaving, reader: "out"))
        let look = PersonalDataShown(account: "inspector-9", place: "/people/worker")
        _ = try await site.ledger.append([
            EntryDraft(look, kind: .personalDataShown, subject: .worker(id), clock: site.clock.now())
        ])

        let page = try #require(try Self.page(of: id, site))
        for words in [
            Person.adult.idNumber.revealed, "张测adult", "1990-01-01", "6228480000000001234", "13900009999",
            "王&lt;b&gt;急", "测试&lt;工地&gt;", "版本 2026-1，出示于 2026-11-21 12:00", "<p>本工地采集&lt;姓名&gt;。</p>",
            "<p>保存三年。</p>", "data:image/jpeg;base64,\(Base64Text.encoded(Self.jpeg))", "进场", "wang",
            "<td>5 小时 0 分</td><td>是</td>", "<td>2026-11-21 17:00</td><td>出</td>", "inspector-9",
            "lang=\"zh-CN\"",
        ] {
            #expect(page.contains(words), "\(words) is not on the page")
        }
        #expect(!page.contains(Person.colleague.idNumber.revealed) && !page.contains("张测colleague"))
        #expect(!page.contains("<script") && !page.contains("http:") && !page.contains("https:"))
        #expect(page.utf8.count < 100_000)
        #expect(try Self.page(of: WorkerID(rawValue: 1), site) == nil)
        await site.close()
    }

    /// Corrections stand in place of what they correct, as everywhere.
    @Test func whatWasCorrectedCountsAsCorrected() async throws {
        let site = try await TestSite([Person.adult.worker])
        let id = try #require(try Roster.folded(from: site.reader).members.first?.id)
        _ = await site.handle(site.swipe(Person.adult.byCard))
        let entry = try #require(try site.records().first?.entry)
        let correction = Correction(
            action: .replaced, target: Correction.Target(origin: entry.origin, sequence: entry.sequence),
            passes: [
                StatedPass(direction: .entering, at: .noon),
                StatedPass(
                    direction: .leaving, at: UTCInstant.noon.advanced(byMilliseconds: 6 * 3_600_000)),
            ], by: "wang", reason: "读错<卡>")
        _ = try await site.ledger.append([
            EntryDraft(correction, kind: .correction, subject: .worker(id), clock: site.clock.now())
        ])
        let page = try #require(try Self.page(of: id, site))
        #expect(page.contains("<td>6 小时 0 分</td><td>是</td>") && page.contains("读错&lt;卡&gt;"))
        await site.close()
    }
}
