import AccessControl
import AttendanceLedger
import SiteModel
import Testing

@testable import GatewayService

/// One swipe under one set of circumstances.
struct SwipeCase: Sendable, CustomTestStringConvertible {
    let says: String
    var credential = Person.adult.byCard
    var direction = Direction.entering
    var isTimeUncertain = false
    /// What the worker did before, out of the repeat window.
    var before: Direction?
    var antiPassback = AntiPassback.off
    var wall = UTCInstant.noon
    var synchronisation = ClockSynchronisation.kernel
    let signal: LaneSignal
    var reason: DenialReason?
    let isOpened: Bool

    var testDescription: String { says }

    static let granted: [SwipeCase] = [
        SwipeCase(says: "a card of the roster, entering", signal: .granted, isOpened: true),
        SwipeCase(
            says: "an ID number of the roster, entering", credential: Person.adult.byID, signal: .granted,
            isOpened: true),
        SwipeCase(says: "leaving", direction: .leaving, signal: .granted, isOpened: true),
        SwipeCase(
            says: "a reader without a direction", direction: .unknown, signal: .granted, isOpened: true),
        SwipeCase(
            says: "the last millisecond on the project", credential: Person.leavesNext.byCard,
            signal: .granted, isOpened: true),
        SwipeCase(
            says: "the sixteenth birthday", credential: Person.sixteen.byID, signal: .granted, isOpened: true
        ),
        SwipeCase(
            says: "16 since midnight on site, though it is the day before in Greenwich",
            credential: Person.sixteen.byID, wall: UTCInstant(rfc3339: "2026-11-20T16:00:00Z")!,
            signal: .granted, isOpened: true),
        SwipeCase(
            says: "a board that boots in 1970 makes nobody under age",
            wall: UTCInstant(rfc3339: "1970-01-01T00:00:09Z")!, synchronisation: .none, signal: .granted,
            isOpened: true),
        SwipeCase(
            says: "twice in without anti-passback", before: .entering, signal: .granted, isOpened: true),
        SwipeCase(
            says: "entering twice under soft anti-passback", before: .entering, antiPassback: .soft,
            signal: .granted, isOpened: true),
        SwipeCase(
            says: "hard anti-passback: entering after leaving", before: .leaving, antiPassback: .hard,
            signal: .granted, isOpened: true),
        SwipeCase(
            says: "hard anti-passback never holds back who leaves", direction: .leaving, before: .leaving,
            antiPassback: .hard, signal: .granted, isOpened: true),
        SwipeCase(
            says: "a card that waited in the line is recorded and opens nothing", isTimeUncertain: true,
            signal: .unchanged, isOpened: false),
    ]

    static let refused: [SwipeCase] = [
        SwipeCase(
            says: "a stranger entering", credential: .stranger, signal: .refused(.unknown, opens: false),
            reason: .unknown, isOpened: false),
        SwipeCase(
            says: "a stranger leaving is let out", credential: .stranger, direction: .leaving,
            signal: .refused(.unknown, opens: true), reason: .unknown, isOpened: true),
        SwipeCase(
            says: "a stranger at a reader without a direction", credential: .stranger, direction: .unknown,
            signal: .refused(.unknown, opens: false), reason: .unknown, isOpened: false),
        SwipeCase(
            says: "a stranger's card that waited in a leaving lane opens nothing", credential: .stranger,
            direction: .leaving, isTimeUncertain: true, signal: .unchanged, reason: .unknown,
            isOpened: false),
        SwipeCase(
            says: "who left yesterday", credential: Person.left.byCard,
            signal: .refused(.leftProject, opens: false), reason: .leftProject, isOpened: false),
        SwipeCase(
            says: "who left yesterday and is still inside gets out", credential: Person.left.byCard,
            direction: .leaving, signal: .refused(.leftProject, opens: true), reason: .leftProject,
            isOpened: true),
        SwipeCase(
            says: "who leaves at this very millisecond has left", credential: Person.leavesNow.byCard,
            signal: .refused(.leftProject, opens: false), reason: .leftProject, isOpened: false),
        SwipeCase(
            says: "the day before the sixteenth birthday", credential: Person.fifteen.byCard,
            signal: .refused(.underAge, opens: false), reason: .underAge, isOpened: false),
        SwipeCase(
            says: "the last millisecond of being 15 on site", credential: Person.sixteen.byID,
            wall: UTCInstant(rfc3339: "2026-11-20T15:59:59.999Z")!,
            signal: .refused(.underAge, opens: false), reason: .underAge, isOpened: false),
        SwipeCase(
            says: "a child is let out", credential: Person.fifteen.byCard, direction: .leaving,
            signal: .refused(.underAge, opens: true), reason: .underAge, isOpened: true),
        SwipeCase(
            says: "entering twice under hard anti-passback", before: .entering, antiPassback: .hard,
            signal: .refused(.antiPassback, opens: false), reason: .antiPassback, isOpened: false),
    ]
}

