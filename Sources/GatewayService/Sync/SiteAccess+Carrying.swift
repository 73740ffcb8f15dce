import LocalWeb

// What commands ask about bundles. The service has ledger and keys, so it must run.
extension SiteAccess {
    /// - Parameter request: its path is a new file in the state folder.
    public func syncExport(_ request: CarryRequest, _ format: Format) throws(GatewayError) -> String {
        try askSync(.post, "/sync/export", format, body: request.encoded)
    }

    /// - Parameter request: its path is a file in the state folder.
    public func syncImport(_ request: CarryRequest, _ format: Format) throws(GatewayError) -> String {
        try askSync(.post, "/sync/import", format, body: request.encoded)
    }

    /// - Parameter request: its path is a folder in the state folder.
    /// - Returns: names of the files there, a line each.
    public func writeReceipts(_ request: CarryRequest) throws(GatewayError) -> [String] {
        try askSync(.post, "/sync/receipts/write", .text, body: request.encoded)
            .split(separator: "\n").map(String.init)
    }

    /// - Parameter request: its path is a file in the state folder.
    public func takeReceipts(_ request: CarryRequest, _ format: Format) throws(GatewayError) -> String {
        try askSync(.post, "/sync/receipts/take", format, body: request.encoded)
    }

    /// Where command and service hand files to each other.
    public var stateDirectory: String { configuration.stateDirectory }
}
