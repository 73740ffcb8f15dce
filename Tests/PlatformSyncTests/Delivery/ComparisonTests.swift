import AttendanceLedger
import SiteModel
import Synchronization
import Testing

@testable import PlatformSync

/// Which days are compared with a platform, and how.
@Suite(.timeLimit(.minutes(5))) struct ComparisonTests {
    private static let offset: Int64 = 28_800_000

    @Test("D7: a day is due from each confirmation until it is compared")
    func aDayIsDueFromEachConfirmationUntilItIsCompared() async throws {
        let (site, workers) = try await Self.site(workers: 1)
        try await site.pass(workers[0], age: .seconds(3 * 86_400))
        try await site.pass(workers[0], age: .seconds(2 * 86_400))
        try await site.pass(workers[0])
        let platform = HoldingPlatform()
        try await delivering(site, platform) { delivery in
            try await wait(for: delivery) { $0.confirmed == 3 }
            let today = site.clock.now().wall.day(offsetMilliseconds: Self.offset)
            var compared: Set<CivilDate> = []
            let newest = CivilDate(daysSince1970: today.daysSince1970 - 2)
            #expect(try await delivery.dayToCompare(before: today, except: []) == newest)
            while let day = try await delivery.dayToCompare(before: today, except: []) {
                let found = try await delivery.reconcile(day)
                #expect(found.missing.isEmpty && found.confirmed == 1)
                #expect(compared.insert(day).inserted)
            }
            #expect(compared.count == 2 && !compared.contains(today))
            // It comes up days late, of a day that was compared.
            try await site.pass(workers[0], age: .seconds(2 * 86_400 - 600))
            try await wait(for: delivery) { $0.confirmed == 4 }
            let due = try #require(try await delivery.dayToCompare(before: today, except: []))
            #expect(compared.contains(due))
            #expect(try await delivery.dayToCompare(before: today, except: [due]) == nil)
        }
    }

    /// The platform counts more rows of the day than anybody reads.
    @Test func aDayThatIsTooLargeIsAskedForPersonByPerson() async throws {
        let (site, workers) = try await Self.site(workers: 5)
        for worker in workers { try await site.pass(worker, count: 4) }
        let platform = HoldingPlatform(countsOfAll: 20_000)
        let day = site.clock.now().wall.day(offsetMilliseconds: Self.offset)
        try await delivering(site, platform) { delivery in
            try await wait(for: delivery) { $0.confirmed == 20 }
            platform.lose(1)
            let found = try await delivery.reconcile(day)
            #expect(found.confirmed == 20 && found.shown == 19 && found.missing.count == 1)
            #expect(found.unexpected == 0 && found.repeated == 0)
            #expect(platform.questionsAboutAll == 200)
            // It is known from here on.
            try await wait(for: delivery) { $0.confirmed == 20 && $0.unknown == 0 }
            let again = try await delivery.reconcile(day)
            #expect(again.missing.isEmpty && again.shown == 20)
            #expect(platform.questionsAboutAll == 200)
        }
    }

    /// It says "taken" and shows nothing: such a pass is not sent for ever, and stays told as missing.
    @Test func whatIsLostAgainAndAgainIsLeftToAPerson() async throws {
        let (site, workers) = try await Self.site(workers: 1)
        try await site.pass(workers[0])
        let platform = HoldingPlatform()
        let day = site.clock.now().wall.day(offsetMilliseconds: Self.offset)
        func resentCount() throws -> Int {
            try site.reader.entries(after: LedgerSequence(0), limit: 1_000)
                .count { $0.kind == .deliverySettled }
        }
        try await delivering(site, platform) { delivery in
            try await wait(for: delivery) { $0.confirmed == 1 }
            for round in 1...3 {
                platform.lose(1)
                #expect(try await delivery.reconcile(day).missing.count == 1)
                #expect(try resentCount() == round)
                try await wait(for: delivery) { $0.confirmed == 1 && $0.unknown == 0 && $0.open == 0 }
            }
            platform.lose(1)
            #expect(try await delivery.reconcile(day).missing.count == 1)
            #expect(try resentCount() == 3)
        }
    }

    /// A platform that shows everything to everybody: the day is given up, and says so.
    @Test func aDayOfWhichNothingCanBeConcludedIsNamed() async throws {
        let (site, workers) = try await Self.site(workers: 1)
        try await site.pass(workers[0])
        let platform = HoldingPlatform(countsOfAll: 20_000, ignoresPersons: true)
        let day = site.clock.now().wall.day(offsetMilliseconds: Self.offset)
        try await delivering(site, platform) { delivery in
            try await wait(for: delivery) { $0.confirmed == 1 }
            let error = await #expect(throws: DeliveryError.self) { _ = try await delivery.reconcile(day) }
            guard case .unreadableDay? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            let next = CivilDate(daysSince1970: day.daysSince1970 + 1)
            #expect(try await delivery.dayToCompare(before: next, except: []) == day)
        }
    }

    @Test func whatNobodyRecordedHereIsListed() async throws {
        let (site, workers) = try await Self.site(workers: 1)
        try await site.pass(workers[0])
        let platform = HoldingPlatform()
        let now = site.clock.now().wall
        let day = now.day(offsetMilliseconds: Self.offset)
        try await delivering(site, platform) { delivery in
            try await wait(for: delivery) { $0.confirmed == 1 }
            let midnight = UTCInstant(
                milliseconds: day.daysSince1970 * UTCInstant.dayMilliseconds - Self.offset)
            let strange = (0..<Reconciliation.rowLimit + 20).map { number in
                HeldAttendance(
                    idNumber: DeliverySite.idNumber(7),
                    at: midnight.advanced(byMilliseconds: Int64(number) * 1_000), direction: .leaving,
                    lane: number == 0 ? "north" : nil)
            }
            for row in strange.reversed() { platform.add(row) }
            // Of a lane that this node never wrote of.
            platform.add(
                HeldAttendance(
                    idNumber: DeliverySite.idNumber(8), at: midnight, direction: .entering, lane: "south"))
            let found = try await delivery.reconcile(day)
            #expect(found.unexpected == strange.count && found.elsewhere == 1 && found.missing.isEmpty)
            #expect(found.unexpectedRows == Array(strange.prefix(Reconciliation.rowLimit)))
        }
    }

    @Test func whatHasAReceiptCountsAsSent() async throws {
        let (site, workers) = try await Self.site(workers: 1)
        try await site.pass(workers[0], count: 20)
        let platform = OddPlatform(submit: { _, _ in .received(receipt: "1") }, verdict: { _ in .pending })
        var policy = DeliveryPolicy.hasty
        policy.pendingLimit = .seconds(600)
        try await delivering(site, platform, policy: policy) { delivery in
            try await wait(for: delivery) { $0.sent == 20 }
            let today = site.clock.now().wall.day(offsetMilliseconds: Self.offset)
            let days = try await delivery.days(
                from: CivilDate(daysSince1970: today.daysSince1970 - 1), to: today)
            #expect(days.reduce(0) { $0 + $1.recorded } == 20 && days.reduce(0) { $0 + $1.sent } == 20)
            #expect(days.allSatisfy { $0.confirmed == 0 })
        }
    }

    private static func site(workers count: Int) async throws -> (DeliverySite, [WorkerID]) {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        var workers: [WorkerID] = []
        for number in 0..<count {
            workers.append(try await site.join(number, team: "木工二班", isBaseline: true))
        }
        return (site, workers)
    }
}

