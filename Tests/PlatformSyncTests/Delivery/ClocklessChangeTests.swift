import AttendanceLedger
import SiteModel
import Synchronization
import Testing

@testable import PlatformSync

/// Boards without a clock boot in 1970: no such day goes up.
@Suite(.timeLimit(.minutes(5))) struct ClocklessChangeTests {
    @Test(
        "B4: a joining or leaving of a board that believes in 1970 waits until its day is known",
        arguments: [PersonnelChangeKind.joined, .left], [false, true])
    func aChangeWaitsUntilItsDayIsKnown(
        kind: PersonnelChangeKind, isHistoryLate: Bool
    ) async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        let now = site.clock.now()
        let early = ClockReading(
            wall: UTCInstant(milliseconds: 86_400_000), uptime: now.uptime, boot: now.boot,
            synchronisation: .none)
        try await Self.record(kind, by: early, on: site)
        let isKnown = Mutex(false)
        let told = Told<MembershipUpload>()
        let platform = OddPlatform(
            other: { submission in
                if case .siteMembership(let upload) = submission { told.add(upload) }
                return nil
            },
            question: { question in
                if case .worker = question { .worker(isThere: kind == .left) } else { nil }
            })
        let delivery = try site.delivery(
            to: platform,
            corrected: { reading in
                guard reading.wall == early.wall else {
                    return CorrectedTime(instant: reading.wall, errorBound: .zero, basis: .synchronised)
                }
                return isKnown.withLock { $0 }
                    ? CorrectedTime(instant: now.wall, errorBound: .zero, basis: .anchored)
                    : CorrectedTime(instant: reading.wall, errorBound: nil, basis: .unknown)
            })
        let running = Task { try await delivery.run() }
        let head = try #require(try site.reader.head()).sequence.rawValue
        try await wait(for: delivery) { $0.position >= head && $0.refusedUnits.isEmpty }
        // Its team is there by then, so that nothing else is waited for.
        while await delivery.units.values.count(where: \.isThere) < 2 {
            try await Task.sleep(for: .milliseconds(10))
        }
        try await wait(for: delivery) { $0.changesOpen == 1 && $0.changesSent == 0 }
        try await Task.sleep(for: .milliseconds(100))
        #expect(told.all.isEmpty)
        // The history of the clocks follows the ledger, too: it may have an anchor before the deliveries do,
        // or after them.
        if !isHistoryLate { isKnown.withLock { $0 = true } }
        let anchors = try await site.ledger.append([
            EntryDraft(ServiceMark(words: "synchronised"), kind: .clockAnchor, clock: now)
        ])
        if isHistoryLate {
            try await wait(for: delivery) {
                $0.position >= anchors[0].sequence.rawValue && $0.changesOpen == 1
            }
            try await Task.sleep(for: .milliseconds(100))
            isKnown.withLock { $0 = true }
        }
        try await wait(for: delivery) { $0.changesOpen + $0.changesSent == 0 && !told.all.isEmpty }
        #expect(told.all.map(\.day) == [now.wall.day(offsetMilliseconds: 28_800_000)])
        await delivery.stop()
        try await running.value
        await delivery.close()
    }

    /// As an officer records it without saying when: the days are those that such a clock gives.
    private static func record(
        _ kind: PersonnelChangeKind, by early: ClockReading, on site: DeliverySite
    ) async throws {
        let earliest = ClockHistory.plausible.lowerBound
        guard kind == .left else {
            let worker = DeliverySite.worker(
                1, team: "木工二班", joinedOn: earliest.day(offsetMilliseconds: 28_800_000))
            _ = try await site.ledger.append([
                EntryDraft(
                    PersonnelChange(
                        kind: .joined, occurredAt: early.wall, dueAt: early.wall, worker: worker,
                        source: "test"), kind: .personnelChange, subject: .newWorker, clock: early)
            ])
            return
        }
        let id = try await site.join(1, team: "木工二班", isBaseline: true)
        var worker = try #require(try site.reader.newestChange(of: id)).worker
        worker.leftAt = earliest
        _ = try await site.ledger.append([
            EntryDraft(
                PersonnelChange(
                    kind: .left, occurredAt: early.wall, dueAt: early.wall, worker: worker, source: "test"),
                kind: .personnelChange, subject: .worker(id), clock: early)
        ])
    }
}
