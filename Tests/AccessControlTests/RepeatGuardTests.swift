import SiteModel
import Testing

@testable import AccessControl

struct RepeatGuardTests {
    private static let reader = ReaderName(lane: "north", reader: "in")

    struct Row: Sendable, CustomTestStringConvertible {
        let says: String
        var worker = 1
        var reader = RepeatGuardTests.reader
        var direction = Direction.entering
        let after: Duration
        let isRepeat: Bool

        var testDescription: String { says }
    }

    @Test(arguments: [
        Row(says: "at the same moment", after: .zero, isRepeat: true),
        Row(says: "2.999 s after the last", after: .milliseconds(2_999), isRepeat: true),
        Row(says: "a nanosecond before 3 s", after: .nanoseconds(2_999_999_999), isRepeat: true),
        Row(says: "exactly 3 s after the last", after: .seconds(3), isRepeat: false),
        Row(says: "3.001 s after the last", after: .milliseconds(3_001), isRepeat: false),
        Row(says: "read before the last, judged after it", after: .milliseconds(-30), isRepeat: true),
        Row(says: "read 3 s before the last", after: .seconds(-3), isRepeat: false),
        Row(
            says: "another reader of the lane", reader: ReaderName(lane: "north", reader: "in-2"),
            after: .seconds(1), isRepeat: true),
        Row(says: "another worker", worker: 2, after: .seconds(1), isRepeat: false),
        Row(
            says: "a reader of that name in another lane", reader: ReaderName(lane: "south", reader: "in"),
            after: .seconds(1), isRepeat: false),
        Row(says: "the other direction", direction: .leaving, after: .seconds(1), isRepeat: false),
        Row(says: "an unknown direction", direction: .unknown, after: .seconds(1), isRepeat: false),
    ])
    func aRepeatIsTheSamePassWithinTheWindow(row: Row) {
        let guarding = RepeatGuard(window: .seconds(3))
        let granted = Uptime(milliseconds: 60_000)
        guarding.recordGrant(
            worker: InventedRoster.worker(1), reader: Self.reader, direction: .entering, at: granted)
        let isRepeat = guarding.isRepeat(
            worker: InventedRoster.worker(row.worker), reader: row.reader, direction: row.direction,
            at: granted + row.after)
        #expect(isRepeat == row.isRepeat)
    }

    @Test func readersWithoutADirectionAreKeptApart() {
        let guarding = RepeatGuard(window: .seconds(3))
        let (worker, granted) = (InventedRoster.worker(1), Uptime(milliseconds: 60_000))
        guarding.recordGrant(worker: worker, reader: Self.reader, direction: .unknown, at: granted)
        for (reader, isRepeat) in [("in", true), ("in-2", false)] {
            let name = ReaderName(lane: "north", reader: reader)
            #expect(
                guarding.isRepeat(
                    worker: worker, reader: name, direction: .unknown, at: granted + .seconds(1)) == isRepeat)
        }
    }

    @Test func aRepeatDoesNotProlongTheWindow() {
        let guarding = RepeatGuard(window: .seconds(3))
        record(guarding, 1, at: 0)
        #expect(isRepeat(guarding, 1, at: 2_000))
        #expect(!isRepeat(guarding, 1, at: 3_000))
        record(guarding, 1, at: 3_000)
        #expect(isRepeat(guarding, 1, at: 5_999))
    }

    @Test func nothingIsARepeatWithoutAWindow() {
        let guarding = RepeatGuard(window: .zero)
        record(guarding, 1, at: 0)
        #expect(!isRepeat(guarding, 1, at: 0))
    }

    @Test func aForgottenGrantMakesNoRepeat() {
        let guarding = RepeatGuard(window: .seconds(3))
        record(guarding, 1, at: 0)
        forget(guarding, 1, at: 0)
        #expect(!isRepeat(guarding, 1, at: 1_000))
    }

    @Test func forgettingAnOldGrantKeepsTheLaterOne() {
        let guarding = RepeatGuard(window: .seconds(3))
        record(guarding, 1, at: 0)
        record(guarding, 1, at: 3_500)
        forget(guarding, 1, at: 0)
        #expect(isRepeat(guarding, 1, at: 4_000))
    }

    @Test func clearingAwayAnOldGrantKeepsTheLaterOne() {
        let guarding = RepeatGuard(window: .seconds(3))
        record(guarding, 1, at: 0)
        forget(guarding, 1, at: 0)
        record(guarding, 1, at: 1_000)
        record(guarding, 2, at: 3_500)
        #expect(isRepeat(guarding, 1, at: 3_900))
    }

    @Test func whenFullTheOldestIsForgotten() {
        let guarding = RepeatGuard(window: .seconds(3), maximumGrantCount: 4)
        for worker in 1...5 { record(guarding, worker, at: Int64(worker)) }
        #expect(guarding.heldCount == 4)
        #expect(!isRepeat(guarding, 1, at: 10))
        #expect((2...5).allSatisfy { isRepeat(guarding, $0, at: 10) })
    }

    @Test func whatIsOverLeavesWithLaterGrants() {
        let guarding = RepeatGuard(window: .seconds(3), maximumGrantCount: 1_000)
        for worker in 1...900 { record(guarding, worker, at: Int64(worker)) }
        for worker in 1...900 { record(guarding, worker, at: 10_000 + Int64(worker) * 10) }
        #expect(guarding.heldCount <= 301)
        #expect((601...900).allSatisfy { isRepeat(guarding, $0, at: 19_000) })
    }

    private func record(_ guarding: RepeatGuard, _ worker: Int, at milliseconds: Int64) {
        guarding.recordGrant(
            worker: InventedRoster.worker(worker), reader: Self.reader, direction: .entering,
            at: Uptime(milliseconds: milliseconds))
    }

    private func forget(_ guarding: RepeatGuard, _ worker: Int, at milliseconds: Int64) {
        guarding.forgetGrant(
            worker: InventedRoster.worker(worker), reader: Self.reader, direction: .entering,
            at: Uptime(milliseconds: milliseconds))
    }

    private func isRepeat(_ guarding: RepeatGuard, _ worker: Int, at milliseconds: Int64) -> Bool {
        guarding.isRepeat(
            worker: InventedRoster.worker(worker), reader: Self.reader, direction: .entering,
            at: Uptime(milliseconds: milliseconds))
    }
}
