import HTTPTypes
import Hummingbird
import HummingbirdCore
import Mustache
import SiteModel

/// The page `/`: what the platform holds and did, in numbers and bars.
struct SandboxPage: Sendable {
    private static let template: MustacheTemplate = {
        do {
            return try MustacheTemplate(
                string: String(decoding: PackageResources.sandbox_mustache, as: UTF8.self))
        } catch {
            preconditionFailure("the page of the sandbox is no template: \(error)")
        }
    }()

    let configuration: SandboxConfiguration
    let book: PlatformBook
    let faults: FaultPlan

    func add(to router: Router<SandboxContext>) {
        router.get("/") { _, _ in
            var response = Response.text(await html(), type: "text/html; charset=utf-8")
            response.headers[.contentSecurityPolicy] =
                "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            return response
        }
        router.get("/sandbox.css") { _, _ in
            Response.text(
                String(decoding: PackageResources.sandbox_css, as: UTF8.self), type: "text/css; charset=utf-8"
            )
        }
        router.get("/sandbox.js") { _, _ in
            Response.text(
                String(decoding: PackageResources.sandbox_js, as: UTF8.self),
                type: "text/javascript; charset=utf-8")
        }
    }

    func html() async -> String {
        let tally = await book.state()
        let last = tally.lastAcceptedAt.map { PlatformTime.secondText(of: $0) } ?? "—"
        let inForce = faults.rules.map(\.text).joined(separator: ", ")
        return Self.template.render([
            "projectCode": configuration.projectCode, "appID": configuration.appID, "lastAccepted": last,
            "rows": rows(tally), "requests": Self.bars(tally.requests.map { ($0.key, $0.value) }),
            "answers": Self.bars(tally.answers.map { (String($0.key), $0.value) }),
            "faults": Self.bars(faults.done.map { ($0.key.rawValue, $0.value) }),
            "inForce": inForce.isEmpty ? "—" : inForce,
        ])
    }

    private func rows(_ tally: Tally) -> [[String: Any]] {
        let most = max(1, tally.rows.values.max() ?? 1)
        return RecordKind.allCases.map { kind in
            let (count, duplicates) = (tally.rows[kind] ?? 0, tally.duplicates[kind] ?? 0)
            return [
                "chinese": Self.words(kind).chinese, "english": Self.words(kind).english, "count": count,
                "width": Self.width(count, of: most), "duplicates": duplicates,
                "hasDuplicates": duplicates > 0, "file": kind.plural,
            ]
        }
    }

    private static func bars(_ counts: [(String, Int)]) -> [[String: Any]] {
        let most = max(1, counts.map(\.1).max() ?? 1)
        return counts.sorted { $0.0 < $1.0 }.map { name, count in
            ["name": name, "count": count, "width": width(count, of: most)]
        }
    }

    /// Of 100; what is there at all is seen.
    private static func width(_ count: Int, of most: Int) -> Int {
        count == 0 ? 0 : max(1, count * 100 / most)
    }

    private static func words(_ kind: RecordKind) -> (chinese: String, english: String) {
        switch kind {
        case .company: ("参建单位", "companies")
        case .team: ("班组", "teams")
        case .worker: ("工人", "workers")
        case .entryExit: ("进退场", "entries and exits")
        case .contract: ("合同", "contracts")
        case .training: ("培训", "trainings")
        case .attendance: ("考勤", "attendance")
        case .payroll: ("工资单", "payroll")
        }
    }
}
