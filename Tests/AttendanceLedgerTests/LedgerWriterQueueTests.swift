import SiteModel
import Testing

@testable import AttendanceLedger

/// What gives way is committed when nobody else waits, alone, and after so many others all the same.
@Suite(.timeLimit(.minutes(5)))
struct LedgerWriterQueueTests {
    private let queue = LedgerWriterQueue()

    @Test func whatGivesWayIsTakenLastAndAlone() async {
        await withTaskGroup(of: Void.self) { tasks in
            await add(1, givesWay: true, &tasks)
            await add(2, &tasks)
            await add(3, givesWay: true, &tasks)
            await add(4, &tasks)
            #expect(take() == [2, 4])
            #expect(take() == [1])
            #expect(take() == [3])
        }
    }

    @Test func whatGivesWayIsNotPassedOverForEver() async {
        await withTaskGroup(of: Void.self) { tasks in
            await add(0, givesWay: true, &tasks)
            for number in 1...LedgerWriterQueue.passLimit {
                await add(number, &tasks)
                #expect(take() == [number])
            }
            await add(99, &tasks)
            #expect(take() == [0])
            #expect(take() == [99])
        }
    }

    @Test func aBoundedNumberGivesWay() async {
        await withTaskGroup(of: Void.self) { tasks in
            for number in 1...LedgerWriterQueue.seriesLimit { await add(number, givesWay: true, &tasks) }
            #expect(await append([0]).failure == .overloaded)
            await add(100, &tasks)
            #expect(take() == [100], "a swipe is taken all the same")
            queue.close()
            for number in 1...LedgerWriterQueue.seriesLimit { #expect(take() == [number]) }
            #expect(take() == nil)
        }
    }

    @Test func aSwipeGoesBetweenThePieces() async {
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                let written = await append([1, 2, 3])
                #expect(written.pieces.count == 3 && written.failure == nil)
            }
            while queue.waitingCount == 0 { await Task.yield() }
            #expect(take() == [1])
            await add(9, &tasks)
            #expect(take() == [9])
            #expect(take() == [2])
            #expect(take() == [3])
        }
    }

    @Test func behindAPieceThatFailedNoneIsTried() async {
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                let written = await append([1, 2, 3])
                #expect(written.pieces.count == 1 && written.failure == .closed)
            }
            while queue.waitingCount == 0 { await Task.yield() }
            #expect(take() == [1])
            #expect(take(.closed) == [2])
            #expect(queue.waitingCount == 0)
        }
    }

    /// Adds a group, or a series of one piece, and returns when it waits.
    private func add(_ number: Int, givesWay: Bool = false, _ tasks: inout TaskGroup<Void>) async {
        let count = queue.waitingCount
        tasks.addTask {
            if givesWay { _ = await append([number]) } else { await append(number) }
        }
        while queue.waitingCount == count { await Task.yield() }
    }

    private func append(_ number: Int) async {
        _ = await withCheckedContinuation { done in
            let group = LedgerWriterQueue.Group(drafts: [Draft.attendance(Int64(number))], done: done)
            if let refusal = queue.add(group) { done.resume(returning: .failure(refusal)) }
        }
    }

    private func append(_ pieces: [Int]) async -> PiecesWritten {
        await withCheckedContinuation { done in
            let drafts = pieces.map { [Draft.attendance(Int64($0))] }
            let series = LedgerWriterQueue.Series(pieces: drafts[...], done: done)
            if let refusal = queue.add(series) { done.resume(returning: PiecesWritten(failure: refusal)) }
        }
    }

    /// The numbers of what is committed next, with or without success; nil at the end.
    private func take(_ failure: LedgerError? = nil) -> [Int]? {
        let result: Result<[LedgerEntry], LedgerError> = failure.map { .failure($0) } ?? .success([])
        switch queue.take(idleMilliseconds: nil, company: nil) {
        case .commit(let groups):
            for group in groups { group.done.resume(returning: result) }
            return groups.flatMap { $0.drafts.map(Self.number) }
        case .commitPiece(let drafts):
            queue.settlePiece(result)
            return drafts.map(Self.number)
        case .idle, .end: return nil
        }
    }

    private static func number(_ draft: EntryDraft) -> Int {
        Int(draft.clock.uptime.milliseconds / 1_000 - 60)
    }
}
