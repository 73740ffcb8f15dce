import AccessControl
import Accounts
import AttendanceLedger
import SiteModel
import Testing

@testable import GatewayService

/// Accounts and the ledger: no right without its entry.
@Suite(.timeLimit(.minutes(10)))
struct AccountDeskTests {
    private static let cost = PasswordCost(rounds: 16, blockSize: 1, parallelism: 1)
    private static let added = AccountOrder(
        .added, name: "wang", role: .labourOfficer, displayName: "王芳", password: Password("correct horse 9"),
        by: "root")

    private func desk(_ site: TestSite) -> AccountDesk {
        AccountDesk(
            book: AccountBook(directory: site.folder.path, clock: site.clock, cost: Self.cost),
            ledger: site.ledger, clock: site.clock)
    }

    @Test func everyChangeIsAnEntryThatHoldsNoPassword() async throws {
        let site = try await TestSite()
        let desk = desk(site)
        let orders: [AccountOrder] = [
            Self.added, AccountOrder(.roleGiven, name: "wang", role: .inspector, by: "li as root"),
            AccountOrder(.passwordSet, name: "wang", password: Password("another horse 7"), by: "root"),
            AccountOrder(.disabled, name: "wang", by: "root"),
            AccountOrder(.enabled, name: "wang", by: "root"),
        ]
        let before = try #require(try site.reader.head()).sequence.rawValue
        for (index, order) in orders.enumerated() {
            _ = try await desk.carryOut(order)
            let entry = try #require(
                try site.reader.entry(LedgerSequence(before + 1 + Int64(index))))
            #expect(entry.kind == .accountChanged && entry.sealing == .clear)
            let role: AccountRole = index == 0 ? .labourOfficer : .inspector
            #expect(
                try AccountChanged(encoded: entry.body)
                    == AccountChanged(account: "wang", act: order.act, role: role, by: order.by))
            #expect(!String(decoding: entry.body, as: UTF8.self).contains("horse"))
        }
    }

    @Test func aRefusedOrderIsNoEntry() async throws {
        let site = try await TestSite()
        let before = try site.reader.head()
        await #expect(throws: GatewayError.self) {
            try await desk(site).carryOut(AccountOrder(.disabled, name: "wang", by: "root"))
        }
        #expect(try site.reader.head()?.sequence == before?.sequence)
    }

    @Test func whatCannotBeRecordedIsNotDone() async throws {
        let site = try await TestSite()
        let desk = desk(site)
        await site.ledger.close()
        await #expect(throws: GatewayError.self) { try await desk.carryOut(Self.added) }
        #expect(try await desk.book.accounts() == [])
    }

    @Test func aLookAtPersonalDataIsAnEntryOfItsWorker() async throws {
        let site = try await TestSite()
        let worker = try #require(site.index.lookUp(Person.adult.byID)).id
        let shown = PersonalDataShown(account: "wang", place: "/worker", reason: "查询")
        try await desk(site).record(shown, worker)
        try await desk(site).record(
            PersonalDataShown(account: "root", place: "roster export", workerCount: 12), nil)
        let head = try #require(try site.reader.head()).sequence.rawValue
        let first = try #require(try site.reader.entry(LedgerSequence(head - 1)))
        #expect(first.kind == .personalDataShown && first.subject == worker)
        #expect(try PersonalDataShown(encoded: first.body) == shown)
        let second = try #require(try site.reader.entry(LedgerSequence(head)))
        #expect(second.subject == nil)
        #expect(try PersonalDataShown(encoded: second.body).workerCount == 12)
        await site.ledger.close()
        await #expect(throws: LedgerError.self) { try await desk(site).record(shown, worker) }
    }

    @Test func theListingTellsNoSecret() async throws {
        let site = try await TestSite()
        let desk = desk(site)
        #expect(AccountListing(accounts: []).json.text == "[]")
        _ = try await desk.carryOut(Self.added)
        let listing = AccountListing(accounts: try await desk.book.accounts())
        #expect(
            listing.json.text
                == #"[{"name":"wang","display_name":"王芳","role":"labour-officer","enabled":true,"#
                + #""changed_at":"\#(site.clock.now().wall.rfc3339)"}]"#)
        #expect(listing.lines.count == 1 && listing.lines[0].hasPrefix("wang  labour-officer  enabled"))
    }
}
