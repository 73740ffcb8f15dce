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
