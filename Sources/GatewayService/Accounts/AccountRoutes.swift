import Accounts
import AttendanceLedger
import LocalWeb
import SiteModel

/// What commands may do with accounts, and say of looks at personal data, over the service's socket: the
/// sessions of this process end with the change. A password stands in the body of the request, and who may
/// open the socket may read the file.
struct AccountRoutes: Sendable {
    let desk: AccountDesk

    var all: [ControlRoute] {
        [
            ControlRoute(.get, "/accounts") { request in
                do throws(AccountError) {
                    let listing = AccountListing(accounts: try await desk.book.accounts())
                    guard request.query["format"] == "text" else {
                        return ControlResponse(body: listing.json.bytes)
                    }
                    return .text(200, listing.lines.joined(separator: "\n"))
                } catch {
                    return .text(500, "\(error)")
                }
            },
            ControlRoute(.post, "/accounts") { request in
                let order: AccountOrder
                do throws(CanonicalDecodingError) {
                    order = try AccountOrder(encoded: request.body)
                } catch {
                    return .otherVersion
                }
                do throws(GatewayError) {
                    return .text(200, try await desk.carryOut(order).words)
                } catch {
                    let isRefused = if case .refused = error { true } else { false }
                    return .text(isRefused ? 422 : 500, "\(error)")
                }
            },
            ControlRoute(.post, "/personal-data") { request in
                let shown: PersonalDataShown
                do throws(CanonicalDecodingError) {
                    shown = try PersonalDataShown(encoded: request.body)
                } catch {
                    return .otherVersion
                }
                let worker = request.query["worker"].flatMap(UInt64.init).map(WorkerID.init(rawValue:))
                do throws(LedgerError) {
                    try await desk.record(shown, worker)
                    return .text(200, "recorded")
                } catch {
                    return .text(500, "\(error)")
                }
            },
        ]
    }
}
