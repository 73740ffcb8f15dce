import AttendanceLedger
import SiteModel
import Testing

@Suite(.timeLimit(.minutes(10)))
struct LedgerTailTests {
    @Test(arguments: [0, 1, 300, 700])
    func everyFollowerSeesEveryEntryOnceAndEndsWithTheLedger(after: Int64) async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append((0..<700).map { Draft.attendance($0) })
        let tails = try await withThrowingTaskGroup(of: [Int64].self) { tasks in
            for _ in 0..<8 {
                tasks.addTask {
                    var seen: [Int64] = []
                    for try await entry in writer.tail(after: LedgerSequence(after)) {
                        seen.append(entry.sequence.rawValue)
                    }
                    return seen
                }
            }
            for number in 0..<300 { _ = try await writer.append([Draft.attendance(Int64(number))]) }
            await writer.close()
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
        for seen in tails { #expect(seen == Array((after + 1)...1_000)) }
    }

    @Test func aWaitingFollowerWakesOnCommit() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        var follower = writer.tail(after: LedgerSequence(0)).makeAsyncIterator()
        for number in 1...50 {
            async let written = writer.append([Draft.attendance(Int64(number))])
            let seen = try await follower.next()
            #expect(try await written.first == seen)
        }
        await writer.close()
        #expect(try await follower.next() == nil)
    }

    @Test func aCancelledFollowerEndsAtOnce() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append([Draft.mark()])
        let (seen, sight) = AsyncStream.makeStream(of: Void.self)
        let follower = Task {
            for try await _ in writer.tail(after: LedgerSequence(0)) { sight.yield() }
        }
        for await _ in seen { break }
        follower.cancel()
        await #expect(throws: CancellationError.self) { try await follower.value }
        await writer.close()
    }

    @Test func aTailOfAClosedLedgerGivesWhatIsThereAndEnds() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append([Draft.mark(), Draft.mark()])
        await writer.close()
        var count = 0
        for try await _ in writer.tail(after: LedgerSequence(0)) { count += 1 }
        #expect(count == 2)
    }
}

/// Who keeps up is given what was committed; who does not reads the file. Both see the same.
struct LedgerPagesTests {
    @Test func whatWasCommittedComesAsItStandsOnDisk() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        var pages = writer.tail(after: LedgerSequence(0)).pages.makeAsyncIterator()
        let written = try await writer.append([
            Draft.mark(), Draft.attendance(), Draft.joined(Draft.worker()),
        ])
        let page = try await pages.next()
        #expect(page.map { Array($0) } == written)
        #expect(try folder.reader().entries(after: LedgerSequence(0), limit: 9) == written)
        await writer.close()
        #expect(try await pages.next() == nil)
    }

    @Test func aPageOfTheWindowBeginsBehindThePosition() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append((0..<10).map { Draft.attendance($0) })
        var pages = writer.tail(after: LedgerSequence(7)).pages.makeAsyncIterator()
        #expect(try await pages.next()?.map(\.sequence.rawValue) == [8, 9, 10])
        await writer.close()
    }

    @Test func whoIsFarBehindReadsTheFileAndCatchesUp() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let count: Int64 = 9_000
        for begin in stride(from: 0, to: count, by: 100) {
            _ = try await writer.append((begin..<begin + 100).map { Draft.attendance($0) })
        }
        await writer.close()
        var sizes: [Int] = []
        var seen: Int64 = 0
        for try await page in writer.tail(after: LedgerSequence(0)).pages {
            #expect(page.first?.sequence == LedgerSequence(seen + 1))
            seen += Int64(page.count)
            sizes.append(page.count)
        }
        #expect(seen == count)
        // The window has the newest 81 groups; before it are pages of the file.
        #expect(sizes.first == 256)
        #expect(sizes.last == 100)
    }

    @Test func anEntryThatTheWriterAddedByItselfIsSeenToo() async throws {
        let folder = try LedgerFolder()
        var writer = try folder.writer()
        _ = try await writer.append([Draft.mark(), Draft.mark(), Draft.mark()])
        await writer.close()
        try folder.tamper("DELETE FROM entry WHERE sequence = 3")
        writer = try folder.writer()
        var tail = writer.tail(after: LedgerSequence(2)).makeAsyncIterator()
        _ = try await writer.append([Draft.attendance()])
        #expect(try await tail.next()?.kind == .entriesLost)
        #expect(try await tail.next()?.kind == .attendance)
        await writer.close()
    }
}
