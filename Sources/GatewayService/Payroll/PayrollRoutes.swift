import LocalWeb
import SiteModel

/// What commands may ask about months, over the service's socket.
struct PayrollRoutes: Sendable {
    let desk: SyncDesk

    var all: [ControlRoute] {
        [
            ControlRoute(.post, "/sync/payroll") { request in
                let asked: PayrollRequest
                do throws(CanonicalDecodingError) {
                    asked = try PayrollRequest(encoded: request.body)
                } catch {
                    return .otherVersion
                }
                return await SyncRoutes.answering { () throws(GatewayError) in
                    let listing = try await desk.payroll(asked)
                    return request.query["format"] == "text"
                        ? .text(200, listing.text.joined(separator: "\n"))
                        : ControlResponse(body: listing.json.bytes)
                }
            }
        ]
    }
}

extension SiteAccess {
    /// States that teams' months are final, or shows in a dry run what would be stated.
    public func syncPayroll(_ request: PayrollRequest, _ format: Format) throws(GatewayError) -> String {
        try askSync(.post, "/sync/payroll", format, body: request.encoded)
    }
}
