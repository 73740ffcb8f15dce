import LocalWeb
import PlatformSync
public import SiteModel

/// What a person decided about many refused deliveries at once.
///
/// Array of 7: `[platform or null, code or null, day or null, is resent, is dry, by, reason]`.
public struct BulkSettleRequest: Sendable, Hashable {
    /// Nil: all.
    let platform: String?
    /// The platform's code; nil only where there is a day.
    let code: String?
    /// Of the passes.
    let day: CivilDate?
    /// Sent once more; false: never to be sent.
    let isResent: Bool
    /// Counts, and decides nothing.
    let isDry: Bool
    let by: String
    let reason: String

    public init(
        platform: String?, code: String?, day: CivilDate?, isResent: Bool, isDry: Bool, by: String,
        reason: String
    ) {
        self.platform = platform
        self.code = code
        self.day = day
        self.isResent = isResent
        self.isDry = isDry
        self.by = by
        self.reason = reason
    }

    var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 7)
        encoder.append(platform)
        encoder.append(code)
        encoder.append(day?.daysSince1970)
        encoder.append(isResent)
        encoder.append(isDry)
        encoder.append(by)
        encoder.append(reason)
        return encoder.bytes
    }

    init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() == 7 else { throw decoder.failure }
        platform = try decoder.optionalText()
        code = try decoder.optionalText()
        day = try decoder.optionalInteger().map(CivilDate.init(daysSince1970:))
        isResent = try decoder.bool()
        isDry = try decoder.bool()
        by = try decoder.text()
        reason = try decoder.text()
        guard !reason.isEmpty, reason.utf8.count <= 1_000, code != nil || day != nil else {
            throw decoder.failure
        }
    }
}

/// What came of it at one platform.
struct BulkSettledLine: Sendable {
    let platform: String
    let request: BulkSettleRequest
    let found: BulkSettlement

    var line: String {
        let verb = request.isResent ? "sent once more" : "never sent"
        var words = "\(platform)  \(found.count) \(request.isDry ? "would be" : "are") \(verb)"
        if found.keptCount > 0 {
            words += ", \(found.keptCount) stay: each is to be settled by itself (muster sync rejected)"
        }
        return words
    }

    var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("platform", platform)
        json.member("count", found.count)
        json.member("kept", found.keptCount)
        json.member("dry_run", request.isDry)
        json.member("act", request.isResent ? "resend" : "dismiss")
        json.endObject()
        return json.text
    }
}

extension SyncDesk {
    /// Decides about all that are chosen, platform by platform.
    func settleAll(_ request: BulkSettleRequest) async throws(GatewayError) -> [BulkSettledLine] {
        var lines: [BulkSettledLine] = []
        for link in try links(named: request.platform) {
            guard let delivery = link.delivery else { continue }
            do throws(DeliveryError) {
                let found = try await delivery.settleAll(
                    RefusedSelection(code: request.code, day: request.day), resend: request.isResent,
                    by: request.by, reason: request.reason, isDry: request.isDry)
                lines.append(BulkSettledLine(platform: link.name, request: request, found: found))
            } catch {
                throw GatewayError(error)
            }
        }
        return lines
    }
}
