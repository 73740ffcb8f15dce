import AttendanceLedger
import LocalWeb
import Logging
import PlatformSync
import SiteModel
import Synchronization

/// One platform of the site while the service runs: its deliveries, how they stood at the last look, and how
/// the backlog ran.
final class PlatformLink: Sendable {
    private struct State {
        /// Made at the first attempt; the file of the deliveries has one user.
        var delivery: PlatformDelivery?
        var adapter: OpenAPIPlatform?
        /// Why nothing is delivered at all; nil while it is.
        var fault: String?
        /// The fault that was logged last.
        var loggedFault: String?
        var status: DeliveryStatus?
        var backlog = BacklogRing()
        /// What the newest comparison of each of the newest days found.
        var compared: [CivilDate: Reconciliation] = [:]
    }

    /// Of days whose comparison is remembered.
    private static let comparedLimit = 31

    let plan: PlatformPlan
    let source: DeliverySource
    let turn: PlatformTurn
    let time: SiteTime
    let logger: Logger
    private let state = Mutex(State())

    /// - Parameter turn: of the platform.
    init(
        _ plan: PlatformPlan, source: DeliverySource, turn: PlatformTurn, time: SiteTime, logger: Logger
    ) {
        self.plan = plan
        self.source = source
        self.turn = turn
        self.time = time
        self.logger = logger
    }

    /// `city`; of another node's records `city/north-gate-7f3a9c21`.
    var name: String { source.carriedFrom.map { "\(plan.name)/\($0)" } ?? plan.name }
    var delivery: PlatformDelivery? { state.withLock { $0.delivery } }
    var backlog: BacklogRing { state.withLock { $0.backlog } }
    /// Days that do not agree, newest first; those of this run of the service.
    var differences: [Reconciliation] {
        state.withLock { $0.compared.values.filter { !$0.agrees } }.sorted { $0.day > $1.day }
    }

    func remember(_ found: Reconciliation) {
        state.withLock { state in
            state.compared[found.day] = found
            guard state.compared.count > Self.comparedLimit, let oldest = state.compared.keys.min() else {
                return
            }
            state.compared[oldest] = nil
        }
    }

    /// Delivers until `stop`. What goes wrong is logged once and shown until the next attempt.
    func deliver() async {
        state.withLock { $0.fault = nil }
        do {
            try await opened().run()
        } catch is CancellationError {
            return
        } catch {
            let words = "\(error)"
            let isNew = state.withLock { state in
                // What is still in memory of a file that could not be written may not stand on the disk.
                if case .storage? = error as? DeliveryError { state.delivery = nil }
                defer { (state.fault, state.loggedFault) = (words, words) }
                return state.loggedFault != words
            }
            if isNew {
                logger.error(
                    "deliveries stand still", metadata: ["platform": "\(name)", "error": "\(words)"])
            }
        }
    }

    private func opened() throws -> PlatformDelivery {
        if let delivery { return delivery }
        let adapter =
            try state.withLock { $0.adapter }
            ?? plan.adapter(credentials: HostEnvironment.credentialsDirectory, clock: time)
        // Kept before anything may throw: who opened it closes it.
        state.withLock { $0.adapter = adapter }
        let delivery = try PlatformDelivery(
            name: plan.name, adapter: TurnTakingPlatform(platform: adapter, turn: turn),
            directory: source.directory, ledger: source.ledger, reader: source.reader,
            answers: source.answers, newest: source.newest, clock: time, corrected: source.corrected,
            policy: plan.policy,
            logger: logger)
        state.withLock { $0.delivery = delivery }
        return delivery
    }

    /// Ends after the request that is under way.
    func stop() async { await delivery?.stop() }

    /// Call last.
    func close() async { await state.withLock { $0.adapter }?.close() }

    /// Looks every ten seconds, until it is cancelled.
    func watch() async {
        while !Task.isCancelled {
            await look()
            // try?: a pause cut short is over all the same.
            try? await Task.sleep(for: BacklogRing.pause)
        }
    }

    private func look() async {
        guard let delivery else { return }
        do throws(DeliveryError) {
            let status = try await delivery.status()
            let at = time.instant(of: time.now())
            state.withLock { state in
                state.status = status
                state.backlog.append(
                    BacklogSample(
                        at: at, waitingCount: status.waitingCount, confirmedCount: status.confirmed))
            }
        } catch {
            state.withLock { $0.fault = "\(error)" }
        }
    }

    /// As it was at the last look: for health, which must not wait.
    var lastStanding: PlatformStanding { standing(state.withLock { $0.status }) }

    /// As it is now.
    func standing() async -> PlatformStanding {
        guard let delivery else { return lastStanding }
        do throws(DeliveryError) {
            let status = try await delivery.status()
            state.withLock { $0.status = status }
            return standing(status)
        } catch {
            state.withLock { $0.fault = "\(error)" }
            return lastStanding
        }
    }

    private func standing(_ status: DeliveryStatus?) -> PlatformStanding {
        let (adapter, fault) = state.withLock { ($0.adapter, $0.fault) }
        return PlatformStanding(
            name: name, status: status, fault: fault, isPlainText: plan.isPlainText,
            certificateEnd: adapter?.certificateEnd,
            isCertificateEnding: adapter?.certificateEndsSoon ?? false)
    }
}

extension Reconciliation {
    /// Nothing is missing there, and nothing is there that should not be.
    var agrees: Bool { missing.isEmpty && unexpected == 0 && repeated == 0 }
}

extension DeliveryStatus {
    /// Passes and changes that the platform has not answered for good.
    var waitingCount: Int64 { open + sent + unknown + changesOpen + changesSent }
    /// What a person has to decide about.
    var refusedCount: Int64 { rejected + changesRejected + corrected + payroll.rejected }
    /// It paused by itself; nil: it did not.
    func pauseWords(_ name: String) -> BoardWords? {
        pauseCode.map { code in
            let code = code.maskingNumbers()
            let count = Self.refusalsUntilPause
            return BoardWords(
                "平台 \(name) 连续退回 \(count) 条（代码 \(code)），已自动暂停上报",
                "\(name) refused \(count) in a row (code \(code)), so deliveries paused by themselves: "
                    + "muster sync rejected, then muster sync resume")
        }
    }
    /// Nothing can be sent before somebody mends a company or a team.
    var isHeldUp: Bool { !refusedUnits.isEmpty && open == held && sent + unknown + changesSent == 0 }
}
