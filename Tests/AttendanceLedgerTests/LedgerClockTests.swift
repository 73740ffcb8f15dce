import AttendanceLedger
import SiteModel
import Testing

/// The clock history as a ledger tells it.
@Suite(.timeLimit(.minutes(10)))
struct LedgerClockTests {
    private static let noon: Int64 = 1_795_233_600_000

    private static func clock(
        _ boot: UInt8, _ uptime: Int64, wall: Int64 = 0, _ synchronisation: ClockSynchronisation = .none
    ) -> ClockReading {
        ClockReading(
            wall: UTCInstant(milliseconds: wall), uptime: Uptime(milliseconds: uptime),
            boot: BootID(bytes: [UInt8](repeating: boot, count: 16))!, synchronisation: synchronisation)
    }

    private static func mark(_ clock: ClockReading, _ kind: LedgerEntryKind = .serviceStarted) -> EntryDraft {
        EntryDraft(ServiceMark(words: "test"), kind: kind, clock: clock)
    }

    private static func swipe(_ clock: ClockReading, reserveNumber: Int64? = nil) -> EntryDraft {
        EntryDraft(
            AttendanceRecord(
                reader: ReaderName(lane: "north", reader: "in"), direction: .leaving,
                credentialKind: .cardNumber, reason: .unknown, isOpened: true, isTimeUncertain: false,
                standing: [], rosterPosition: LedgerSequence(0), policy: LedgerSequence(0),
                maskedCredential: "card 15***", reserveNumber: reserveNumber),
            kind: .attendance, clock: clock)
    }

    /// Boot 1 anchored; boots 2 and 3 without a clock, 3 without a service; boot 4 anchored.
    private static let drafts: [EntryDraft] =
        [mark(clock(1, 10_000, wall: noon, .kernel))]
        + (1...40).map { swipe(clock(1, 10_000 + $0 * 1_000)) }
        + [mark(clock(2, 10_000))] + (1...90).map { swipe(clock(2, 10_000 + $0 * 1_000)) }
        + (1...70).map { swipe(clock(3, 10_000 + $0 * 1_000)) }
        + [
            // Let out while the disk was full, written in the next boot.
            swipe(clock(3, 90_000), reserveNumber: 1),
            mark(clock(4, 10_000)), mark(clock(4, 20_000, wall: noon + 600_000, .kernel), .clockAnchor),
            swipe(clock(4, 30_000)),
        ]

    @Test func everyBootEndsWithItsLastEntry() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append(Self.drafts)
        let history = try folder.reader().clockHistory()
        // By hand: boot 1 ended at 50 s of uptime, boot 4 began 580 s after noon; boots 2 and 3 lasted 100 s
        // and 90 s at the least.
        var expected = ClockHistory()
        expected.follow(Self.clock(1, 10_000, wall: Self.noon, .kernel), kind: .serviceStarted)
        expected.reach(Self.clock(1, 50_000))
        expected.follow(Self.clock(2, 10_000), kind: .serviceStarted)
        expected.reach(Self.clock(2, 100_000))
        expected.reach(Self.clock(3, 90_000))
        expected.follow(Self.clock(4, 10_000), kind: .serviceStarted)
        expected.follow(Self.clock(4, 20_000, wall: Self.noon + 600_000, .kernel), kind: .clockAnchor)
        for draft in Self.drafts {
            #expect(history.corrected(draft.clock) == expected.corrected(draft.clock))
            #expect(history.corrected(draft.clock).isKnown)
        }
        let corrected = history.corrected(Self.clock(3, 90_000))
        #expect(corrected.basis == .bounded)
        await writer.close()
    }

    @Test func anEmptyLedgerKnowsNothing() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        #expect(try folder.reader().clockHistory().corrected(Self.clock(1, 5)).basis == .unknown)
        await writer.close()
    }

    @Test func theExportSaysWhenItTrulyWas() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append(Self.drafts)
        var bytes: [UInt8] = []
        try folder.reader().exportJSONLines { bytes += $0 }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == Self.drafts.count)
        #expect(lines[1].contains(#""occurred_at":"1970-01-01T00:00:00.000Z""#))
        #expect(
            lines[1].contains(
                #""corrected_at":"2026-11-21T04:00:01.000Z","error_ms":16001,"time_basis":"anchored""#))
        #expect(lines[1].contains(#""synchronised":false,"synchronised_by":"none""#))
        #expect(lines[60].contains(#""time_basis":"bounded""#))
        await writer.close()
    }

    /// Years of boots without a service: no walk through the swipes between.
    @Test func manyBootsAreReadByTheirSeams() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        for boot in 1...60 as ClosedRange<UInt8> {
            var drafts = (1...50).map { Self.swipe(Self.clock(boot, Int64($0) * 1_000)) }
            if boot.isMultiple(of: 20) || boot == 1 {
                drafts.insert(
                    Self.mark(Self.clock(boot, 500, wall: Self.noon + Int64(boot) * 600_000, .kernel)), at: 0)
            }
            _ = try await writer.append(drafts)
        }
        let history = try folder.reader().clockHistory()
        for boot in 1...60 as ClosedRange<UInt8> {
            let corrected = history.corrected(Self.clock(boot, 25_000))
            let isAnchored = boot.isMultiple(of: 20) || boot == 1
            #expect(corrected.basis == (isAnchored ? .anchored : .bounded), "boot \(boot)")
        }
        await writer.close()
    }
}
