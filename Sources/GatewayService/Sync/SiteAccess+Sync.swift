import LocalWeb
public import SiteModel

// What commands ask of the deliveries. The service has their file, so it must run; only a checkup needs none.
extension SiteAccess {
    public func syncStatus(_ format: Format) throws(GatewayError) -> String {
        try askSync(.get, "/sync", format)
    }

    /// Of what was refused, one line each; empty when nothing was.
    ///
    /// - Parameter isRevealed: with names and numbers; the look must stand in the ledger before.
    public func syncRejected(
        platform: String?, isRevealed: Bool, _ format: Format
    ) throws(GatewayError) -> [String] {
        try askSync(
            .get, "/sync/rejected", format, ["platform": platform, "reveal": isRevealed ? "1" : nil]
        ).split(separator: "\n").map(String.init)
    }

    /// A line for each day that has passes; the last two weeks unless said.
    public func syncDays(
        platform: String?, from: CivilDate?, to: CivilDate?, _ format: Format
    ) throws(GatewayError) -> [String] {
        try askSync(
            .get, "/sync/days", format,
            ["platform": platform, "from": from?.description, "to": to?.description]
        ).split(separator: "\n").map(String.init)
    }

    /// Compares days with what the platforms show, a line each; today unless said.
    public func syncReconcile(
        platform: String?, from: CivilDate?, to: CivilDate?, _ format: Format
    ) throws(GatewayError) -> [String] {
        try askSync(
            .post, "/sync/reconcile", format,
            ["platform": platform, "from": from?.description, "to": to?.description]
        ).split(separator: "\n").map(String.init)
    }

    public func settle(_ request: SettleRequest, _ format: Format) throws(GatewayError) -> String {
        try askSync(.post, "/sync/settle", format, body: request.encoded)
    }

    /// A line for each platform.
    public func settleAll(
        _ request: BulkSettleRequest, _ format: Format
    ) throws(GatewayError) -> [String] {
        try askSync(.post, "/sync/settle/all", format, body: request.encoded)
            .split(separator: "\n").map(String.init)
    }

    /// - Parameter order: `now`, `pause` or `resume`.
    public func sync(_ order: String, platform: String?, _ format: Format) throws(GatewayError) -> String {
        try askSync(.post, "/sync/\(order)", format, ["platform": platform])
    }

    /// Asks each platform whether it knows us.
    ///
    /// - Throws: `GatewayError.refused` with all findings when one of them is not good.
    public func syncCheck(
        platform: String?, _ format: Format, clock: any SiteClock
    ) async throws(GatewayError) -> String {
        // The service may have been given a credential that this process cannot read.
        let query = ["platform": platform].compactMapValues { $0 }.merging(format.query) { $1 }
        if let answer = try ask(.post, "/sync/check", ControlRequest(query: query)) {
            return try Self.words(of: answer)
        }
        let found = try await PlatformCheckup(plans: configuration.platforms, clock: clock)
            .findings(named: platform)
        let text = format == .json ? found.json.text : found.lines.joined(separator: "\n")
        guard found.allSatisfy(\.isGood) else { throw .refused(text) }
        return text
    }

    private static let notRunning = GatewayError.service("it does not run; start it first (muster run)")

    func askSync(
        _ method: ControlRoute.Method, _ path: String, _ format: Format, _ query: [String: String?] = [:],
        body: [UInt8] = []
    ) throws(GatewayError) -> String {
        let query = query.compactMapValues { $0 }.merging(format.query) { $1 }
        guard let answer = try ask(method, path, ControlRequest(query: query, body: body)) else {
            throw Self.notRunning
        }
        return try Self.words(of: answer)
    }
}
