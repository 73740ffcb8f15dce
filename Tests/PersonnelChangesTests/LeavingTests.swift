import SiteModel
import Testing

@testable import PersonnelChanges

/// What becomes of a leaver's card, and of a word that comes after the leaving, or before its end.
struct LeavingTests {
    private static let calendar = SiteCalendar(now: Invented.noon, offsetMilliseconds: Invented.offset)

    private static func confirmation(at: String? = nil) -> ChangeRequest {
        ChangeRequest(
            .leave, workers: [Invented.id(0).description], at: at, isConfirmedByLeaver: true, by: "测试")
    }

    private static func plan(_ request: ChangeRequest, _ workers: [ProjectWorker]) throws -> [PersonnelChange]
    {
        try ChangePlan(
            request, against: Invented.roster(workers), site: SiteBook(), clock: Invented.clock(),
            calendar: calendar, ages: AgeLimits()
        ).drafts.map { try PersonnelChange(encoded: $0.body) }
    }

    @Test func aCardThatWentOnStaysWithItsHolderWhenTheFormerOneConfirms() throws {
        let card = Invented.card(12_345_610)
        let leaver = Invented.worker(1, card: card, leftOn: "2026-11-20")
        let confirmed = try Self.plan(Self.confirmation(), [leaver, Invented.worker(2, card: card)])
        #expect(confirmed.map(\.worker.card) == [nil])
        let alone = try Self.plan(Self.confirmation(), [leaver, Invented.worker(2)])
        #expect(alone.map(\.worker.card) == [card])
    }

    /// A leaving that is dated today ends with the day.
    @Test(arguments: [nil, "2026-11-21"])
    func aConfirmationBeforeTheDayIsOverMovesNothing(at: String?) throws {
        let leaver = Invented.worker(1, leftOn: "2026-11-21")
        #expect(!leaver.hasLeft(at: Invented.noon))
        let confirmed = try Self.plan(Self.confirmation(at: at), [leaver])
        #expect(confirmed.map(\.worker.leftAt) == [leaver.leftAt])
        #expect(confirmed.map(\.isBaseline) == [true], "no second clock")
        let earlier = try Self.plan(Self.confirmation(at: "2026-11-20"), [leaver])
        #expect(earlier.map(\.isBaseline) == [false], "another day is another leaving")
    }
}
