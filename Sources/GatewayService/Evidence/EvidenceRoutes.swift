import AttendanceLedger
import LocalWeb
import SiteModel

/// What commands may ask of the evidence, over the service's socket. Requests are bodies in the ledger's own
/// encoding: they may name persons, and an address may not.
struct EvidenceRoutes: Sendable {
    let desk: EvidenceDesk

    var all: [ControlRoute] {
        [
            ControlRoute(.post, "/ledger/checkpoint") { _ in
                await answering { () throws(EvidenceError) in
                    let file = try await desk.checkpoint()
                    return ControlResponse(body: Array(file.json.utf8))
                }
            },
            ControlRoute(.post, "/ledger/correct") { request in
                await answering(request, as: CorrectionRequest.init) { asked throws(EvidenceError) in
                    try await desk.correct(asked)
                }
            },
            ControlRoute(.post, "/ledger/complete") { request in
                await answering(request, as: ProjectCompleted.init) { asked throws(EvidenceError) in
                    try await desk.complete(asked)
                }
            },
            ControlRoute(.post, "/ledger/erase") { request in
                await answering(request, as: ErasureRequest.init) { asked throws(EvidenceError) in
                    try await desk.erase(asked)
                }
            },
        ]
    }

    private func answering<Request: Sendable>(
        _ request: ControlRequest, as decode: ([UInt8]) throws(CanonicalDecodingError) -> Request,
        _ work: (Request) async throws(EvidenceError) -> EvidenceAnswer
    ) async -> ControlResponse {
        let asked: Request
        do throws(CanonicalDecodingError) {
            asked = try decode(request.body)
        } catch {
            return .otherVersion
        }
        return await answering { () throws(EvidenceError) in
            let answer = try await work(asked)
            guard request.query["format"] == "text" else { return ControlResponse(body: answer.json.bytes) }
            return .text(200, answer.words)
        }
    }

    private func answering(
        _ work: () async throws(EvidenceError) -> ControlResponse
    ) async -> ControlResponse {
        do throws(EvidenceError) {
            return try await work()
        } catch {
            let isRefused = if case .refused = error { true } else { false }
            return .text(isRefused ? 422 : 500, "\(error)")
        }
    }
}
