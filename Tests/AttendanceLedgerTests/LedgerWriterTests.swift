import AttendanceLedger
import Foundation
import SQLiteStore
import SiteModel
import Testing

@Suite(.timeLimit(.minutes(10)))
struct LedgerWriterTests {
    @Test func aReopenedLedgerGoesOnWhereItStood() async throws {
        let folder = try LedgerFolder()
        var written: [LedgerEntry] = []
        var origins: Set<LedgerOrigin> = []
        for run in 0..<4 {
            let writer = try LedgerWriter.open(
                directory: folder.path, node: "north-gate-of-run-\(run)", siteKey: TestKey.site)
            origins.insert(writer.origin)
            written += try await writer.append([Draft.mark(), Draft.attendance(1)])
            written += try await writer.append([Draft.attendance(2, of: nil, reason: .unknown)])
            await writer.close()
        }
        #expect(origins.count == 1)
        #expect(written.map(\.sequence.rawValue) == Array(1...12))
        let reader = try folder.reader()
        #expect(try reader.entries(after: LedgerSequence(0), limit: 100) == written)
        #expect(try reader.head() == written.last)
        #expect(try reader.verify().isWhole)
    }

    @Test func theOriginIsTheNodeWithASuffixAndANewWorkerIsNamedAfterIt() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let suffix = try #require([UInt8](hexadecimal: writer.origin.text.dropFirst("north-gate-".count)))
        #expect(writer.origin.text.hasPrefix("north-gate-") && suffix.count == 4)
        let entries = try await writer.append([Draft.mark(), Draft.joined(Draft.worker())])
        let id = WorkerID(originTag: writer.origin.tag, sequence: LedgerSequence(2))
        #expect(entries[1].subject == id)
        await writer.close()
        let reader = try folder.reader()
        #expect(try reader.newestChange(of: id)?.worker == Draft.worker())
        #expect(try reader.newestChange(of: WorkerID(rawValue: 1)) == nil)
    }

    @Test func aSecondWriterIsRefusedAtOnceAndTheFirstGoesOn() async throws {
        let folder = try LedgerFolder()
        let first = try folder.writer()
        let refusal = #expect(throws: LedgerError.self) { try folder.writer() }
        #expect(refusal == .locked(path: folder.path + "/ledger.lock"))
        #expect(refusal?.description.contains("held by another process") == true)
        #expect(try await first.append([Draft.mark()]).count == 1)
        await first.close()
        await #expect(throws: LedgerError.closed) { try await first.append([Draft.mark()]) }
        let second = try folder.writer()
        #expect(try await second.append([Draft.mark()])[0].sequence == LedgerSequence(2))
        await second.close()
    }

    @Test func groupsOfManyAppendersStayWholeAndInOrder() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let groups = try await withThrowingTaskGroup(of: [[LedgerEntry]].self) { tasks in
            for lane in 0..<64 {
                tasks.addTask {
                    var groups: [[LedgerEntry]] = []
                    for number in 0..<10 {
                        let drafts = (0...(lane % 3)).map { Draft.attendance(Int64(number * 10 + $0)) }
                        groups.append(try await writer.append(drafts))
                    }
                    return groups
                }
            }
            return try await tasks.reduce(into: []) { $0 += $1 }
        }
        await writer.close()
        for group in groups {
            let first = group[0].sequence.rawValue
            #expect(group.map(\.sequence.rawValue) == Array(first..<(first + Int64(group.count))))
        }
        let sequences = groups.flatMap { $0.map(\.sequence.rawValue) }.sorted()
        #expect(sequences == Array(1...Int64(sequences.count)))
        #expect(try folder.reader().verify().entryCount == sequences.count)
    }

    @Test func whatIsAcceptedBeforeCloseIsWritten() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let accepted = await withTaskGroup(of: Int.self) { tasks in
            for _ in 0..<200 {
                tasks.addTask {
                    do throws(LedgerError) {
                        return try await writer.append([Draft.attendance()]).count
                    } catch {
                        #expect(error == .closed)
                        return 0
                    }
                }
            }
            tasks.addTask {
                await writer.close()
                return 0
            }
            return await tasks.reduce(0, +)
        }
        #expect(try folder.reader().verify().entryCount == accepted)
    }

    @Test(
        arguments: [
            "UPDATE entry SET kind = 2", "DELETE FROM entry", "UPDATE origin SET text = 'x'",
            "DELETE FROM boot",
            "UPDATE boot SET id = zeroblob(16)", "DELETE FROM origin",
        ] as [StaticStringRow])
    func nothingWrittenCanBeChanged(row: StaticStringRow) async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append([Draft.mark()])
        await writer.close()
        let connection = try SQLiteConnection(
            path: folder.path + "/ledger.db", access: .readWriteCreating)
        let refusal = #expect(throws: SQLiteError.self) { try connection.execute(row.text) }
        #expect(refusal?.code == 1_811)  // SQLITE_CONSTRAINT_TRIGGER
    }

    @Test func aFileOfANewerProgramIsRefusedAndUntouched() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append([Draft.mark()])
        await writer.close()
        try SQLiteConnection(path: folder.path + "/ledger.db", access: .readWriteCreating)
            .execute("PRAGMA user_version = 5")
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/ledger.db"))
        let refusal = LedgerError.newerSchema(found: 5, known: 4)
        #expect(throws: refusal) { try folder.writer() }
        #expect(throws: refusal) { try folder.reader() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path + "/ledger.db")) == before)
    }

    @Test(arguments: [10_000, 4_096, 600])
    func aFileThatIsNoLedgerIsRefused(byteCount: Int) throws {
        let folder = try LedgerFolder()
        let garbage = Data((0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) })
        try garbage.write(to: URL(fileURLWithPath: folder.path + "/ledger.db"))
        let refusal = #expect(throws: LedgerError.self) { try folder.writer() }
        guard case .fileDamaged = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
    }

    @Test func thereIsNothingToReadBeforeTheFirstStart() throws {
        let folder = try LedgerFolder()
        #expect(throws: LedgerError.missing(path: folder.path + "/ledger.db")) { try folder.reader() }
    }

    @Test func theFileIsForItsOwnerOnly() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append([Draft.mark()])
        for name in ["ledger.db", "ledger.db-wal", "ledger.lock"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + name)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        await writer.close()
    }
}

/// An SQL literal as a test argument.
struct StaticStringRow: Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    let text: StaticString

    init(stringLiteral text: StaticString) {
        self.text = text
    }

    var description: String { text.description }
}