struct SwipePipelineTests {
    @Test(arguments: SwipeCase.granted + SwipeCase.refused)
    func aSwipeIsDecidedRecordedAndAnswered(_ row: SwipeCase) async throws {
        let site = try await TestSite(
            policy: .policy(row.antiPassback),
            clock: ManualSiteClock(wall: row.wall, synchronisation: row.synchronisation))
        if let before = row.before {
            _ = await site.handle(site.swipe(row.credential, before, reader: "elsewhere"))
            site.clock.advance(byMilliseconds: 60_000)
        }
        let swipe = site.swipe(row.credential, row.direction, isTimeUncertain: row.isTimeUncertain)
        let signal = await site.handle(swipe)
        #expect(signal == row.signal)

        let (entry, record) = try #require(try site.records().last)
        let worker = site.index.lookUp(row.credential)
        #expect(entry.kind == .attendance)
        #expect(entry.subject == worker?.id)
        #expect(entry.clock == site.clock.now(), "a swipe is recorded as of its arrival")
        #expect(record.reason == row.reason)
        #expect(record.isOpened == row.isOpened)
        #expect(record.isTimeUncertain == row.isTimeUncertain)
        #expect(record.reader == swipe.reader && record.direction == row.direction)
        #expect(record.credentialKind == row.credential.kind)
        #expect(record.rosterPosition == site.index.rosterPosition)
        #expect(record.policy == site.policySequence)
        #expect(record.maskedCredential == (worker == nil ? row.credential.masked : nil))
        await site.close()
    }

    /// What a labour officer asks of every record: it says whether the lane opened, it can be decided again
    /// from itself, nobody was held inside, no child was let in, and it names nobody.
    @Test func everyRecordCanBeJudgedByItself() async throws {
        for antiPassback in AntiPassback.allCases {
            let site = try await TestSite(policy: .policy(antiPassback))
            let policy = AccessPolicy(site.policy)
            let credentials = Person.allCases.flatMap { [$0.byCard, $0.byID] } + [.stranger]
            for round in 0..<3 {
                for (credential, direction) in credentials.flatMap({ credential in
                    Direction.allCases.map { (credential, $0) }
                }) {
                    let swipe = site.swipe(credential, direction, isTimeUncertain: round == 1)
                    let signal = await site.handle(swipe)
                    let (entry, record) = try #require(try site.records().last)
                    #expect(record.isOpened == signal.opensBarrier)
                    #expect(policy.agrees(with: record, worker: entry.subject))
                    if direction == .leaving, !swipe.isTimeUncertain, entry.kind == .attendance {
                        #expect(record.isOpened, "nobody is held inside")
                    }
                    if record.standing.contains(.isUnderAge), direction != .leaving {
                        #expect(!record.isOpened, "no child is let in")
                    }
                    let text = String(decoding: entry.body, as: UTF8.self)
                    for person in Person.allCases {
                        #expect(!text.contains("张测") && !text.contains(person.idNumber.revealed))
                    }
                }
                site.clock.advance(byMilliseconds: 10_000)
            }
            #expect(try site.reader.verify().isWhole)
            await site.close()
        }
    }

