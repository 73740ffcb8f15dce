import DeviceDrivers
import DeviceSessions
import Foundation
import Logging
import SiteModel
import Synchronization

/// The real sessions and the real driver over real pseudo terminals, and what they handed up.
final class PanelSite: Sendable {
    static let siteKey = [UInt8](0x40...0x4F)
    static let keyReference = "credential:muster-osdp-key"

    let folder: String
    private struct Seen {
        var swipes: [(swipe: Swipe, handedUpAt: Uptime)] = []
        var failures = 0
        /// Passages and releases, and what came of commissioning.
        var words: [String] = []
        var commissioned: [String] = []
    }

    private let seen = Mutex(Seen())

    init() throws {
        folder = NSTemporaryDirectory() + "muster-osdp-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    }

    deinit {
        // try?: what is left in a temporary folder hurts nobody.
        try? FileManager.default.removeItem(atPath: folder)
    }

    func path(_ line: Int = 0) -> String { "\(folder)/line\(line)" }

    func reader(_ address: Int, line: Int = 0, _ options: [String: String]) -> ReaderPlan {
        ReaderPlan(
            name: ReaderName(lane: "lane\(line)", reader: "in\(address)"), address: .port(path(line)),
            driver: "osdp", direction: .entering,
            options: options.merging(["address": "\(address)", "baud": "115200"]) { $1 })
    }

    /// Runs the lanes while `body` does its part.
    func run(
        _ lanes: [LanePlan], key: [UInt8] = siteKey,
        _ body: @Sendable (DeviceSupervisor) async throws -> Void
    ) async throws {
        let supervisor = try DeviceSupervisor(
            plan: DevicePlan(lanes: lanes, secrets: DriverSecrets([Self.keyReference: key])),
            clock: try SystemSiteClock(), logger: Logger(label: "interop") { _ in SwiftLogNoOpLogHandler() },
            swipes: { [self] swipes in
                let now = SystemSiteClock.uptime()
                seen.withLock { $0.swipes += swipes.map { ($0, now) } }
                return swipes.map { _ in .granted }
            },
            events: { [self] event in
                seen.withLock { seen in
                    switch event {
                    case .openingFailed: seen.failures += 1
                    case .passage(_, _, let passage, _): seen.words.append(passage.name)
                    case .released(_, let isReleased): seen.words.append("released \(isReleased)")
                    case .commissioned(_, let act, let words):
                        seen.commissioned.append("\(act.name): \(words)")
                    default: return
                    }
                }
            })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await supervisor.run() }
            do {
                try await body(supervisor)
            } catch {
                supervisor.stop()
                throw error
            }
            supervisor.stop()
            try await group.waitForAll()
        }
    }

    var swipes: [Swipe] { seen.withLock { $0.swipes.map(\.swipe) } }
    /// Number of a card and when it was handed up.
    var reads: [(card: UInt64, at: Uptime)] {
        seen.withLock { seen in
            seen.swipes.compactMap {
                guard case .cardNumber(let card) = $0.swipe.credential else { return nil }
                return (card.value, $0.handedUpAt)
            }
        }
    }
    var words: [String] { seen.withLock { $0.words } }
    var commissioned: [String] { seen.withLock { $0.commissioned } }
    var failedOpenings: Int { seen.withLock { $0.failures } }
    var cardNumbers: [UInt64] {
        swipes.compactMap { if case .cardNumber(let card) = $0.credential { card.value } else { nil } }
    }
}

extension DeviceSupervisor {
    /// Of the first reader or, by name, another.
    func detail(_ name: String? = nil) -> String {
        statuses.first { name == nil || $0.name == name }?.detail ?? ""
    }

    func isSecure(_ name: String? = nil) -> Bool { detail(name).hasSuffix(", secure") }
    func hasFault(_ words: String, of name: String) -> Bool { detail(name).contains(words) }
    func isPlain(_ name: String? = nil) -> Bool { detail(name).hasSuffix(", in the clear") }
}
