import GatewayService
import SiteModel

/// Whoever sees whole names and numbers by command stands in the ledger first.
enum RevealedLook {
    /// Returns when the entry is on disk; what is to be shown is shown after that.
    ///
    /// - Parameter place: the command, `roster export`.
    static func record(
        _ place: String, count: Int, worker: WorkerID? = nil, on access: SiteAccess
    ) async throws {
        guard count > 0 else { return }
        let shown = PersonalDataShown(account: HostEnvironment.userName, place: place, workerCount: count)
        try await access.record(shown, of: worker, clock: try RunCommand.clock())
    }
}
