import AttendanceLedger
import Logging
import PersonnelChanges
import SiteModel
import Synchronization
import Testing

@testable import GatewayService
@testable import LocalWeb

/// The clocks of changes and enrolments, for board, health and log.
@Suite(.timeLimit(.minutes(5)))
struct DeadlineWatchTests {
    private static let hour: Int64 = 3_600_000

    /// What a change's clock says at each boundary, and what is said of it once.
    @Test func eachStageIsToldOnceAndOnlyLatenessIsAProblem() async throws {
        var worker = Person.adult.worker
        worker.joinedOn = UTCInstant.noon.day(offsetMilliseconds: TestSite.offset)
        let site = try await TestSite([worker])
        let people = PeopleBook(reader: site.reader)
        try people.fold()
        let change = try #require(await people.latest().changes.changes.first?.sequence)
        let log = KeptLog()
        let watch = DeadlineWatch(
            people: people, deadlines: DeadlineBook(), readiness: Readiness { _ in }, time: site.time,
            siteOffsetMilliseconds: TestSite.offset, logger: Logger(label: "test") { _ in log.handler })
        let counts = { watch.deadlines.counts }

        await watch.look(isFirst: true)
        #expect(counts().changes == StageCounts(inTime: 1))
        #expect(counts().enrolments == StageCounts(inTime: 1))
        let stages: [(hours: Int64, counts: StageCounts, word: String)] = [
            (12, StageCounts(warning: 1), "warning"), (20, StageCounts(urgent: 1), "urgent"),
            (24, StageCounts(late: 1), "late"),
        ]
        var passed: Int64 = 0
        for stage in stages {
            site.clock.advance(byMilliseconds: (stage.hours - passed) * Self.hour - 1)
            await watch.look()
            #expect(counts().changes != stage.counts && log.take().isEmpty, "before \(stage.word)")
            site.clock.advance(byMilliseconds: 1)
            passed = stage.hours
            await watch.look()
            await watch.look()
            #expect(counts().changes == stage.counts)
            #expect(log.take() == ["change=\(change) stage=\(stage.word)"], "once, and nothing of a person")
            #expect(BoardComposer.late(counts()).isEmpty == (stage.word != "late"))
        }

        // The enrolment's ten days begin with the end of the day of entry: seven are over, then ten.
        site.clock.advance(byMilliseconds: 7 * 24 * Self.hour)
        await watch.look()
        #expect(counts().enrolments == StageCounts(warning: 1) && BoardComposer.late(counts()).count == 1)
        site.clock.advance(byMilliseconds: 3 * 24 * Self.hour)
        await watch.look()
        #expect(counts().enrolments == StageCounts(late: 1) && BoardComposer.late(counts()).count == 2)
        #expect(log.take().isEmpty, "the change is late since long")
        await site.close()
    }

    /// What stood so before the start is summed up: a restart tells nothing twice.
    @Test func aStartSumsUpWhatWasToldBefore() async throws {
        let site = try await TestSite(Person.allCases.map(\.worker))
        let people = PeopleBook(reader: site.reader)
        try people.fold()
        site.clock.advance(byMilliseconds: 25 * Self.hour)
        let log = KeptLog()
        let watch = DeadlineWatch(
            people: people, deadlines: DeadlineBook(), readiness: Readiness { _ in }, time: site.time,
            siteOffsetMilliseconds: TestSite.offset, logger: Logger(label: "test") { _ in log.handler })
        await watch.look(isFirst: true)
        let count = await people.latest().changes.changes.count
        #expect(log.take() == ["late_24_h=\(count) urgent_20_h=0 warning_12_h=0"])
        await watch.look()
        #expect(log.take().isEmpty)
        await site.close()
    }
}

/// Keeps the metadata of what is logged, a line each.
private final class KeptLog: Sendable {
    private let lines = Mutex<[String]>([])

    var handler: some LogHandler { Handler(log: self) }

    func take() -> [String] {
        lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }

    private struct Handler: LogHandler {
        let log: KeptLog
        var logLevel = Logger.Level.debug
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.MetadataValue? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let words = (event.metadata ?? [:]).map { "\($0.key)=\($0.value)" }.sorted()
            log.lines.withLock { $0.append(words.joined(separator: " ")) }
        }
    }
}
