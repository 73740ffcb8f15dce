import SiteModel
import Testing

@testable import GatewayService

struct ClockObserverTests {
    /// A second passes; the wall clock moves by that and `jump`.
    @Test(arguments: [
        (0 as Int64, false), (499, false), (-499, false), (500, true), (-500, true), (3_600_000, true),
        (-3_600_000, true),
        // From 1970 to today, when the network comes.
        (1_780_000_000_000, true),
    ])
    func aStepIsHalfASecondOrMore(jump: Int64, isStep: Bool) throws {
        let clock = ManualSiteClock(wall: .noon)
        var observer = ClockObserver(first: clock.now())
        clock.advance(byMilliseconds: 1_000)
        let expected = clock.now().wall
        clock.setWall(expected.advanced(byMilliseconds: jump), synchronisation: .kernel)
        let drafts = observer.observe(clock.now())
        #expect(drafts.map(\.kind) == (isStep ? [.clockStep] : []))
        if let draft = drafts.first {
            let step = try ClockStep(encoded: draft.body)
            #expect(step.before == expected)
            #expect(step.after == expected.advanced(byMilliseconds: jump))
            #expect(draft.clock == clock.now())
        }
        clock.advance(byMilliseconds: 1_000)
        #expect(observer.observe(clock.now()).isEmpty, "one step is one entry")
    }

    @Test func slewingBelowTheStepIsNeverAStepHoweverLongItLasts() {
        let clock = ManualSiteClock(wall: .noon)
        var observer = ClockObserver(first: clock.now())
        for _ in 0..<100 {
            clock.advance(byMilliseconds: 1_000)
            clock.setWall(clock.now().wall.advanced(byMilliseconds: 499), synchronisation: .kernel)
            #expect(observer.observe(clock.now()).isEmpty)
        }
    }

    @Test func anAnchorIsWrittenWhenTheClockBecomesSynchronisedAndNotAgain() {
        let clock = ManualSiteClock(wall: .noon, synchronisation: .none)
        var observer = ClockObserver(first: clock.now())
        let states: [(ClockSynchronisation, [LedgerEntryKind])] = [
            (.none, []), (.kernel, [.clockAnchor]), (.kernel, []), (.chrony, []), (.none, [.clockAnchor]),
            (.none, []),
            (.kernel, [.clockAnchor]),
        ]
        for (state, kinds) in states {
            clock.advance(byMilliseconds: 1_000)
            clock.setWall(clock.now().wall, synchronisation: state)
            #expect(observer.observe(clock.now()).map(\.kind) == kinds)
        }
    }

    @Test func aStepThatSynchronisesIsWrittenBeforeItsAnchor() {
        let clock = ManualSiteClock(
            wall: UTCInstant(rfc3339: "1970-01-01T00:00:10Z")!, synchronisation: .none)
        var observer = ClockObserver(first: clock.now())
        clock.advance(byMilliseconds: 1_000)
        clock.setWall(.noon, synchronisation: .kernel)
        #expect(observer.observe(clock.now()).map(\.kind) == [.clockStep, .clockAnchor])
    }

    @Test func aSuspendedMachineIsNoStep() {
        let clock = ManualSiteClock(wall: .noon)
        var observer = ClockObserver(first: clock.now())
        clock.advance(byMilliseconds: 8 * 3_600_000)
        #expect(observer.observe(clock.now()).isEmpty)
    }
}
