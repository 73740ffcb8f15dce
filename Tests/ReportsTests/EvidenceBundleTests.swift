import AttendanceLedger
import Reports
import SiteModel
import Tables
import Testing

/// A bundle as it is made: what stands in it, what does not, and that it verifies.
struct EvidenceBundleTests {
    @Test func aBundleVerifiesAndSaysWhoseItIs() async throws {
        let site = try EvidenceSiteFolder()
        let (worker, _, _) = try await site.fill()
        let bytes = try await site.bundle(of: .id(worker))
        let verification = BundleVerification(checking: bytes)
        #expect(verification.fault == nil)
        #expect(verification.origin == site.ledger.origin)
        #expect(verification.worker == worker)
        #expect(verification.publicKey == (try site.reader.node().publicKey))
        #expect(
            try ZipReader(bytes).files.map(\.name) == [
                "entries.jsonl", "checkpoints.jsonl", "receipts.jsonl", "index.html", "FORMAT.md",
                "keys.json",
            ])
    }

    @Test func aWorkerIsFoundByNumberAndTheNumberIsInNoError() async throws {
        let site = try EvidenceSiteFolder()
        let (_, second, _) = try await site.fill()
        let number = try IDNumber(reading: "110101190001010022")
        let bytes = try await site.bundle(of: .number(number))
        #expect(BundleVerification(checking: bytes).worker == second)
        let unknown = try IDNumber(reading: "110101190001010030")
        let position = try site.reader.head()?.sequence
        let error = await #expect(throws: BundleError.self) { try await site.bundle(of: .number(unknown)) }
        #expect(error == .workerUnknown)
        #expect(!"\(try #require(error))".contains("1101"))
        // Nothing was written for it.
        #expect(try site.reader.head()?.sequence == position)
    }

    @Test func onlyTheWorkersEntriesAndEverybodysAreShown() async throws {
        let site = try EvidenceSiteFolder()
        let (worker, second, _) = try await site.fill()
        let entries = try Self.shown(in: try await site.bundle(of: .id(worker)))
        for entry in entries where entry.subject != worker {
            #expect(entry.subject == nil)
            #expect([.policyApplied, .checkpoint].contains(entry.kind))
        }
        #expect(!entries.contains { $0.subject == second })
        // Their roster entry, the policy, and four swipes of the two days.
        #expect(entries.contains { $0.kind == .personnelChange })
        #expect(entries.contains { $0.kind == .policyApplied })
        #expect(entries.count { $0.kind == .correction } == 2)
        let days = ["2026-11-03", "2026-11-04"]
        for day in days {
            #expect(
                entries.count {
                    $0.kind == .attendance
                        && $0.occurredAt.day(offsetMilliseconds: 28_800_000).description == day
                } == 2)
        }
    }

    @Test func entriesBetweenTheSegmentsAreNotInTheBundle() async throws {
        let site = try EvidenceSiteFolder()
        let (worker, _, _) = try await site.fill()
        let lines = try Self.lines(of: "entries.jsonl", in: try await site.bundle(of: .id(worker)))
        let beginnings = lines.filter { $0.hasPrefix("{\"after\":") }
        // Roster and policy with their day, 3 and 4 November; then the corrections. 5 and 6 November are not.
        #expect(beginnings.count == 2)
        #expect(beginnings.first?.hasPrefix("{\"after\":0,") == true)
    }

    @Test func thePageShowsOriginalAndCorrectionAndEscapesBoth() async throws {
        let site = try EvidenceSiteFolder()
        let (worker, _, _) = try await site.fill()
        let page = try Self.text("index.html", in: try await site.bundle(of: .id(worker)))
        #expect(page.contains("测试甲"))
        #expect(page.contains("110101********0014"))
        #expect(!page.contains("110101190001010014"))
        #expect(page.contains("更正为"))
        #expect(page.contains("补卡"))
        #expect(page.contains("读卡器时间 &lt;错&gt;"))
        #expect(page.contains("示范工地 &lt;一&gt;"))
        #expect(!page.contains("测试乙"))
        #expect(!page.contains("<script"))
    }

    @Test func theFullNumberIsPrintedOnlyWhenAskedFor() async throws {
        let site = try EvidenceSiteFolder()
        let (worker, _, _) = try await site.fill()
        let page = try Self.text("index.html", in: try await site.bundle(of: .id(worker), isRevealed: true))
        #expect(page.contains("110101190001010014"))
    }

    @Test func anErasedWorkersBundleHasNoKeyAndNoName() async throws {
        let site = try EvidenceSiteFolder()
        let (worker, _, _) = try await site.fill()
        _ = try await site.ledger.append([
            EntryDraft(
                WorkerErased(isForced: true, by: "测试丙", reason: "test"), kind: .workerErased,
                subject: .worker(worker), clock: EvidenceSiteFolder.clock(at: 7 * EvidenceSiteFolder.day))
        ])
        let bytes = try await site.bundle(of: .id(worker))
        #expect(BundleVerification(checking: bytes).fault == nil)
        #expect(try Self.text("keys.json", in: bytes).contains("\"worker_key\":null"))
        #expect(!(try Self.text("index.html", in: bytes).contains("测试甲")))
    }

    @Test func daysOnWhichNothingWasWrittenAreRefused() async throws {
        let site = try EvidenceSiteFolder()
        let (worker, _, _) = try await site.fill()
        let error = await #expect(throws: BundleError.self) {
            try await site.bundle(of: .id(worker), from: "2026-10-01", to: "2026-10-31")
        }
        #expect(error == .spanEmpty)
        #expect(throws: BundleError.daysTurned) {
            try BundleRequest(
                worker: .id(worker), from: CivilDate(iso8601: "2026-11-02")!,
                to: CivilDate(iso8601: "2026-11-01")!, isRevealed: false)
        }
        #expect(throws: BundleError.workerUnreadable) { try BundleRequest.Worker("110101190001010015") }
    }

    @Test func theDaysAreThoseOfTheSiteNotOfUTC() async throws {
        let site = try EvidenceSiteFolder()
        let (worker, _, _) = try await site.fill()
        // 2026-11-09 00:30 and 2026-11-09 23:30 in Shanghai; the first is still the 8th in UTC.
        _ = try await site.ledger.append([
            EvidenceSiteFolder.swipe(
                of: worker, at: 7 * EvidenceSiteFolder.day + 30 * EvidenceSiteFolder.minute),
            EvidenceSiteFolder.swipe(
                of: worker, at: 8 * EvidenceSiteFolder.day - 30 * EvidenceSiteFolder.minute, .leaving),
        ])
        let page = try Self.text(
            "index.html", in: try await site.bundle(of: .id(worker), from: "2026-11-09", to: "2026-11-09"))
        #expect(page.contains("00:30:00"))
        #expect(page.contains("23:30:00"))
    }

    @Test func aSwipeWithoutAClockStandsWithItsNeighboursAndIsMarked() async throws {
        let site = try EvidenceSiteFolder()
        let (worker, _, _) = try await site.fill()
        let bootedIn1970 = ClockReading(
            wall: UTCInstant(milliseconds: 90_000), uptime: Uptime(milliseconds: 90_000),
            boot: EvidenceSiteFolder.boot, synchronisation: .none)
        let start = 7 * EvidenceSiteFolder.day
        _ = try await site.ledger.append([
            EvidenceSiteFolder.swipe(of: worker, at: start),
            EvidenceSiteFolder.swipe(of: worker, at: 0, clock: bootedIn1970),
            EvidenceSiteFolder.swipe(of: worker, at: start + 1),
        ])
        let bytes = try await site.bundle(of: .id(worker), from: "2026-11-09", to: "2026-11-09")
        #expect(BundleVerification(checking: bytes).fault == nil)
        #expect(try Self.text("index.html", in: bytes).contains("时钟未设定"))
    }

    @Test func progressEndsWhereItSaid() async throws {
        let site = try EvidenceSiteFolder()
        let (worker, _, _) = try await site.fill()
        let request = try BundleRequest(
            worker: .id(worker), from: CivilDate(iso8601: "2026-11-02")!,
            to: CivilDate(iso8601: "2026-11-06")!, isRevealed: false)
        let newest = ProgressSpy()
        _ = try await site.service.bundle(request) { newest.show(done: $0, of: $1) }
        #expect(newest.isMonotonic)
        #expect(newest.isDone)
    }

    static func text(_ name: String, in bundle: [UInt8]) throws -> String {
        String(decoding: try #require(try ZipReader(bundle)[name]), as: UTF8.self)
    }

    static func lines(of name: String, in bundle: [UInt8]) throws -> [String] {
        try text(name, in: bundle).split(separator: "\n").map(String.init)
    }

    static func shown(in bundle: [UInt8]) throws -> [LedgerEntry] {
        try lines(of: "entries.jsonl", in: bundle).compactMap { line in
            guard let match = line.firstMatch(of: /"canonical":"([0-9a-f]+)"/) else { return nil }
            let bytes = try #require([UInt8](hexadecimal: match.1))
            return try LedgerEntry(canonicalBytes: bytes, hash: [])
        }
    }
}
