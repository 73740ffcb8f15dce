import SiteModel

/// Whether a second device answers at an address: whole frames that come when the one answer is already
/// there.
struct OSDPTwins: Sendable {
    /// The last command was said once and is answered: another answer to it is somebody else's. False while
    /// nobody knows, as with a slow device that was asked twice.
    var isAnsweredOnce = false
    /// The second one is there, as far as we know.
    private(set) var areThere = false
    /// When its last answers came, the newest last; at most `limit`.
    private var strays: [Uptime] = []

    /// - Returns: whether this shows that there are two, and nobody knew.
    mutating func noteStray(at uptime: Uptime) -> Bool {
        guard isAnsweredOnce else { return false }
        strays = strays.filter { uptime - $0 < Self.memory }.suffix(Self.limit - 1) + [uptime]
        guard !areThere, strays.count >= Self.limit else { return false }
        areThere = true
        return true
    }

    /// - Returns: whether there were two and the second one has been quiet for a minute; says so once.
    mutating func isOver(at uptime: Uptime) -> Bool {
        guard areThere, let last = strays.last, uptime - last >= Self.memory else { return false }
        (areThere, strays) = (false, [])
        return true
    }

    private static let limit = 5
    private static let memory = Duration.seconds(60)
}
