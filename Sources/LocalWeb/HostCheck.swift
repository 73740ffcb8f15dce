/// Keeps a foreign web page from reading a board that listens on this machine only.
///
/// Such a page points a name of its own at 127.0.0.1 and lets the visitor's browser ask us (DNS rebinding).
/// The browser still says that name in `Host`, so only addresses, `localhost` and configured names are
/// answered. A board on the site network is meant to be found by whatever name the site gives it: no check.
struct HostCheck: Sendable {
    private let isActive: Bool
    private let names: Set<String>

    init(address: ListenAddress, names: [String]) {
        isActive = address.isLoopback
        self.names = Set(names.map { $0.lowercased() } + ["localhost"])
    }

    /// - Parameter authority: The value of `Host`, `name:port`; nil when the request has none.
    func allows(authority: String?) -> Bool {
        guard isActive else { return true }
        guard var host = authority?.lowercased() else { return false }
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            return ListenAddress.isIPv6(String(host[host.index(after: host.startIndex)..<end]))
        }
        if let colon = host.lastIndex(of: ":") { host = String(host[..<colon]) }
        return names.contains(host) || ListenAddress.isIPv4(host)
    }
}
