import AttendanceLedger
import Foundation
import SiteModel
import Testing

@Suite(.timeLimit(.minutes(10)))
struct LedgerExportTests {
    /// One entry of each kind, as the export prints it after `"hash":…`.
    private static let rows: [(draft: EntryDraft, members: String)] = [
        (
            Draft.attendance(),
            """
            "worker":"abcdef-2","lane":"north","reader":"north-in","direction":"entering",\
            "decision":"granted","opened":true,"time_uncertain":false,"reason":null,\
            "credential_kind":"id_number","credential_masked":null,"roster_position":3,"policy":2
            """
        ),
        (
            Draft.attendance(of: nil, reason: .unknown),
            """
            "worker":null,"lane":"north","reader":"north-in","direction":"entering","decision":"denied",\
            "opened":false,"time_uncertain":false,"reason":"unknown","credential_kind":"id_number",\
            "credential_masked":"id 11***","roster_position":3,"policy":2
            """
        ),
        (
            EntryDraft(
                PassageRecord(
                    lane: "a\"b\n", direction: .leaving, passage: .notPassed, attendance: LedgerSequence(1)),
                kind: .passage, clock: Draft.clock()),
            #""lane":"a\"b\n","direction":"leaving","passage":"not_passed","attendance":1"#
        ),
        (
            EntryDraft(
                ReaderGap(
                    reader: ReaderName(lane: "北门", reader: "r"), reason: .unplugged,
                    sinceWall: UTCInstant(milliseconds: 1_795_000_000_123), since: Uptime(milliseconds: 5),
                    until: nil), kind: .readerGap, clock: Draft.clock()),
            """
            "lane":"北门","reader":"r","reason":"unplugged","since":"2026-11-18T11:06:40.123Z",\
            "since_uptime_ms":5,"until_uptime_ms":null
            """
        ),
        (
            EntryDraft(
                ClockStep(
                    before: UTCInstant(milliseconds: 0), after: UTCInstant(milliseconds: 1_795_000_000_000)),
                kind: .clockStep, clock: Draft.clock()),
            #""before":"1970-01-01T00:00:00.000Z","after":"2026-11-18T11:06:40.000Z""#
        ),
        (Draft.mark("muster 0.1.0"), #""words":"muster 0.1.0""#),
        (
            EntryDraft(
                RosterApplied(source: "r.csv", joined: 1, left: 2, changed: 3, unchanged: 4),
                kind: .rosterApplied, clock: Draft.clock()),
            #""source":"r.csv","joined":1,"left":2,"changed":3,"unchanged":4"#
        ),
        (
            EntryDraft(
                PolicyApplied(repeatWindowMilliseconds: 3_000, antiPassback: .soft, minimumAgeYears: 16),
                kind: .policyApplied, clock: Draft.clock()),
            #""repeat_window_ms":3000,"anti_passback":"soft","minimum_age":16,"require":{"contract":"off","#
                + #""insurance":"off","training":"off","id_valid":"off","retraining_after_a_year":"off"}"#
        ),
    ]

    @Test func everyKindIsPrintedAsDocumented() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let entries = try await writer.append(Self.rows.map(\.draft))
        let lines = try Self.lines(of: folder)
        #expect(lines.count == Self.rows.count)
        for (line, (entry, row)) in zip(lines, zip(entries, Self.rows)) {
            let expected = """
                {"origin":"\(writer.origin)","sequence":\(entry.sequence),"kind":"\(entry.kind.name)",\
                "occurred_at":"2026-11-18T11:06:40.000Z","clock":{"synchronised":true,\
                "synchronised_by":"kernel","uptime_ms":60000,"boot":"6b1f2e0c9a3d4f58b7c6d5e4f3a2b190"},\
                "corrected_at":"2026-11-18T11:06:40.000Z","error_ms":16000,"time_basis":"synchronised",\
                "hash":"\(entry.hash.hexadecimal)",\(row.members)}
                """
            #expect(line == expected)
            _ = try JSONSerialization.jsonObject(with: Data(line.utf8))
        }
        await writer.close()
    }

    @Test func personsAppearOnlyWhenRevealed() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append([Draft.joined(Draft.worker())])
        let personal = ["测试甲", "110101190001010014", "13800000000", "15219292"]
        let masked = try Self.lines(of: folder)[0]
        for text in personal { #expect(!masked.contains(text)) }
        #expect(masked.contains(#""change":"joined""#) && masked.contains(#""team":"木工班""#))
        let revealed = try Self.lines(of: folder, isRevealed: true)[0]
        for text in personal { #expect(revealed.contains(text)) }
        _ = try JSONSerialization.jsonObject(with: Data(revealed.utf8))
        await writer.close()
    }

    @Test func aLongExportComesInWholeLines() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append((0..<2_000).map { Draft.attendance($0) })
        var pieces: [[UInt8]] = []
        try folder.reader().exportJSONLines(after: LedgerSequence(500)) { pieces.append($0) }
        #expect(pieces.count > 1 && pieces.allSatisfy { $0.last == 0x0A && $0.count < 80_000 })
        #expect(pieces.joined().count { $0 == 0x0A } == 1_500)
        await writer.close()
    }

    private static func lines(of folder: LedgerFolder, isRevealed: Bool = false) throws -> [String] {
        var bytes: [UInt8] = []
        try folder.reader().exportJSONLines(isRevealed: isRevealed) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
