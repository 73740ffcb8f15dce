import AttendanceLedger
import SiteModel
import Testing

@testable import PersonnelChanges

/// What a platform answered moves the state of a change; only its word stops the clock.
struct ChangeAnswerTests {
    private static func entry(_ body: some EntryBody, _ kind: LedgerEntryKind, _ sequence: Int64)
        -> LedgerEntry
    {
        LedgerEntry(
            origin: LedgerOrigin("gate-1"), sequence: LedgerSequence(sequence), kind: kind,
            subject: WorkerID(rawValue: 7), clock: Invented.clock(), sealing: .clear, body: body.encoded,
            hash: [])
    }

    private static func answer(_ state: DeliveryState, words: String = "") -> DeliveryAnswered {
        DeliveryAnswered(
            platform: "city", entry: LedgerSequence(1), state: state, code: "10", words: words)
    }

    private func book() throws -> ChangeBook {
        var book = ChangeBook()
        let clock = Invented.clock()
        let joined = PersonnelChange(
            kind: .joined, occurredAt: clock.wall, dueAt: clock.wall, worker: Invented.worker(1),
            source: "test")
        try book.apply(Self.entry(joined, .personnelChange, 1))
        return book
    }

    @Test func sentIsNotConfirmedAndARefusalKeepsThePlatformsWords() throws {
        var book = try book()
        try book.apply(Self.entry(Self.answer(.sent), .deliveryAnswered, 2))
        #expect(book.changes[0].state.name == "sent")
        #expect(!book.changes[0].state.isConfirmed)
        try book.apply(Self.entry(Self.answer(.rejected, words: "[headImage]不能为空"), .deliveryAnswered, 3))
        #expect(book.changes[0].state == .rejected(at: Invented.clock(), words: "[headImage]不能为空"))
        let again = DeliverySettled(
            platform: "city", entry: LedgerSequence(1), isResent: true, by: "officer", reason: "photo taken")
        try book.apply(Self.entry(again, .deliverySettled, 4))
        #expect(book.changes[0].state == .open)
        try book.apply(Self.entry(Self.answer(.confirmed), .deliveryAnswered, 5))
        #expect(book.changes[0].state == .confirmed(at: Invented.clock(), isByHand: false))
    }

    /// They may name people: `state` is exported, and its reader need not have the right to see whom.
    @Test func theWordsAreShownAsTheReaderMaySeeThem() throws {
        var book = try book()
        let worker = Invented.worker(1)
        let words = "项目中不存在\(worker.name)\(worker.idNumber.revealed)的工人信息"
        try book.apply(Self.entry(Self.answer(.rejected, words: words), .deliveryAnswered, 2))
        let listing = ChangeListing(
            at: Invented.noon, offsetMilliseconds: Invented.offset, corrected: ClockHistory().corrected,
            shown: { words, _ in words.masking(worker) })
        let json = listing.json(book.changes[0])
        #expect(json.contains("项目中不存在张****的工人信息"))
        #expect(!json.contains(worker.idNumber.revealed) && !json.contains(worker.name))
    }

    @Test func whatIsConfirmedStaysConfirmed() throws {
        var book = try book()
        try book.apply(Self.entry(Self.answer(.confirmed), .deliveryAnswered, 2))
        let before = book.changes
        for state in DeliveryState.allCases {
            try book.apply(Self.entry(Self.answer(state), .deliveryAnswered, 3))
        }
        #expect(book.changes == before)
    }
}
