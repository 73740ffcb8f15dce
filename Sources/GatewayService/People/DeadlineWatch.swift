import AttendanceLedger
import LocalWeb
import Logging
import PersonnelChanges
import ServiceLifecycle
import SiteModel
import Synchronization

/// How far the clocks of changes and enrolments had run at the last look, for board, health and metrics. No
/// personal data.
final class DeadlineBook: Sendable {
    struct Counts: Sendable, Hashable {
        /// Of changes that the platform has not confirmed.
        var changes = StageCounts()
        /// Of enrolments that lack something and have a clock.
        var enrolments = StageCounts()
    }

    /// A change whose clock reached a stage since the last look.
    struct Reached: Sendable, Hashable {
        let change: LedgerSequence
        let stage: DeadlineStage
    }

    private struct State {
        var counts = Counts()
        /// Of every open change, the stage at the last look. Nil before the first look of a run: who was told
        /// of them before the start is not known.
        var stages: [LedgerSequence: DeadlineStage]?
    }

    private let state = Mutex(State())

    /// All zero before the first look.
    var counts: Counts { state.withLock { $0.counts } }

    /// Takes in how the clocks stand at `calendar.instant`.
    ///
    /// - Returns: what reached a stage since the last look; of the first look nothing.
    func look(
        at content: PeopleBook.Content, calendar: SiteCalendar, _ corrected: TimeCorrection
    ) -> [Reached] {
        var counts = Counts()
        var stages: [LedgerSequence: DeadlineStage] = [:]
        for change in content.changes.changes where !change.state.isConfirmed {
            let stage = change.stage(at: calendar.instant, corrected)
            counts.changes.count(stage)
            stages[change.sequence] = stage
        }
        for enrolment in content.roster.enrolments(calendar: calendar) where !enrolment.isComplete {
            guard let deadline = enrolment.deadline else { continue }
            counts.enrolments.count(deadline.stage(at: calendar.instant))
        }
        return state.withLock { state in
            defer { (state.counts, state.stages) = (counts, stages) }
            guard let before = state.stages else { return [] }
            return stages.filter { $0.value > before[$0.key] ?? .inTime }
                .map { Reached(change: $0.key, stage: $0.value) }
                .sorted { $0.change < $1.change }
        }
    }
}

extension StageCounts {
    mutating func count(_ stage: DeadlineStage) {
        switch stage {
        case .inTime: inTime += 1
        case .warning: warning += 1
        case .urgent: urgent += 1
        case .late: late += 1
        }
    }
}

/// Looks at the clocks once a minute and says in the log, once, when a change reaches 12, 20 or 24 hours.
struct DeadlineWatch: Service {
    /// Of one look; the rest is counted.
    static let lineLimit = 20

    let people: PeopleBook
    let deadlines: DeadlineBook
    let readiness: Readiness
    let time: SiteTime
    let siteOffsetMilliseconds: Int64
    let logger: Logger

    func run() async throws {
        await readiness.wait()
        var isFirst = true
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            await look(isFirst: isFirst)
            isFirst = false
            // try?: a pause cut short by the shutdown is over all the same.
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(60)) }
        }
    }

    func look(isFirst: Bool = false) async {
        let content = await people.latest()
        let calendar = SiteCalendar(
            now: time.instant(of: time.now()), offsetMilliseconds: siteOffsetMilliseconds)
        // try?: a machine that gives no thread now is looked at again in a minute.
        let reached = try? await onLedgerThread { [deadlines, time] in
            deadlines.look(at: content, calendar: calendar, time.corrected)
        }
        if isFirst { sayHowTheyStand() }
        say(reached ?? [])
    }

    /// At the start in one line: some were told of before it.
    private func sayHowTheyStand() {
        let counts = deadlines.counts.changes
        guard counts.warning + counts.urgent + counts.late > 0 else { return }
        logger.warning(
            "changes wait for the platform",
            metadata: [
                "warning_12_h": "\(counts.warning)", "urgent_20_h": "\(counts.urgent)",
                "late_24_h": "\(counts.late)",
            ])
    }

    private func say(_ reached: [DeadlineBook.Reached]) {
        // The later stage first: it must not be among those that are only counted.
        let sorted = reached.sorted { ($1.stage, $0.change) < ($0.stage, $1.change) }
        for line in sorted.prefix(Self.lineLimit) {
            logger.log(
                level: line.stage == .late ? .error : .warning, "a change is not confirmed by the platform",
                metadata: ["change": "\(line.change)", "stage": "\(line.stage.name)"])
        }
        let more = sorted.count - Self.lineLimit
        if more > 0 {
            logger.warning("more changes are not confirmed by the platform", metadata: ["count": "\(more)"])
        }
    }
}
