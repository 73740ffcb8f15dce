import AttendanceLedger
public import LocalWeb
public import SiteModel

/// What `muster status` says: of the running service, or of the ledger alone.
public struct StatusReport: Sendable {
    public let isRunning: Bool
    public let site: String
    public let node: String
    public let stateDirectory: String
    public let listen: String
    public let ledgerPosition: LedgerSequence
    public let onSite: Int
    public let teams: [TeamPresence]
    public let grantedToday: Int
    public let refusedToday: Int
    public let isClockSynchronised: Bool?
    public let faults: [String]
    public let devices: [DeviceStatus]
    /// Nil when the ledger could not be asked.
    let evidence: EvidenceStatus?
    /// Records of leavers that wait in the reserve.
    public let reserveWaiting: Int
    /// Room on the disk of the state folder; nil when the system does not say.
    public let freeByteCount: Int?

    init(running snapshot: BoardSnapshot, _ configuration: Configuration, evidence: EvidenceStatus?) {
        self.evidence = evidence
        isRunning = true
        site = snapshot.siteName
        node = snapshot.node
        stateDirectory = configuration.stateDirectory
        listen = configuration.listen
        ledgerPosition = snapshot.ledgerPosition
        onSite = snapshot.onSiteCount
        teams = snapshot.teams
        grantedToday = snapshot.grantedTodayCount
        refusedToday = snapshot.refusedTodayCount
        isClockSynchronised = snapshot.isClockSynchronised
        faults = ([snapshot.ledgerFailure].compactMap { $0 } + snapshot.problems).map(\.english)
        devices = snapshot.devices
        reserveWaiting = snapshot.lateCount
        freeByteCount = snapshot.freeByteCount
    }

    /// The service does not run: only what the ledger file tells.
    init(stopped configuration: Configuration, ledgerPosition: LedgerSequence, evidence: EvidenceStatus?) {
        self.evidence = evidence
        isRunning = false
        site = configuration.site.name
        node = configuration.node
        stateDirectory = configuration.stateDirectory
        listen = configuration.listen
        self.ledgerPosition = ledgerPosition
        onSite = 0
        teams = []
        grantedToday = 0
        refusedToday = 0
        isClockSynchronised = nil
        faults = ["the service is not running"]
        devices = []
        reserveWaiting = 0
        freeByteCount = DiskSpace.freeByteCount(ofFolder: configuration.stateDirectory)
    }

    /// For people, faults first.
    public var lines: [String] {
        var lines = faults.map { "FAULT    \($0)" }
        lines += [
            "site     \(site), node \(node)", "state    \(stateDirectory)",
            "ledger   \(ledgerPosition) entries",
        ]
        lines += evidence?.lines ?? []
        if let freeByteCount { lines.append("disk     \(freeByteCount >> 20) MiB free") }
        guard isRunning else { return lines }
        if reserveWaiting > 0 { lines.append("reserve  \(reserveWaiting) records wait") }
        lines += [
            "clock    \(isClockSynchronised == true ? "synchronised" : "NOT synchronised")",
            "today    \(grantedToday) granted, \(refusedToday) refused", "on site  \(onSite)",
        ]
        lines += teams.map { "         \($0.name): \($0.onSiteCount) of \($0.memberCount)" }
        return lines + DeviceListing(devices).lines
    }

    public var json: JSONText {
        var json = JSONText()
        json.beginObject()
        json.member("running", isRunning)
        json.member("site", site)
        json.member("node", node)
        json.member("state_directory", stateDirectory)
        json.member("listen", listen)
        json.member("ledger_position", ledgerPosition.rawValue)
        evidence?.append(to: &json)
        json.member("free_bytes", freeByteCount.map(Int64.init))
        if let isClockSynchronised {
            json.member("clock_synchronised", isClockSynchronised)
            json.member("reserve_waiting", reserveWaiting)
            json.member("on_site", onSite)
            json.member("granted_today", grantedToday)
            json.member("refused_today", refusedToday)
        }
        json.name("teams")
        json.beginArray()
        for team in teams {
            json.beginObject()
            json.member("team", team.name)
            json.member("on_site", team.onSiteCount)
            json.member("members", team.memberCount)
            json.endObject()
        }
        json.endArray()
        json.name("faults")
        json.beginArray()
        for fault in faults { json.value(fault) }
        json.endArray()
        json.name("devices")
        DeviceListing(devices).append(to: &json)
        json.endObject()
        return json
    }
}
