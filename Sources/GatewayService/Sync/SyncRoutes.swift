import LocalWeb
import SiteModel

/// What commands may ask of the deliveries, over the service's socket. Who decides, and why, stands in the
/// body: an address may not name persons.
struct SyncRoutes: Sendable {
    let desk: SyncDesk

    var all: [ControlRoute] {
        [
            ControlRoute(.get, "/sync") { request in
                let listing = SyncListing(standings: await desk.standings(), now: desk.now)
                return Self.answer(request, listing.lines, listing.json.bytes)
            },
            ControlRoute(.get, "/sync/rejected") { request in
                await Self.answering { () throws(GatewayError) in
                    let lines = try await desk.rejected(
                        by: request.query["platform"], isRevealed: request.query["reveal"] == "1")
                    return .lines(lines.map { Self.isText(request) ? $0.line : $0.json })
                }
            },
            ControlRoute(.get, "/sync/days") { request in
                await Self.answering { () throws(GatewayError) in
                    let lines = try await desk.days(of: request.query["platform"], span(request))
                    return .lines(lines.map { Self.isText(request) ? $0.line : $0.json })
                }
            },
            ControlRoute(.post, "/sync/reconcile") { request in
                await Self.answering { () throws(GatewayError) in
                    let lines = try await desk.reconcile(request.query["platform"], span(request, days: 1))
                    return .lines(lines.map { Self.isText(request) ? $0.line : $0.json })
                }
            },
            ControlRoute(.post, "/sync/settle") { request in
                let asked: SettleRequest
                do throws(CanonicalDecodingError) {
                    asked = try SettleRequest(encoded: request.body)
                } catch {
                    return .otherVersion
                }
                return await Self.answering { () throws(GatewayError) in
                    Self.done(request, try await desk.settle(asked))
                }
            },
            ControlRoute(.post, "/sync/settle/all") { request in
                let asked: BulkSettleRequest
                do throws(CanonicalDecodingError) {
                    asked = try BulkSettleRequest(encoded: request.body)
                } catch {
                    return .otherVersion
                }
                return await Self.answering { () throws(GatewayError) in
                    let lines = try await desk.settleAll(asked)
                    return .lines(lines.map { Self.isText(request) ? $0.line : $0.json })
                }
            },
            ControlRoute(.post, "/sync/check") { request in
                await Self.answering { () throws(GatewayError) in
                    let checkup = desk.checkup
                    let found = try await checkup.findings(named: request.query["platform"])
                    let status = found.allSatisfy(\.isGood) ? 200 : 422
                    guard Self.isText(request) else {
                        return ControlResponse(status: status, body: found.json.bytes)
                    }
                    return .text(status, found.lines.joined(separator: "\n"))
                }
            },
        ] + SyncOrder.allCases.map(route)
    }

    private func route(_ order: SyncOrder) -> ControlRoute {
        ControlRoute(.post, "/sync/\(order.rawValue)") { request in
            await Self.answering { () throws(GatewayError) in
                Self.done(request, try await desk.carryOut(order, on: request.query["platform"]))
            }
        }
    }

    /// So many days up to today unless said.
    private func span(_ request: ControlRequest, days: Int64 = 14) -> ClosedRange<CivilDate> {
        let today = desk.today
        let last = request.query["to"].flatMap { CivilDate(iso8601: $0) } ?? today
        let first =
            request.query["from"].flatMap { CivilDate(iso8601: $0) }
            ?? CivilDate(daysSince1970: last.daysSince1970 - days + 1)
        return min(first, last)...last
    }

    private static func isText(_ request: ControlRequest) -> Bool { request.query["format"] == "text" }

    private static func answer(
        _ request: ControlRequest, _ lines: [String], _ json: [UInt8]
    ) -> ControlResponse {
        isText(request) ? .lines(lines) : ControlResponse(body: json)
    }

    private static func done(_ request: ControlRequest, _ words: String) -> ControlResponse {
        var json = JSONText()
        json.beginObject()
        json.member("words", words)
        json.endObject()
        return answer(request, [words], json.bytes)
    }

    static func answering(
        _ work: () async throws(GatewayError) -> ControlResponse
    ) async -> ControlResponse {
        do throws(GatewayError) {
            return try await work()
        } catch {
            switch error {
            case .refused(let words): return .text(422, words)
            case .service(let words): return .text(500, words)
            default: return .text(500, "\(error)")
            }
        }
    }
}

extension ControlResponse {
    fileprivate static func lines(_ lines: [String]) -> ControlResponse {
        .text(200, lines.joined(separator: "\n"))
    }
}
