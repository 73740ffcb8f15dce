import AttendanceLedger
import LocalWeb
import PlatformSync
import SiteModel

/// What commands may ask about bundles, over the service's socket. Files lie in the state folder: command and
/// service both reach it, and the service alone reads the ledger's keys.
struct CarryRoutes: Sendable {
    let carried: CarriedLinks

    var all: [ControlRoute] {
        [
            route("/sync/export") { asked, json throws(GatewayError) in
                let bundle = try await Self.attempting { () throws(DeliveryError) in
                    try await carried.carrying.export(
                        to: asked.path, isWhole: asked.isWhole, by: asked.by)
                }
                json.member("origin", bundle.origin.text)
                json.member("after", bundle.after.rawValue)
                json.member("last", bundle.last.rawValue)
                return "entries \(bundle.after.next) to \(bundle.last) of \(bundle.origin)"
            },
            route("/sync/import") { asked, json throws(GatewayError) in
                let taken = try await carried.take(asked.path, by: asked.by)
                json.member("origin", taken.from)
                json.member("new_entries", taken.newCount)
                return taken.newCount == 0
                    ? "nothing new of \(taken.from)" : "\(taken.newCount) new entries of \(taken.from)"
            },
            route("/sync/receipts/write") { asked, json throws(GatewayError) in
                let paths = try await Self.attempting { () throws(DeliveryError) in
                    try await carried.carrying.writeReceipts(to: asked.path)
                }
                let names = paths.compactMap { $0.split(separator: "/").last.map(String.init) }
                json.name("files")
                json.beginArray()
                for name in names { json.value(name) }
                json.endArray()
                return names.joined(separator: "\n")
            },
            route("/sync/receipts/take") { asked, json throws(GatewayError) in
                let found = try await Self.attempting { () throws(DeliveryError) in
                    try await carried.carrying.takeReceipts(asked.path, by: asked.by)
                }
                json.member("origin", found.origin.text)
                json.member("confirmed", found.confirmedCount)
                json.member("rejected", found.rejectedCount)
                json.member("other", found.otherCount)
                json.member("strange", found.strangeCount)
                return Self.words(of: found)
            },
        ]
    }

    private static func words(of found: ReceiptsOutcome) -> String {
        var words =
            "from \(found.origin): \(found.confirmedCount) passes confirmed, "
            + "\(found.rejectedCount) rejected, \(found.otherCount) other answers"
        if found.strangeCount > 0 {
            words += "; \(found.strangeCount) answers are to entries that this ledger lost"
        }
        return words
    }

    private func route(
        _ path: String,
        _ work: @escaping @Sendable (CarryRequest, inout JSONText) async throws(GatewayError) -> String
    ) -> ControlRoute {
        ControlRoute(.post, path) { request in
            let asked: CarryRequest
            do throws(CanonicalDecodingError) {
                asked = try CarryRequest(encoded: request.body)
            } catch {
                return .otherVersion
            }
            return await carried.turn.take {
                await SyncRoutes.answering { () throws(GatewayError) in
                    var json = JSONText()
                    json.beginObject()
                    let words = try await work(asked, &json)
                    json.member("words", words)
                    json.endObject()
                    return request.query["format"] == "text"
                        ? .text(200, words) : ControlResponse(body: json.bytes)
                }
            }
        }
    }

    private static func attempting<Value>(
        _ work: () async throws(DeliveryError) -> Value
    ) async throws(GatewayError) -> Value {
        do throws(DeliveryError) { return try await work() } catch { throw GatewayError(error) }
    }
}