    @Test(
        "C4: a card read twice at one lane is one attendance, and every read is kept",
        arguments: [
            // nanoseconds since the grant, at the reader, in the same direction?, kind
            (0 as Int64, "north/in", true, LedgerEntryKind.rawRead),
            (2_999_999_999, "north/in", true, .rawRead),
            (3_000_000_000, "north/in", true, .attendance),
            (3_000_000_001, "north/in", true, .attendance),
            (0, "north/other", true, .rawRead),
            (2_999_999_999, "north/other", true, .rawRead),
            (0, "south/in", true, .attendance),
            (1_000_000_000, "north/in", false, .attendance),
        ])
    func aRepeatIsTheSamePersonAtTheSameLaneWithinThreeSeconds(
        nanoseconds: Int64, reader: String, isSameDirection: Bool, kind: LedgerEntryKind
    ) async throws {
        let site = try await TestSite()
        let first = site.swipe(Person.adult.byCard)
        #expect(await site.handle(first) == .granted)
        let second = Swipe(
            credential: Person.adult.byID,
            reader: ReaderName(lane: String(reader.prefix(5)), reader: String(reader.dropFirst(6))),
            direction: isSameDirection ? .entering : .leaving,
            arrivedAt: Uptime(nanoseconds: first.arrivedAt.nanoseconds + nanoseconds), isTimeUncertain: false)
        #expect(await site.handle(second) == (kind == .rawRead ? .unchanged : .granted))
        let newest = try #require(try site.records().last)
        #expect(newest.entry.kind == kind)
        #expect(newest.entry.subject == site.index.lookUp(Person.adult.byCard)?.id)
        #expect(newest.record.isOpened == (kind == .attendance))
        await site.close()
    }

    @Test func theWindowRunsFromTheLastGrantAndNotFromTheLastRepeat() async throws {
        let site = try await TestSite()
        var signals: [LaneSignal] = []
        for milliseconds in [0, 2_900, 99, 1, 2_999, 1] {
            site.clock.advance(byMilliseconds: Int64(milliseconds))
            signals.append(await site.handle(site.swipe(Person.adult.byCard)))
        }
        #expect(signals == [.granted, .unchanged, .unchanged, .granted, .unchanged, .granted])
        await site.close()
    }

    @Test func neitherARefusalNorAnOldReadMakesTheNextSwipeARepeat() async throws {
        let site = try await TestSite()
        for _ in 0..<2 {
            #expect(
                await site.handle(site.swipe(Person.fifteen.byCard)) == .refused(.underAge, opens: false))
        }
        #expect(await site.handle(site.swipe(Person.adult.byCard, isTimeUncertain: true)) == .unchanged)
        #expect(await site.handle(site.swipe(Person.adult.byCard)) == .granted)
        #expect(await site.handle(site.swipe(Person.adult.byCard, isTimeUncertain: true)) == .unchanged)
        #expect(
            try site.records().map(\.entry.kind) == [
                .attendance, .attendance, .attendance, .attendance, .attendance,
            ])
        await site.close()
    }

    @Test func aGroupIsJudgedInOrderAndWrittenTogether() async throws {
        let site = try await TestSite()
        let adult = site.swipe(Person.adult.byCard)
        let signals = await site.pipeline.handle([
            adult, adult, site.swipe(Person.colleague.byCard), site.swipe(.stranger),
            site.swipe(Person.adult.byID), site.swipe(Person.adult.byCard, .leaving, reader: "out"),
        ])
        #expect(
            signals == [
                .granted, .unchanged, .granted, .refused(.unknown, opens: false), .unchanged, .granted,
            ])
        let records = try site.records()
        #expect(
            records.map(\.entry.kind) == [
                .attendance, .rawRead, .attendance, .attendance, .rawRead, .attendance,
            ])
        let sequences = records.map(\.entry.sequence.rawValue)
        #expect(sequences == (0..<6).map { sequences[0] + $0 })
        #expect(site.presence.insideCount == 1, "the colleague; the adult left again")
        await site.close()
    }

    @Test func swipesKeepTheTimeOfTheirArrivalHoweverLateTheyAreHandled() async throws {
        let site = try await TestSite()
        let early = site.swipe(Person.adult.byCard)
        let wall = site.clock.now().wall
        site.clock.advance(byMilliseconds: 1_500)
        let late = site.swipe(Person.colleague.byCard)
        _ = await site.pipeline.handle([early, late])
        let walls = try site.records().map(\.entry.occurredAt)
        #expect(walls == [wall, wall.advanced(byMilliseconds: 1_500)])
        await site.close()
    }

    @Test func anUnsynchronisedClockIsRecordedAsSuch() async throws {
        let site = try await TestSite()
        site.clock.setWall(.noon, synchronisation: .none)
        #expect(await site.handle(site.swipe(Person.adult.byCard)) == .granted)
        #expect(try site.records().last?.entry.clock.isSynchronised == false)
        await site.close()
    }
}
