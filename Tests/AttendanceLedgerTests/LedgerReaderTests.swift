import AttendanceLedger
import Foundation
import SQLiteStore
import SiteModel
import SmallDisks
import Testing

@Suite(.timeLimit(.minutes(10)))
struct LedgerReaderTests {
    /// Somebody pipes an export into a pager and goes to lunch: the writer must be able to empty its log.
    @Test func aSlowReaderHoldsNoSnapshot() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append([Draft.joined(Draft.worker())])
        _ = try await writer.append((0..<5_000).map { Draft.attendance($0) })
        let other = try SQLiteConnection(path: folder.path + "/ledger.db", access: .readWrite)
        let reader = try folder.reader()
        var isHeld = false
        func look() throws(LedgerError) {
            // try?: a log that cannot be emptied is held.
            if (try? other.emptyLog()) != true { isHeld = true }
        }
        try reader.forEachEntry { _ throws(LedgerError) in try look() }
        try reader.forEachRosterEntry { _ throws(LedgerError) in try look() }
        try reader.forEachAttendance(newest: 5_000) { _ throws(LedgerError) in try look() }
        // try?: as above.
        try reader.exportJSONLines { _ in isHeld = isHeld || (try? other.emptyLog()) != true }
        #expect(!isHeld)
        await writer.close()
    }

    @Test func theRosterIsFoldedInOrderWithoutTheRest() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let applied = EntryDraft(
            RosterApplied(source: "test", joined: 2, left: 0, changed: 0, unchanged: 0), kind: .rosterApplied,
            clock: Draft.clock())
        _ = try await writer.append([
            Draft.mark(), Draft.joined(Draft.worker(name: "甲")), Draft.joined(Draft.worker(name: "乙")),
            applied,
        ])
        let first = WorkerID(originTag: writer.origin.tag, sequence: LedgerSequence(2))
        _ = try await writer.append([
            Draft.attendance(of: first), Draft.joined(Draft.worker(name: "丙"), subject: .worker(first)),
        ])
        let reader = try folder.reader()
        var sequences: [Int64] = []
        try reader.forEachRosterEntry { entry throws(LedgerError) in
            sequences.append(entry.sequence.rawValue)
            // The reader may be used meanwhile.
            #expect(try reader.head()?.sequence == LedgerSequence(6))
        }
        #expect(sequences == [2, 3, 4, 6])
        #expect(try reader.newestChange(of: first)?.worker.name == "丙")
        await writer.close()
    }

    @Test func newestPolicyIsTheLastOne() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let reader = try folder.reader()
        #expect(try reader.newestPolicy() == nil)
        var policies: [LedgerEntry] = []
        for years in [16, 18] {
            let policy = PolicyApplied(
                repeatWindowMilliseconds: 3_000, antiPassback: .off, minimumAgeYears: years)
            policies += try await writer.append([
                EntryDraft(policy, kind: .policyApplied, clock: Draft.clock()), Draft.attendance(),
            ])
        }
        #expect(try reader.newestPolicy() == policies[2])
        await writer.close()
    }

    struct Row: Sendable {
        let limit: Int
        /// Seconds after the clock of `Draft`.
        let since: Int64
        let expected: [Int64]
    }

    /// The ledger holds marks at 1, 4, 7, … and attendance or raw reads between them, the n-th second n.
    @Test(arguments: [
        Row(limit: 100, since: 0, expected: [2, 3, 5, 6, 8, 9]),
        Row(limit: 3, since: 0, expected: [6, 8, 9]),
        Row(limit: 100, since: 5, expected: [5, 6, 8, 9]),
        Row(limit: 3, since: 9, expected: [9]),
        Row(limit: 0, since: 0, expected: []),
        Row(limit: 100, since: 10, expected: []),
    ])
    func attendanceIsWalkedBackAsFarAsAsked(row: Row) async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        for number in stride(from: Int64(1), to: 9, by: 3) {
            _ = try await writer.append([
                Draft.mark(), Draft.attendance(number + 1), Draft.attendance(number + 2, kind: .rawRead),
            ])
        }
        var seen: [Int64] = []
        let since = Draft.clock(row.since).wall
        try folder.reader().forEachAttendance(newest: row.limit, since: since) {
            seen.append($0.sequence.rawValue)
        }
        #expect(seen == row.expected)
        await writer.close()
    }

    @Test func aWalkOverManyPagesMissesNothing() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append((0..<10_000).map { Draft.attendance($0) })
        let reader = try folder.reader()
        var sequences: [Int64] = []
        try reader.forEachEntry(after: LedgerSequence(17)) { sequences.append($0.sequence.rawValue) }
        #expect(sequences == Array(18...10_000))
        #expect(try reader.newestAttendance(limit: 9_000).map(\.sequence.rawValue) == Array(1_001...10_000))
        await writer.close()
    }

    @Test func aReaderOutlivesItsWriterAndSeesTheNextOne() async throws {
        let folder = try LedgerFolder()
        let first = try folder.writer()
        let reader = try folder.reader()
        _ = try await first.append([Draft.mark()])
        await first.close()
        #expect(try reader.head()?.sequence == LedgerSequence(1))
        let second = try folder.writer()
        _ = try await second.append([Draft.mark()])
        #expect(try reader.head()?.sequence == LedgerSequence(2))
        await second.close()
    }

    /// A backup on a medium, or a folder of somebody else. The mode stops everybody but root, the mount root
    /// too.
    @Test(
        .enabled(if: geteuid() != 0 || SmallDisk.isPossible, "root writes everywhere but on a mount"),
        arguments: [["ledger.db"], ["ledger.db", "ledger.db-wal"]])
    func aReadOnlyFolderIsReadUnlessItsLogWouldBePassedOver(names: [String]) async throws {
        let source = try LedgerFolder()
        let writer = try source.writer()
        _ = try await writer.append([Draft.mark(), Draft.attendance()])
        if names.count == 1 { await writer.close() }
        let folder = try LedgerFolder()
        let disk = geteuid() == 0 ? try SmallDisk(kibibytes: 2_048) : nil
        // The characters mean something in a URI.
        let path = (disk?.path ?? folder.path) + "/a?b#c%41 门"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        for name in names {
            try FileManager.default.copyItem(atPath: source.path + "/" + name, toPath: path + "/" + name)
        }
        await writer.close()
        try #require(chmod(path, 0o555) == 0)
        defer { chmod(path, 0o755) }
        try disk?.makeReadOnly()
        if names.count == 1 {
            let reader = try LedgerReader.open(directory: path, siteKey: TestKey.site)
            #expect(try reader.verify().entryCount == 2)
            #expect(try reader.head()?.sequence == LedgerSequence(2))
        } else {
            let refusal = #expect(throws: LedgerError.self) {
                try LedgerReader.open(directory: path, siteKey: TestKey.site)
            }
            #expect(refusal?.description.contains("copy the folder to a writable place first") == true)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).sorted() == names)
    }
}
