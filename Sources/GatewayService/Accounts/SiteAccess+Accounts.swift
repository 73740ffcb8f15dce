public import Accounts
import AttendanceLedger
import Glibc
import LocalWeb
public import SiteModel

// What commands do with accounts: through the running service, or on the files when none runs.
extension SiteAccess {
    public func accounts(_ format: Format, clock: any SiteClock) async throws(GatewayError) -> String {
        if let answer = try ask(.get, "/accounts", ControlRequest(query: format.query)) {
            let words = String(decoding: answer.body, as: UTF8.self)
            guard answer.status == 200 else { throw .service(words) }
            return words
        }
        var accounts: [Account] = []
        // A look makes no file.
        if access(state.path + "/accounts.db", F_OK) == 0 {
            do throws(AccountError) {
                accounts = try await AccountBook(directory: state.path, clock: clock).accounts()
            } catch {
                throw .accounts(error)
            }
        }
        let listing = AccountListing(accounts: accounts)
        return format == .json ? listing.json.text : listing.lines.joined(separator: "\n")
    }

    /// - Returns: what was done, in words.
    public func change(_ order: AccountOrder, clock: any SiteClock) async throws(GatewayError) -> String {
        if let answer = try ask(.post, "/accounts", ControlRequest(body: order.encoded)) {
            return try Self.words(of: answer)
        }
        return try await writing { ledger throws(GatewayError) in
            try await desk(ledger, clock).carryOut(order).words
        }
    }

    /// Says in the ledger that a command is about to show personal data unmasked. Show nothing when it
    /// throws.
    ///
    /// - Parameter worker: nil when it is about several; their count stands in `shown`.
    public func record(
        _ shown: PersonalDataShown, of worker: WorkerID?, clock: any SiteClock
    ) async throws(GatewayError) {
        let query = worker.map { ["worker": "\($0.rawValue)"] } ?? [:]
        let request = ControlRequest(query: query, body: shown.encoded)
        if let answer = try ask(.post, "/personal-data", request) {
            guard answer.status == 200 else { throw .service(String(decoding: answer.body, as: UTF8.self)) }
            return
        }
        try await writing { ledger throws(GatewayError) in
            do throws(LedgerError) {
                try await desk(ledger, clock).record(shown, worker)
            } catch {
                throw .ledger(error)
            }
        }
    }

    private func desk(_ ledger: LedgerWriter, _ clock: any SiteClock) -> AccountDesk {
        AccountDesk(book: AccountBook(directory: state.path, clock: clock), ledger: ledger, clock: clock)
    }
}
