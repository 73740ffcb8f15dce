import AttendanceLedger
import LocalWeb
import PlatformSync

extension SiteAccess {
    /// Has the running service sign where the chain stands, in an entry of its own.
    ///
    /// - Returns: false when none runs; then nothing was written.
    public func signByTheService() throws(GatewayError) -> Bool {
        guard let answer = try ask(.post, "/ledger/checkpoint", ControlRequest()) else { return false }
        guard answer.status == 200 else { throw .service(String(decoding: answer.body, as: UTF8.self)) }
        return true
    }

    /// Marks where deliveries stand to be made again from the ledger at the next start: what was confirmed is
    /// read from the ledger, all else is looked for at the platform before it is sent. After `rebuild`.
    ///
    /// - Returns: the files.
    public func rebuildDeliveries() throws(GatewayError) -> [String] {
        do throws(DeliveryError) {
            return try DeliveryRebuild.mark(in: state.path)
        } catch {
            throw .refused("\(error)")
        }
    }
}
