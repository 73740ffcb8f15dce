import LocalWeb
import SiteModel

/// What commands may ask about the clock, over the service's socket. Who vouches stands in the body: an
/// address may not name persons.
struct ClockRoutes: Sendable {
    let desk: ClockDesk

    var all: [ControlRoute] {
        [
            ControlRoute(.get, "/clock") { request in Self.answer(request, desk.report) },
            ControlRoute(.post, "/clock/confirm") { request in
                do throws(EvidenceError) {
                    let name = String(decoding: request.body, as: UTF8.self)
                    return Self.answer(request, try await desk.confirm(by: name))
                } catch {
                    let isRefused = if case .refused = error { true } else { false }
                    return .text(isRefused ? 422 : 500, "\(error)")
                }
            },
        ]
    }

    private static func answer(_ request: ControlRequest, _ report: ClockReport) -> ControlResponse {
        guard request.query["format"] == "text" else { return ControlResponse(body: report.json.bytes) }
        return .text(200, report.lines.joined(separator: "\n"))
    }
}
