import AccessControl
import AttendanceLedger
import PersonnelChanges
import SiteModel
import Synchronization
import Testing

@testable import GatewayService
@testable import LocalWeb

/// Visitors at the lane and on the pages: who leaves by their pass is out, whatever the disk does.
@Suite(.timeLimit(.minutes(10)))
struct VisitorWatchTests {
    /// A site with the services that follow its ledger.
    private struct Followed {
        let site: TestSite
        let people: PeopleBook
        let personnel: PersonnelService
        let tasks: [Task<Void, any Error>]

        init(_ site: TestSite) throws {
            self.site = site
            let people = PeopleBook(reader: site.reader)
            try people.fold()
            let personnel = PersonnelService(
                ledger: site.ledger, reader: site.reader, index: site.index, people: people, clock: site.clock
            )
            let watch = VisitorWatch(
                ledger: site.ledger, people: people, personnel: personnel, readiness: Readiness { _ in },
                time: site.time, logger: .silent)
            (self.people, self.personnel) = (people, personnel)
            tasks = [
                Task { [ledger = site.ledger] in
                    for try await page in ledger.tail(after: people.position).pages {
                        try people.follow(page)
                    }
                },
                Task { [ledger = site.ledger, badges = site.badges] in
                    for try await page in ledger.tail(after: LedgerSequence(0)).pages {
                        for entry in page { try badges.follow(entry) }
                    }
                },
                Task { try await watch.follow() },
            ]
        }

        func admit(_ name: String = "王来访") async throws -> LedgerSequence {
            let now = site.clock.now().wall
            let number = try await personnel.admit(
                VisitorAdmitted(
                    name: name, company: "测试监理", purpose: "检查", host: nil,
                    until: now.advanced(byMilliseconds: 3_600_000), lane: nil, by: "guard"),
                siteOffsetMilliseconds: TestSite.offset)
            _ = await people.content(upTo: number)
            while site.badges.visitorCount == 0 { await Task.yield() }
            return number
        }

        func show(
            _ pass: LedgerSequence, _ direction: Direction, reader: String = "qr"
        ) async throws -> LaneSignal {
            site.clock.advance(byMilliseconds: 5_000)
            let text = try personnel.code(of: try await personnel.pass(of: pass))
            return await site.handle(site.swipe(.qrToken(text), direction, reader: reader))
        }

        /// Nobody waits: the entry wakes the follower.
        func untilAllHaveLeft() async {
            while await people.latest().site.visitors.isEmpty == false { await Task.yield() }
            while site.badges.visitorCount > 0 { await Task.yield() }
        }

        func departures() throws -> [VisitorLeft] {
            try site.reader.entries(after: LedgerSequence(0), limit: 1_000)
                .filter { $0.kind == .visitorLeft }.map { try VisitorLeft(encoded: $0.body) }
        }

        func close() async {
            for task in tasks { task.cancel() }
            await site.close()
        }
    }

