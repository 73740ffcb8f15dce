import AttendanceLedger
import DeviceSessions
import LocalWeb
import Logging
import ServiceLifecycle
import SiteModel

/// First in, last out: waits for the end, writes what still waits, `serviceStopped` and a last signature, and
/// closes the ledger.
struct LedgerService: Service {
    let ledger: LedgerWriter
    let journal: EventJournal
    let passages: PassageDesk
    let reserve: LeavingReserve
    let health: GatewayHealth
    let clock: any SiteClock
    let logger: Logger

    func run() async throws {
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            logger.warning("the service ends without its turn")
        }
        await passages.giveUp()
        let reading = clock.now()
        let gap = health.takeGap().map { EntryDraft($0, kind: .ledgerGap, clock: reading) }
        let mark = EntryDraft(ServiceMark(words: "stopped"), kind: .serviceStopped, clock: reading)
        await journal.write([gap, mark, .checkpoint(at: reading)].compactMap { $0 })
        if await !journal.isEmpty { logger.error("the stop was not recorded") }
        let lateCount = reserve.waitingCount
        if lateCount > 0, let fault = reserve.fault {
            logger.error(
                "leavers' records are lost", metadata: ["count": "\(lateCount)", "reason": "\(fault)"])
        }
        await ledger.close()
    }
}

/// Readers and barriers. On the way out: swipes already read are finished, barriers get their OFF.
struct DeviceService: Service {
    let supervisor: DeviceSupervisor
    let readiness: Readiness

    func run() async throws {
        await withGracefulShutdownHandler {
            await supervisor.run { await readiness.reach(.devices) }
        } onGracefulShutdown: {
            supervisor.stop()
        }
    }
}

/// Keeps the board's feed and the QR badges at the end of the ledger.
struct BoardFollower: Service {
    let ledger: LedgerWriter
    let feed: BoardFeed
    let badges: BadgeBook
    let logger: Logger

    func run() async throws {
        // A board that cannot be read must not close the gate: it is tried again.
        await retryUntilShutdown(every: .seconds(10)) {
            await cancelWhenGracefulShutdown {
                do {
                    for try await page in ledger.tail(after: feed.position).pages {
                        for entry in page { try badges.follow(entry) }
                        try feed.follow(page)
                    }
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("the board stands still", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}

/// The commands' socket. Without it the gate works, but nobody can ask it; so it is tried again.
struct ControlService: Service {
    let path: String
    let routes: [ControlRoute]
    let readiness: Readiness
    let logger: Logger

    func run() async throws {
        await retryUntilShutdown(every: .seconds(10)) {
            let server = ControlServer(path: path, routes: routes, logger: logger) {
                await readiness.reach(.control)
            }
            do {
                try await server.run()
            } catch {
                logger.error("no control socket", metadata: ["path": "\(path)", "error": "\(error)"])
                await readiness.reach(.control)
            }
        }
    }
}

/// The page. A taken port must not close the gate: the page says so in health and is tried again.
struct PageService: Service {
    let board: LiveBoard
    let office: Office
    let listen: String
    let certificate: PageCertificate?
    let health: GatewayHealth
    let readiness: Readiness

    func run() async throws {
        guard let address = ListenAddress(listen) else {
            preconditionFailure("the configuration was checked: \(listen)")
        }
        await retryUntilShutdown(every: .seconds(10)) {
            let server = LocalWebServer(
                board: board, office: office, address: address, certificate: certificate,
                logger: health.logger
            ) { bound in
                health.pageFailed(nil)
                await readiness.reach(.page(bound.url(isSecure: certificate != nil)))
            }
            do {
                try await server.run()
            } catch {
                health.pageFailed("The page cannot be served on \(listen): \(error)")
                await readiness.reach(.page(nil))
            }
        }
    }
}

/// Tells systemd that the shutdown has begun.
struct StopNotice: Service {
    let notifier: ServiceNotifier

    func run() async throws {
        try? await gracefulShutdown()  // try?: cancelled is a shutdown too.
        notifier.send("STOPPING=1")
    }
}

/// What a caller of `Gateway.run` wants done while the gateway serves.
struct AlongsideService: Service {
    let work: @Sendable () async -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown { await work() }
    }
}

/// Runs `body` again after each pause until the service group shuts down.
func retryUntilShutdown(every pause: Duration, _ body: @Sendable @escaping () async -> Void) async {
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
        await body()
        // try?: a pause cut short by the shutdown is over all the same.
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
    }
}
