import Foundation
import SiteModel
import Testing

@testable import AttendanceLedger

/// A stretch of a chain in a file, and the replica that takes it.
@Suite(.timeLimit(.minutes(10)))
struct ChainBundleTests {
    /// A node whose ledger is carried, and where it is carried to.
    private struct Way {
        let node = try! LedgerFolder()  // try!: the temporary folder is there.
        let there = try! LedgerFolder()

        var replica: LedgerReplica { LedgerReplica(directory: there.path, siteKey: TestKey.site) }

        /// Appends, signs, and writes all after `position` into a bundle.
        func bundle(
            _ drafts: [EntryDraft], after position: Int64 = 0, name: String = "a"
        ) async throws -> String {
            let writer = try node.writer()
            let written = try await writer.append(drafts + [.checkpoint(at: Draft.clock(1))])
            await writer.close()
            let path = node.path + "/\(name).muster"
            _ = try node.reader().writeBundle(
                to: path, after: LedgerSequence(position), last: written[written.count - 1].sequence)
            return path
        }
    }

    @Test func aReplicaReadsAndVerifiesLikeItsOrigin() async throws {
        let way = Way()
        let path = try await way.bundle(
            [Draft.joined(Draft.worker())] + (0..<50).map { Draft.attendance($0) })
        let outcome = try way.replica.take(path)
        #expect(outcome.newCount == 52)
        let copy = try way.there.reader()
        #expect(try copy.verify().isWhole)
        let (ours, theirs) = (
            try way.node.reader().entries(after: LedgerSequence(0), limit: 100),
            try copy.entries(after: LedgerSequence(0), limit: 100)
        )
        #expect(ours == theirs)
        let worker = try #require(ours[0].subject)
        #expect(try copy.newestChange(of: worker)?.worker == Draft.worker())
        #expect(try way.replica.take(path).newCount == 0, "once more brings nothing")
        // Nothing in the file shows a person, packed or not.
        let packed = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(packed.range(of: Data("测试甲".utf8)) == nil)
        #expect(try unpacked(path).range(of: Data("测试甲".utf8)) == nil)
    }

    @Test func whatFollowsIsTakenAndAGapIsRefused() async throws {
        let way = Way()
        let first = try await way.bundle([Draft.attendance(1)], name: "1")
        let second = try await way.bundle([Draft.attendance(2)], after: 2, name: "2")
        let third = try await way.bundle([Draft.attendance(3)], after: 4, name: "3")
        #expect(throws: LedgerError.self) { try way.replica.take(second) }
        #expect(try way.replica.take(first).newest.rawValue == 2)
        #expect {
            try way.replica.take(third)
        } throws: { error in
            "\(error)".contains("begins after entry 4") && "\(error)".contains("2 are known here")
        }
        #expect(try way.replica.take(second).newest.rawValue == 4)
        #expect(try way.replica.take(third).newest.rawValue == 6)
        #expect(try way.replica.take(first).newCount == 0)
        #expect(try way.there.reader().verify().isWhole)
    }

    @Test func oneOfAnotherSiteIsRefused() async throws {
        let way = Way()
        let path = try await way.bundle([Draft.attendance(1)])
        let stranger = LedgerReplica(directory: way.there.path, siteKey: .random())
        #expect {
            try stranger.take(path)
        } throws: { error in "\(error)".contains("another site key") }
    }

    /// 200 bundles with one byte changed, unpacked and packed again: nothing of any is taken.
    @Test func everyAlteredBundleIsRefused() async throws {
        let way = Way()
        let path = try await way.bundle(
            [Draft.joined(Draft.worker())] + (0..<20).map { Draft.attendance($0) })
        let bytes = try unpacked(path)
        var refused = 0
        for number in 0..<200 {
            var altered = bytes
            altered[altered.startIndex + number * bytes.count / 200] ^= UInt8(1 << (number % 8))
            let name = way.node.path + "/altered-\(number).muster"
            let writer = try GzipWriter(path: name)
            try writer.write(Array(altered))
            try writer.finish()
            do throws(LedgerError) {
                _ = try way.replica.take(name)
                Issue.record("taken with byte \(number * bytes.count / 200) changed")
            } catch {
                if case .bundleRefused = error { refused += 1 } else { Issue.record("\(error)") }
            }
        }
        #expect(refused == 200)
        #expect(throws: LedgerError.self) { try way.there.reader() }
    }

    @Test func oneThatIsCutOffAnywhereIsRefused() async throws {
        let way = Way()
        let path = try await way.bundle((0..<20).map { Draft.attendance($0) })
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for number in 0..<40 {
            let cut = way.node.path + "/cut-\(number).muster"
            try bytes.prefix(bytes.count * number / 40).write(to: URL(fileURLWithPath: cut))
            #expect(throws: LedgerError.self) { try way.replica.take(cut) }
        }
    }

    @Test func aLedgerThatWentAnotherWayIsNotMixedIn() async throws {
        let way = Way()
        let first = try await way.bundle([Draft.attendance(1), Draft.attendance(2)])
        _ = try way.replica.take(first)
        try way.node.tamper("DELETE FROM entry WHERE sequence > 1")
        try FileManager.default.removeItem(atPath: way.node.path + "/ledger.head")
        let other = try await way.bundle([Draft.attendance(7), Draft.attendance(8)], name: "other")
        #expect(throws: LedgerError.chainBroken(sequence: LedgerSequence(3))) { try way.replica.take(other) }
        #expect(try way.there.reader().head()?.sequence.rawValue == 3)
    }

    @Test func whoIsErasedThereIsErasedHere() async throws {
        let way = Way()
        let first = try await way.bundle([Draft.joined(Draft.worker())])
        _ = try way.replica.take(first)
        let worker = try #require(
            try way.node.reader().entries(after: LedgerSequence(0), limit: 1)[0].subject)
        let second = try await way.bundle(
            [
                EntryDraft(
                    WorkerErased(isForced: true, by: "test", reason: "test"), kind: .workerErased,
                    subject: .worker(worker), clock: Draft.clock(2))
            ], after: 2, name: "b")
        #expect(try way.there.reader().newestChange(of: worker) != nil)
        _ = try way.replica.take(second)
        #expect(try way.there.reader().newestChange(of: worker) == nil)
        // The earlier bundle still holds the key.
        #expect(try way.replica.take(first).newCount == 0)
        #expect(try way.there.reader().newestChange(of: worker) == nil)
    }

    /// What a bundle brought before the program was newer goes on.
    @Test(arguments: [2, 3])
    func aReplicaOfAnOlderSchemaTakesMore(version: Int) async throws {
        let way = Way()
        _ = try way.replica.take(try await way.bundle([Draft.joined(Draft.worker())]))
        try way.there.makeSchema(version)
        #expect(try way.replica.reader().head()?.sequence.rawValue == 2)
        try way.there.makeSchema(version)
        let second = try await way.bundle([Draft.attendance()], after: 2, name: "b")
        #expect(try way.replica.take(second).newCount == 2)
        #expect(try way.replica.reader().verify().isWhole)
    }

    private func unpacked(_ path: String) throws -> Data {
        let reader = try GzipReader(path: path)
        var bytes = Data()
        while true {
            let piece = try? reader.read(1)  // try?: at the end nothing is left.
            guard let piece else { return bytes }
            bytes.append(contentsOf: piece)
        }
    }
}
