import AttendanceLedger
import PersonnelChanges
import Reports
import SiteModel
import Testing

@testable import GatewayService
@testable import LocalWeb

/// What the labour officer's pages are given, through the real people book and ledger.
@Suite(.timeLimit(.minutes(10)))
struct PeoplePagesTests {
    @Test func theFormsHaveTheFieldsThatTheGatewayKnows() {
        let names = WorkerFieldGroup.allCases.flatMap(\.fields).map(\.name)
        #expect(Set(names) == Set(WorkerField.allCases.map(\.rawValue)) && names.count == Set(names).count)
    }

    @Test func anOfficerJoinsMovesConfirmsAndLetsLeave() async throws {
        let site = try await TestSite([Person.adult.worker])
        let people = PeopleBook(reader: site.reader)
        try people.fold()
        let following = Task { [ledger = site.ledger] in
            for try await page in ledger.tail(after: people.position).pages { try people.follow(page) }
        }
        let pages = PeoplePages(
            people: people,
            personnel: PersonnelService(
                ledger: site.ledger, reader: site.reader, index: site.index, people: people, clock: site.clock
            ),
            reader: site.reader,
            reads: ReadDesk(
                directory: site.folder.path, siteKey: try #require(site.reader.siteKey), time: site.time,
                people: people, logger: .silent),
            cards: CardDesk(
                presented: PresentedCards(clock: site.clock), index: site.index, people: people,
                time: site.time), time: site.time, siteOffsetMilliseconds: TestSite.offset,
            ages: AgeLimits(),
            bundles: BundleService(
                ledger: site.ledger, reader: site.reader,
                site: BundleSite(name: "test", projectCode: "", offsetMilliseconds: TestSite.offset),
                clock: site.clock),
            siteName: "测试<工地>")
        let closures = pages.closures

        let number = Person.colleague.idNumber.revealed
        var order = PeopleOrder(
            .join, workers: [number], fields: ["name": "李测试", "team": "测试钢筋班", "employer": "测试劳务"], by: "wang"
        )
        let joined = await closures.change(order)
        guard case .done(let workers, _) = joined, let id = workers.first else {
            Issue.record("\(joined)")
            return
        }
        #expect(
            await closures.change(order)
                == .refused([BoardWords("\(id) 已在场", "\(id) belongs to the project already")]))
        order.workers = ["1"]
        guard case .refused(let sentences) = await closures.change(order) else {
            Issue.record("somebody with a wrong number was taken")
            return
        }
        #expect(sentences.count == 1 && sentences[0].english.contains("identity number"))

        let masked = try #require(try await closures.worker(id, false))
        #expect(masked.line.name == "李*" && !"\(masked)".contains(number))
        #expect(
            masked.changes.map(\.source) == ["wang"] && masked.items.count == EnrolmentItem.allCases.count)
        #expect("\(try #require(try await closures.worker(id, true)))".contains(number))
        #expect(try await closures.worker(WorkerID(rawValue: 1), true) == nil)
        #expect(try await closures.find("李测试", 5).lines.map(\.worker) == [id])

        let team = Team(name: "测试木工班", employer: "")
        let move = PeopleOrder(
            .move, workers: [id.description], fields: ["team": team.name, "employer": "-"], by: "wang")
        #expect(await closures.change(move) == .done(workers: [id]))
        #expect(await closures.change(move) == .done(workers: []), "it was so already")
        #expect(try await closures.members(team).count == 2)
        #expect(try await closures.teams() == [TeamFacts(team: team, workerCount: 2)])

        site.clock.advance(byMilliseconds: 13 * 3_600_000)
        // The site's own worker came by an entry of the test, which has a clock too.
        var board = try await closures.changes()
        #expect(board.open.count == 3 && board.open.allSatisfy { $0.elapsed == .seconds(13 * 3_600) })
        let change = try #require(board.open.last?.change)
        let scan = Array("%PDF-1.7 平台回执".utf8)
        for wrong in [Array("<html>".utf8), [0xFF, 0xD8, 0xFF] + [UInt8](repeating: 0, count: 256 * 1_024)] {
            guard case .refused(let sentences) = await closures.confirm(change, "平台 77", wrong, "wang") else {
                Issue.record("an attachment that cannot be kept was taken")
                return
            }
            #expect(sentences.count == 1)
        }
        #expect(await closures.confirm(change, "平台 77", scan, "wang") == .done(workers: []))
        guard case .refused = await closures.confirm(change, "again", [], "wang") else {
            Issue.record("confirmed twice")
            return
        }
        board = try await closures.changes()
        #expect(board.open.count == 2 && board.confirmed.map(\.change) == [change])
        let confirmed = try #require(board.confirmed.first)
        #expect(confirmed.byHand?.attachmentDigest == EvidenceDigest.digest(scan).hexadecimal)
        #expect(confirmed.byHand?.isAttached == true)
        let files = try #require(try await closures.worker(confirmed.worker, false)).files
        #expect(files.map(\.byteCount) == [scan.count])
        let file = try await closures.presented.file(confirmed.worker, try #require(files.first).entry)
        #expect(file?.bytes == scan && file?.name.hasSuffix(".pdf") == true)
        #expect(try await closures.presented.file(WorkerID(rawValue: 1), files[0].entry) == nil)
        #expect(board.months.map(\.changeCount) == [3])

        site.clock.advance(byMilliseconds: 12 * 3_600_000)
        let leave = PeopleOrder(.leave, workers: [id.description], isConfirmedByLeaver: true, by: "wang")
        #expect(await closures.change(leave) == .done(workers: [id]))
        let work = try await pages.openWork()
        #expect(work.openChangeCount == 3 && work.lateChangeCount == 2 && work.incompleteCount == 1)
        #expect(try await closures.enrolments().incomplete.count == 1)
        #expect(try await closures.worker(id, false)?.line.hasLeft == true)
        #expect(try await closures.changes().leavings.isEmpty, "confirmed as they left")

        let other = try #require(try await closures.members(team).first?.worker)
        let unconfirmed = await closures.change(
            PeopleOrder(.leave, workers: [other.description], by: "wang"))
        guard case .done([other], let warnings) = unconfirmed, warnings.count == 1 else {
            Issue.record("\(unconfirmed)")
            return
        }
        let leavings = try await closures.changes().leavings
        #expect(leavings.map(\.worker) == [other] && leavings.allSatisfy(\.lacksLeaverConfirmation))
        #expect(try await closures.worker(other, false)?.lacksLeaverConfirmation == true)
        let confirmation = PeopleOrder(
            .leave, workers: [other.description], isConfirmedByLeaver: true, by: "wang")
        #expect(await closures.change(confirmation) == .done(workers: [other]))
        #expect(try await closures.changes().leavings.isEmpty)
        #expect(try await closures.worker(other, false)?.lacksLeaverConfirmation == false)
        following.cancel()
        _ = await following.result
        await site.close()
    }
}
