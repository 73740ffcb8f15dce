import AttendanceLedger
import Logging
import PlatformSync
import ServiceLifecycle
import SiteModel
import Synchronization

/// The deliveries of other nodes' records, as bundles bring them: a link for each of these nodes and each
/// platform.
final class CarriedLinks: Sendable {
    let carrying: Carrying
    /// One command about bundles at a time.
    let turn = PlatformTurn()
    private let plans: [PlatformPlan]
    private let turns: [String: PlatformTurn]
    private let time: SiteTime
    private let logger: Logger
    private let known = Mutex<[PlatformLink]>([])
    private let (arrivals, arrival) = AsyncStream.makeStream(of: PlatformLink.self)

    init(
        _ carrying: Carrying, plans: [PlatformPlan], turns: [String: PlatformTurn], time: SiteTime,
        logger: Logger
    ) {
        self.carrying = carrying
        self.plans = plans
        self.turns = turns
        self.time = time
        self.logger = logger
    }

    var links: [PlatformLink] { known.withLock { $0 } }

    /// What was brought by earlier runs.
    ///
    /// - Returns: what of it cannot be delivered.
    func open() async -> [String] {
        await turn.take {
            let (ledgers, faults) = await carrying.open()
            for ledger in ledgers { add(ledger) }
            return faults
        }
    }

    /// A bundle came: its records go up, with those that were here.
    func take(_ path: String, by name: String) async throws(GatewayError) -> (from: String, newCount: Int64) {
        guard !plans.isEmpty else {
            throw .refused("no platform is configured here: nothing could be delivered")
        }
        do throws(DeliveryError) {
            let taken = try await carrying.take(path, by: name)
            add(taken.ledger)
            for link in links where link.source.directory == taken.ledger.directory {
                link.delivery?.hasMore()
            }
            return (taken.ledger.origin.text, taken.newCount)
        } catch {
            throw GatewayError(error)
        }
    }

    private func add(_ ledger: CarriedLedger) {
        guard !links.contains(where: { $0.source.directory == ledger.directory }) else { return }
        let source = DeliverySource(ledger)
        let links = plans.map { plan in
            PlatformLink(
                plan, source: source, turn: turns[plan.name] ?? PlatformTurn(), time: time, logger: logger)
        }
        known.withLock { $0 += links }
        for link in links { arrival.yield(link) }
    }

    /// Delivers what is here and what comes, until the service stops.
    func deliver(siteOffsetMilliseconds: Int64) async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { tasks in
                for await link in arrivals {
                    tasks.addTask {
                        // A link that ends early is said on the page; the others go on.
                        try? await DeliveryService(  // try?: cancelled with the service.
                            link: link, siteOffsetMilliseconds: siteOffsetMilliseconds
                        ).run()
                    }
                }
            }
        } onGracefulShutdown: { [arrival] in
            arrival.finish()
        }
        await carrying.close()
    }
}

/// Delivers what other nodes recorded. Without it the gate works.
struct CarriedService: Service {
    let carried: CarriedLinks
    let siteOffsetMilliseconds: Int64
    let logger: Logger

    func run() async throws {
        for fault in await carried.open() {
            logger.error("what another node recorded is not delivered", metadata: ["error": "\(fault)"])
        }
        try await carried.deliver(siteOffsetMilliseconds: siteOffsetMilliseconds)
    }
}
