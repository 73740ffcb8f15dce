import AttendanceLedger
import SiteModel
import Testing

@testable import GatewayService

/// Swipes that no clock can tell apart are still as many as there were.
struct SameMomentTests {
    @Test(
        "C8: two cards in one millisecond, at one reader or two, are two attendances",
        arguments: [true, false])
    func twoCardsInOneMillisecondAreTwo(isOneReader: Bool) async throws {
        let site = try await TestSite()
        let swipes = [
            site.swipe(Person.adult.byCard),
            site.swipe(Person.colleague.byCard, reader: isOneReader ? "in" : "other"),
        ]
        #expect(await site.pipeline.handle(swipes) == [.granted, .granted])
        let records = try site.records()
        #expect(records.count == 2)
        #expect(Set(records.map(\.entry.subject)).count == 2)
        #expect(Set(records.map(\.entry.sequence)).count == 2)
        #expect(Set(records.map(\.entry.clock.uptime)).count == 1, "the clock stood still")
        await site.close()
    }

    @Test("C8: cards of one second at one reader are all kept")
    func cardsOfOneSecondAreAllKept() async throws {
        let site = try await TestSite()
        let people = [Person.adult, .colleague, .sixteen]
        for person in people {
            #expect(await site.handle(site.swipe(person.byCard)) == .granted)
            site.clock.advance(byMilliseconds: 300)
        }
        let records = try site.records()
        #expect(records.count == people.count && records.allSatisfy { $0.record.isOpened })
        #expect(Set(records.map(\.entry.subject)).count == people.count)
        await site.close()
    }

    @Test("C8: one person in and out within a second is two attendances, each with its direction")
    func inAndOutWithinASecondAreTwo() async throws {
        let site = try await TestSite()
        #expect(await site.handle(site.swipe(Person.adult.byCard, .entering)) == .granted)
        site.clock.advance(byMilliseconds: 700)
        #expect(await site.handle(site.swipe(Person.adult.byCard, .leaving, reader: "out")) == .granted)
        let records = try site.records()
        #expect(records.map(\.entry.kind) == [.attendance, .attendance])
        #expect(Set(records.map(\.record.direction)) == [.entering, .leaving])
        #expect(Set(records.map(\.entry.sequence)).count == 2)
        await site.close()
    }
}