    @Test func whoLeavesByTheirPassIsMarkedAsLeftByAnEntry() async throws {
        let followed = try Followed(try await TestSite())
        let visitor = try await followed.admit()
        #expect(followed.site.badges.visitorCount == 1)
        #expect(try await followed.show(visitor, .entering) == .granted)
        #expect(try await followed.show(visitor, .leaving) == .granted)
        await followed.untilAllHaveLeft()
        #expect(
            try followed.departures() == [VisitorLeft(admission: visitor, lane: nil, by: "north/qr")])
        #expect(followed.site.presence.insideCount == 0)
        #expect(try followed.site.reader.verifyWithDecisions().isWhole)
        await followed.close()
    }

    /// The barrier says that nobody passed: they are still here, and may leave once more.
    @Test func whoTurnsBackInTheLaneIsStillHere() async throws {
        let followed = try Followed(try await TestSite(telling: ["north"]))
        let visitor = try await followed.admit()
        #expect(try await followed.show(visitor, .leaving) == .granted)
        await followed.site.passages.take(.notPassed, of: "north", .leaving, swipedAt: nil)
        #expect(try await followed.show(visitor, .leaving) == .granted)
        #expect(try followed.departures().isEmpty)
        await followed.site.passages.take(.passed, of: "north", .leaving, swipedAt: nil)
        await followed.untilAllHaveLeft()
        #expect(try followed.departures().count == 1)
        await followed.close()
    }

    /// Visitor and worker leave while nothing can be written: both lanes open, and once the disk is well both
    /// are on record as of then, and the visitor is out.
    @Test func aSickLedgerHoldsNobodyBack() async throws {
        let followed = try Followed(try await TestSite())
        let site = followed.site
        let visitor = try await followed.admit()
        #expect(try await followed.show(visitor, .entering) == .granted)
        #expect(await site.handle(site.swipe(Person.adult.byCard)) == .granted)
        let text = try followed.personnel.code(of: try await followed.personnel.pass(of: visitor))
        site.clock.advance(byMilliseconds: 60_000)
        let fault = try LedgerFault(in: site.folder)
        for credential in [Credential.qrToken(text), Person.adult.byCard] {
            #expect(
                await site.handle(site.swipe(credential, .leaving, reader: "out"))
                    == .notRecorded(opens: true))
        }
        #expect(site.badges.visitorCount == 1 && site.reserve.waitingCount == 2)

        // The guard's way out opens as well, and the page tells why nothing was recorded.
        let openings = Mutex<[String]>([])
        let desk = VisitorDesk(
            personnel: followed.personnel,
            lanes: ManualDesk(
                pipeline: site.pipeline, index: site.index, clock: site.clock, name: { _ in nil },
                lanes: { ["north"] },
                open: { _, _, _ in true },
                openForNobody: { lane, direction in
                    openings.withLock { $0.append("\(lane) \(direction.name)") }
                    return true
                }), siteOffsetMilliseconds: TestSite.offset)
        do throws(PersonnelError) {
            _ = try await desk.leave(VisitorLeft(admission: visitor, lane: "north", by: "guard"))
            Issue.record("a sick ledger took an entry")
        } catch {
            #expect(openings.withLock { $0 } == ["north leaving"])
            let sentence = try #require(error.sentences.first)
            #expect(sentence.chinese.contains("台账目前不能写入：存储故障"))
            #expect(sentence.english.hasPrefix("The ledger cannot write: "))
        }

        try fault.heal()
        await site.storage.look()
        await followed.untilAllHaveLeft()
        #expect(
            try followed.departures() == [VisitorLeft(admission: visitor, lane: nil, by: "north/out")])
        let late = try site.records().filter(\.record.isLate)
        #expect(late.map(\.record.badge) == [visitor, nil] && late.allSatisfy(\.record.isOpened))
        #expect(site.presence.insideCount == 0)
        await followed.close()
    }

    /// What was not marked before the power went is marked at the start.
    @Test func aDepartureBeforeARestartIsMarkedAfterIt() async throws {
        let site = try await TestSite()
        let admission = try await site.ledger.append([
            EntryDraft(
                VisitorAdmitted(
                    name: "王", company: "测试监理", purpose: "检查", host: nil,
                    until: site.clock.now().wall.advanced(byMilliseconds: 3_600_000), lane: nil, by: "guard"),
                kind: .visitorAdmitted, clock: site.clock.now())
        ])[0]
        try site.badges.follow(admission)
        let until = try VisitorAdmitted(encoded: admission.body).until
        let text = site.badges.text(.visitor, admission.sequence, until: until)
        #expect(await site.handle(site.swipe(.qrToken(text), .leaving, reader: "qr")) == .granted)
        let followed = try Followed(site)
        await followed.untilAllHaveLeft()
        #expect(try followed.departures().map(\.admission) == [admission.sequence])
        await followed.close()
    }

    @Test func theGateAdmitsShowsThePassAndLetsOut() async throws {
        let followed = try Followed(try await TestSite())
        let site = followed.site
        let manual = ManualDesk(
            pipeline: site.pipeline, index: site.index, clock: site.clock, name: { _ in nil },
            lanes: { ["north"] },
            open: { _, _, _ in false }, openForNobody: { _, _ in true })
        let pages = GatePages(
            people: followed.people,
            visitors: VisitorDesk(
                personnel: followed.personnel, lanes: manual, siteOffsetMilliseconds: TestSite.offset),
            manual: manual,
            lanes: LaneDesk(
                journal: EventJournal(ledger: site.ledger, health: site.health, logger: .silent),
                clock: site.clock, lanes: { ["north"] }, open: { _, _ in true }),
            time: site.time
        ).closures
        var order = VisitorOrder(
            name: "王来访", company: "测试监理", purpose: "检查", host: "", until: "", lane: "north", by: "wang")
        guard case .done(let words, isProblem: false) = await pages.admit(order) else {
            Issue.record("a visitor was not admitted")
            return
        }
        #expect(words.chinese.contains("已开闸"))
        let visitor = try #require(try await pages.visitors().first)
        #expect(visitor.name == "王*" && !visitor.isOverdue && visitor.by == "wang")
        #expect(visitor.until == UTCInstant(rfc3339: "2026-11-21T16:00:00Z"), "the end of the day on site")
        let pass = try #require(try await pages.pass(visitor.number))
        #expect(pass.code.hasPrefix("MB1") && pass.side > 20)
        let faults: [(String, String, String?)] = [
            ("nobody", "", nil), ("", "25:00", nil), ("", "11:59", nil), ("", "", "x"),
        ]
        for (host, until, lane) in faults {
            (order.host, order.until, order.lane) = (host, until, lane)
            guard case .refused = await pages.admit(order) else {
                Issue.record("\(host) \(until) \(lane ?? "-") was taken")
                return
            }
        }
        #expect(
            await pages.leave(visitor.number, nil, "wang")
                == .done(
                    BoardWords("访客 \(visitor.number) 已离场。", "Visitor \(visitor.number) has left."),
                    isProblem: false))
        #expect(try await pages.visitors().isEmpty)
        #expect(try await pages.pass(visitor.number) == nil)

        // Without a card, by hand: no barrier was told, so the guard opens it.
        let byHand = LaneOrder(
            worker: Person.adult.idNumber.revealed, lane: "north", direction: .entering, reason: "忘带卡",
            by: "wang")
        guard case .done(let told, isProblem: true) = await pages.letThrough(byHand) else {
            Issue.record("a worker was not let through")
            return
        }
        #expect(told.english.contains("open it by hand") && site.presence.insideCount == 1)
        let opened = LaneOrder(lane: "north", direction: .leaving, reason: "送货", by: "wang")
        #expect(
            await pages.open(opened) == .done(BoardWords("已开闸。", "The lane opens."), isProblem: false))
        let fault = try LedgerFault(in: site.folder)
        guard
            case .refused(let sentences) = await pages.letThrough(
                LaneOrder(
                    worker: Person.colleague.idNumber.revealed, lane: "north", direction: .entering,
                    reason: "忘带卡", by: "wang"))
        else {
            Issue.record("somebody was let in without a record")
            return
        }
        #expect(sentences.first?.chinese.contains("存储故障") == true)
        try fault.heal()
        await followed.close()
    }
}
