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
                    return ControlResponse(
                        status: isRefused ? 422 : 500, contentType: Self.text, body: Array("\(error)".utf8))
                }
            },
        ]
    }

    private static func answer(_ request: ControlRequest, _ report: ClockReport) -> ControlResponse {
        guard request.query["format"] == "text" else { return ControlResponse(body: report.json.bytes) }
        return ControlResponse(
            contentType: text, body: Array(report.lines.joined(separator: "\n").utf8))
    }

    private static let text = "text/plain; charset=utf-8"
}