/// Runs a delivery while `body` runs.
func delivering(
    _ site: DeliverySite, _ platform: any PlatformAdapter, policy: DeliveryPolicy = .hasty,
    _ body: (PlatformDelivery) async throws -> Void
) async throws {
    let delivery = try site.delivery(to: platform, policy: policy)
    let running = Task { try await delivery.run() }
    try await body(delivery)
    await delivery.stop()
    try await running.value
    await delivery.close()
}

/// Waits until a delivery stands so; three minutes at most, for all tests run at once.
func wait(
    for delivery: PlatformDelivery, sourceLocation: SourceLocation = #_sourceLocation,
    until isThere: (DeliveryStatus) -> Bool
) async throws {
    let deadline = SystemSiteClock.uptime() + .seconds(180)
    while try await !isThere(delivery.status()) {
        guard SystemSiteClock.uptime() < deadline else {
            Issue.record("\(try await delivery.status())", sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(10))
    }
}

/// Keeps what it takes, shows it when it is asked, and counts the questions.
final class HoldingPlatform: PlatformAdapter {
    private struct State {
        var held: [HeldAttendance] = []
        var questionsAboutAll = 0
    }

    let limits = PlatformLimits(attendancePerCall: 20, offsetMilliseconds: 28_800_000)
    /// Rows of a day that it claims to have; nil: as many as it has.
    private let countsOfAll: Int?
    private let ignoresPersons: Bool
    private let state = Mutex(State())

    init(countsOfAll: Int? = nil, ignoresPersons: Bool = false) {
        (self.countsOfAll, self.ignoresPersons) = (countsOfAll, ignoresPersons)
    }

    /// Pages of whole days that were asked for.
    var questionsAboutAll: Int { state.withLock { $0.questionsAboutAll } }

    /// Forgets the newest rows.
    func lose(_ count: Int) { state.withLock { $0.held.removeLast(count) } }

    /// Has a row that nobody sent.
    func add(_ row: HeldAttendance) { state.withLock { $0.held.append(row) } }

    func prepare(_ submission: Submission) async {}

    func submit(_ submission: Submission) async -> SubmissionAnswer {
        guard case .attendance(_, let passes) = submission else { return .taken(number: 7) }
        state.withLock { state in
            for pass in passes {
                state.held.append(
                    HeldAttendance(
                        idNumber: pass.person.idNumber, at: pass.at, direction: pass.direction,
                        lane: pass.lane))
            }
        }
        return .taken(number: nil)
    }

    func verdict(on receipt: String) async -> VerdictAnswer { .foreign }

    func holdings(_ question: HoldingsQuestion) async -> HoldingsAnswer {
        switch question {
        case .attendance(let day, let person, let page): rows(day, person, page)
        case .team: .team(number: 7)
        case .worker: .worker(isThere: true)
        case .membership, .contract, .training: .record(isThere: false)
        case .payroll: .payroll([], rowCount: 0, totalCount: 0)
        }
    }

    private func rows(_ day: CivilDate, _ person: PersonUpload?, _ page: Int) -> HoldingsAnswer {
        state.withLock { state in
            if person == nil { state.questionsAboutAll += 1 }
            let ofDay = state.held.filter {
                $0.at.day(offsetMilliseconds: limits.offsetMilliseconds) == day
            }
            guard let countsOfAll, person == nil || ignoresPersons else {
                let found = ofDay.filter { person == nil || $0.idNumber == person?.idNumber }
                let rows = found.dropFirst(page * limits.rowsPerPage).prefix(limits.rowsPerPage)
                return .attendance(Array(rows), rowCount: rows.count, totalCount: found.count)
            }
            let strangers = (0..<limits.rowsPerPage).map { number in
                HeldAttendance(
                    idNumber: DeliverySite.idNumber(900),
                    at: UTCInstant(milliseconds: Int64(page * limits.rowsPerPage + number) * 1_000),
                    direction: .entering)
            }
            return .attendance(strangers, rowCount: strangers.count, totalCount: countsOfAll)
        }
    }

    func close() async {}
}
