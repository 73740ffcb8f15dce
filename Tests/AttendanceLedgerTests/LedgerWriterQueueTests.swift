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
            for number in 1...LedgerWriterQueue.givingWayLimit { await add(number, givesWay: true, &tasks) }
            #expect(await append(0, givesWay: true) == .failure(.overloaded))
            await add(100, &tasks)
            #expect(take() == [100], "a swipe is taken all the same")
            queue.close()
            for number in 1...LedgerWriterQueue.givingWayLimit { #expect(take() == [number]) }
            #expect(take() == nil)
        }
    }

    /// Adds a group of one draft and returns when it waits.
    private func add(_ number: Int, givesWay: Bool = false, _ tasks: inout TaskGroup<Void>) async {
        let count = queue.waitingCount
        tasks.addTask { _ = await append(number, givesWay: givesWay) }
        while queue.waitingCount == count { await Task.yield() }
    }

    private func append(_ number: Int, givesWay: Bool) async -> Result<[LedgerEntry], LedgerError> {
        await withCheckedContinuation { done in
            let group = LedgerWriterQueue.Group(drafts: [Draft.attendance(Int64(number))], done: done)
            if let refusal = queue.add(group, givesWay: givesWay) {
                done.resume(returning: .failure(refusal))
            }
        }
    }

    /// The numbers of what is committed next; nil at the end.
    private func take() -> [Int]? {
        let groups: [LedgerWriterQueue.Group]
        switch queue.take(idleMilliseconds: nil, company: nil) {
        case .commit(let taken): groups = taken
        case .commitAlone(let taken): groups = [taken]
        case .idle, .end: return nil
        }
        for group in groups { group.done.resume(returning: .success([])) }
        return groups.map { Int($0.drafts[0].clock.uptime.milliseconds / 1_000 - 60) }
    }
}
