import LocalWeb
import PlatformSync
import SiteModel

/// Asks platforms whether they know us: `muster sync check`. With connections of its own, so that it works
/// before the service was ever started; while it runs, in the platform's turn.
struct PlatformCheckup: Sendable {
    let plans: [PlatformPlan]
    let clock: any SiteClock
    /// Of each platform by its name; none where nothing is delivered meanwhile.
    var turns: [String: PlatformTurn] = [:]

    struct Finding: Sendable {
        let platform: String
        let isGood: Bool
        /// The platform's code; nil where it did not answer.
        let code: String?
        let words: String

        var line: String {
            isGood
                ? "\(platform): good"
                : code.map { "\(platform): REFUSED, the platform says: \($0) \(words)" }
                    ?? "\(platform): NOT REACHED, \(words)"
        }
    }

    /// - Parameter name: nil asks each.
    func findings(named name: String?) async throws(GatewayError) -> [Finding] {
        let asked = plans.filter { name == nil || $0.name == name }
        guard !asked.isEmpty else {
            throw .refused(name.map { "there is no platform '\($0)'" } ?? "no platform is configured")
        }
        var findings: [Finding] = []
        for plan in asked { findings.append(await finding(plan)) }
        return findings
    }

    private func finding(_ plan: PlatformPlan) async -> Finding {
        let adapter: OpenAPIPlatform
        do throws(ConfigurationError) {
            adapter = try plan.adapter(credentials: HostEnvironment.credentialsDirectory, clock: clock)
        } catch {
            return Finding(platform: plan.name, isGood: false, code: nil, words: "\(error)")
        }
        let turn = turns[plan.name] ?? PlatformTurn()
        let found = await turn.take { await adapter.check() }
        await adapter.close()
        return switch found {
        case .good: Finding(platform: plan.name, isGood: true, code: nil, words: "")
        case .refused(let refusal):
            Finding(
                platform: plan.name, isGood: false, code: refusal.code,
                words: refusal.words.maskingNumbers())
        case .notReached(let reason):
            Finding(platform: plan.name, isGood: false, code: nil, words: reason)
        }
    }
}

extension [PlatformCheckup.Finding] {
    var lines: [String] { map(\.line) }

    /// An array of `name, good, code, words`.
    var json: JSONText {
        var json = JSONText()
        json.beginArray()
        for finding in self {
            json.beginObject()
            json.member("name", finding.platform)
            json.member("good", finding.isGood)
            json.member("code", finding.code)
            json.member("words", finding.words)
            json.endObject()
        }
        json.endArray()
        return json
    }
}
