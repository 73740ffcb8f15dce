import AttendanceLedger
import SiteModel
import Testing

@testable import PlatformSync

/// One thing that goes wrong for ever must not hold up the others, nor send what should not go.
@Suite(.timeLimit(.minutes(5))) struct StuckDeliveryTests {
    @Test("D4: a receipt that can never be asked about holds nobody else up")
    func aReceiptWithoutAVerdictHoldsNobodyUp() async throws {
        let (site, worker) = try await Self.site()
        let platform = OddPlatform(
            submit: { number, _ in .received(receipt: "receipt-\(number)") },
            verdict: { $0 == "receipt-0" ? .unknown(words: "HTTP 500") : .taken(number: nil) })
        try await site.pass(worker, count: 200)
        let status = try await deliver(site, platform) { $0.confirmed >= 180 }
        #expect(status.recorded == 200)
    }

    /// Nothing is to be sent, the last answer was a failure, and its pause is over: it used to spin then.
    @Test func aPauseThatIsOverWaitsForNothing() async throws {
        let (site, worker) = try await Self.site()
        let platform = OddPlatform(question: { question in
            if case .attendance = question { .unknown(words: "no answer in time") } else { nil }
        })
        try await site.pass(worker)
        let delivery = try site.delivery(to: platform)
        let running = Task { try await delivery.run() }
        while try await delivery.status().confirmed < 1 { try await Task.sleep(for: .milliseconds(5)) }
        let day = site.clock.now().wall.day(offsetMilliseconds: 28_800_000)
        await #expect(throws: DeliveryError.self) { try await delivery.reconcile(day) }
        while await delivery.health.isPaused(at: delivery.uptime) {
            try await Task.sleep(for: .milliseconds(5))
        }
        // But for the signature under what was confirmed.
        #expect(await delivery.nextDue(since: delivery.uptime) == delivery.checkpointDue)
        await delivery.stop()
        try await running.value
    }

    /// It may have arrived and had not: meanwhile somebody put it right.
    @Test func whatWasWithdrawnWhileItWasLookedForStaysHere() async throws {
        let (site, worker) = try await Self.site()
        let platform = OddPlatform(
            submit: { number, _ in number == 0 ? .unknown(words: "no answer in time") : .taken(number: nil) })
        let passes = try await site.pass(worker, count: 20)
        var policy = DeliveryPolicy.hasty
        policy.looks = [.seconds(3), .milliseconds(300)]
        let delivery = try site.delivery(to: platform, policy: policy)
        let running = Task { try await delivery.run() }
        while try await delivery.status().unknown == 0 { try await Task.sleep(for: .milliseconds(5)) }
        _ = try await site.ledger.append([
            EntryDraft(
                Correction(
                    action: .withdrawn,
                    target: Correction.Target(origin: site.ledger.origin, sequence: passes[7]), passes: [],
                    by: "officer", reason: "somebody else's card"),
                kind: .correction, subject: .worker(worker), clock: site.clock.now())
        ])
        while try await delivery.status().confirmed < 19 { try await Task.sleep(for: .milliseconds(5)) }
        let status = try await delivery.status()
        await delivery.stop()
        try await running.value
        #expect(status.recorded == 19 && status.confirmed == 19 && status.corrected == 0)
        #expect(platform.taken.count == 39 && Set(platform.taken.suffix(19)).count == 19)
    }

    /// The platform has them after all: whoever dismissed the joining says so later.
    @Test func aJoiningThatWasDismissedHoldsNobodyOnceItIsConfirmedByHand() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        let worker = try await site.join(1, team: "木工二班", hasPhoto: false)
        let joined = try #require(try site.reader.head()).sequence
        try await site.pass(worker)
        let platform = OddPlatform(other: { submission in
            guard case .worker = submission else { return nil }
            return .refused(PlatformRefusal(code: "-1", words: "[headImage]不能为空", cause: .record))
        })
        _ = try await deliver(site, platform) { $0.changesRejected == 1 && $0.held == 1 }
        let now = site.clock.now()
        _ = try await site.ledger.append([
            EntryDraft(
                DeliverySettled(platform: "city", entry: joined, isResent: false, by: "officer", reason: "x"),
                kind: .deliverySettled, subject: .worker(worker), clock: now),
            EntryDraft(
                ChangeConfirmed(change: joined, reference: "receipt 17", by: "officer"),
                kind: .changeConfirmed, subject: .worker(worker), clock: now),
        ])
        let head = try #require(try site.reader.head()).sequence.rawValue
        let end = SystemSiteClock.uptime() + .seconds(10)
        let status = try await deliver(site, platform) {
            $0.position >= head && ($0.confirmed == 1 || SystemSiteClock.uptime() > end)
        }
        #expect(status.confirmed == 1 && status.held == 0)
    }

    /// A call that was refused whole is sent in halves, before what came behind it, also after a restart.
    @Test func halvesKeepTheirPlaceOverARestart() async throws {
        let (site, worker) = try await Self.site()
        try await site.pass(worker, count: 60)
        let refusing = OddPlatform(submit: { number, passes in
            number == 0 && passes.count == 20
                ? .refused(PlatformRefusal(code: "10", words: "refused", cause: .record))
                : .later(PlatformDelay(reason: "connection refused"))
        })
        let head = try #require(try site.reader.head()).sequence.rawValue
        _ = try await deliver(site, refusing) { $0.position >= head && refusing.submissionCount >= 2 }
        let platform = OddPlatform(submit: { _, _ in .taken(number: nil) })
        _ = try await deliver(site, platform) { $0.confirmed == 60 }
        #expect(platform.taken.count == 60)
        #expect(platform.taken == platform.taken.sorted())
    }

    /// Whoever carried the gate's records was refused a team; the gate itself had it taken before.
    @Test func aCarriersOldRefusalTakesNothingAway() async throws {
        let (site, worker) = try await Self.site()
        try await site.pass(worker)
        let platform = OddPlatform()
        _ = try await deliver(site, platform) { $0.confirmed == 1 }
        for (team, isTaken) in [(nil, false), ("木工二班", false), ("木工二班", true)] as [(String?, Bool)] {
            _ = try await site.ledger.append([
                EntryDraft(
                    OrganisationAnswered(
                        platform: "city", employer: DeliverySite.employer, team: team, number: nil,
                        isTaken: isTaken, words: "x"),
                    kind: .organisationAnswered, clock: site.clock.now())
            ])
        }
        try await site.pass(worker)
        let head = try #require(try site.reader.head()).sequence.rawValue
        let status = try await deliver(site, platform) {
            $0.position >= head && ($0.confirmed == 2 || $0.held == 1)
        }
        #expect(status.confirmed == 2 && status.refusedUnits.isEmpty)
    }

    /// Nothing is asked any more, so nobody is left waiting for an answer.
    @Test func aPauseAnswersWhoeverWaitsForAComparison() async throws {
        let (site, _) = try await Self.site()
        let delivery = try site.delivery(to: OddPlatform())
        let day = site.clock.now().wall.day(offsetMilliseconds: 28_800_000)
        let waiting = Task { try await delivery.reconcile(day) }
        while await delivery.reconciliationCount == 0 { await Task.yield() }
        try await delivery.setPaused(true)
        await #expect(throws: DeliveryError.self) { _ = try await waiting.value }
        await delivery.close()
    }

    @Test func whatWasRefusedIsListedOldestFirstAndNoMoreThanWanted() async throws {
        let (site, worker) = try await Self.site()
        let other = try await site.join(2, team: "木工二班", isBaseline: true)
        let passes = try await site.pass(worker, count: 2)
        try await site.state("木工二班", [MonthRow(worker: other, days: 1, minutes: 60)])
        let refusal = SubmissionAnswer.refused(PlatformRefusal(code: "10", words: "x", cause: .record))
        let platform = OddPlatform(
            submit: { _, _ in refusal },
            other: { submission in
                if case .payroll = submission { refusal } else { nil }
            })
        _ = try await deliver(site, platform) { $0.rejected == 2 && $0.payroll.rejected == 1 }
        let delivery = try site.delivery(to: platform)
        #expect(try await delivery.rejected(limit: 2).map(\.entry) == passes)
        #expect(try await delivery.rejected(limit: 10).count == 3)
        await delivery.close()
    }

    @Test func aPassKeepsTheSecondThatItWentUpWith() {
        var seconds = PassSeconds()
        let passes = [(1, 4_000), (2, 4_300), (3, 4_900)].map { number, milliseconds in
            UploadMaker.Pass(
                item: DeliveryItem(
                    sequence: LedgerSequence(Int64(number)), pass: 0,
                    at: UTCInstant(milliseconds: Int64(milliseconds))),
                worker: WorkerID(rawValue: 7), direction: .entering, lane: "north", means: .siteCard,
                isTimeKnown: true)
        }
        for _ in 0..<2 {
            #expect(passes.map { seconds.free(for: $0).milliseconds } == [4_000, 5_000, 6_000])
        }
    }

    private static func site() async throws -> (DeliverySite, WorkerID) {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        return (site, try await site.join(1, team: "木工二班", isBaseline: true))
    }
}
