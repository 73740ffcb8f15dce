import Accounts
import AttendanceLedger
import DeviceSessions
import GatewayService
import Glibc
import SiteModel
import VirtualSite

/// An invented site around the real service: virtual devices on pseudo-terminals, the roster, the traffic.
struct DemoSite {
    private let folder: String
    private let isKept: Bool
    private let configuration: Configuration
    private let clock: SystemSiteClock
    private let devices: DemoDevices
    private let site: InventedSite

    init(listen: String, state: String?) throws {
        clock = try RunCommand.clock()
        isKept = state != nil
        folder = try state ?? Self.temporaryFolder()
        guard access(folder + "/ledger.db", F_OK) != 0 else {
            throw CommandFailure(
                "\(folder) holds a ledger already: the demo needs a folder of its own", code: 73)
        }
        try StateDirectory(path: folder).make()
        var configuration = try SiteSelection(configPath: nil, stateDirectory: folder, listen: listen)
            .configuration()
        configuration.site.name = "演示工地"
        configuration.node = "demo"
        devices = try DemoDevices(folder: configuration.stateDirectory)
        configuration.lanes = devices.lanes
        self.configuration = configuration
        let today = clock.now().wall.day(offsetMilliseconds: configuration.site.offsetMilliseconds)
        site = InventedSite(today: today)
    }

    /// Serves and sends people through until `duration` is over (for ever without one), then compares all
    /// counts. A sandbox platform takes what is delivered.
    func run(for duration: Duration?) async throws -> DemoSummary {
        try await writeRoster()
        let password = try await addAccounts()
        let traffic = DemoTraffic(site: site, devices: devices)
        let platform = try DemoPlatform(folder: folder, clock: clock)
        try await platform.serve { [self] plan, platformPage in
            var configuration = configuration
            configuration.platforms = [plan]
            let gateway = try await Gateway.open(
                configuration, clock: clock, version: Version.text,
                logger: RunCommand.logger(isDebugging: false))
            try await gateway.run(
                onReady: { page in
                    guard let page else {
                        return Terminal.printError("muster demo: the page could not be served")
                    }
                    Terminal.printError(
                        """
                        muster demo: watch \(page)
                        muster demo: deliveries \(page)sync, changes \(page)changes
                        muster demo: log in as \(Self.accountNames) with \(password)
                        muster demo: what the platform holds \(platformPage)
                        """)
                },
                alongside: { await traffic.run(for: duration) })
        }
        let summary = try DemoSummary(
            traffic: traffic.counts, devices: devices,
            reader: SiteAccess(configuration).openReader())
        if !isKept { removeFolder() }
        return summary
    }

    private static let accounts: [(name: String, role: AccountRole, displayName: String)] = [
        ("officer", .labourOfficer, "演示劳资员"), ("manager", .siteManager, "演示经理"),
        ("inspector", .inspector, "演示检查员"),
    ]
    private static var accountNames: String { accounts.map(\.name).joined(separator: ", ") }

    /// - Returns: the password of all of them, of this run alone.
    private func addAccounts() async throws -> String {
        let words = (0..<3).map { _ in String(UInt16.random(in: 1_000...9_999)) }.joined(separator: "-")
        for account in Self.accounts {
            _ = try await SiteAccess(configuration).change(
                AccountOrder(
                    .added, name: account.name, role: account.role, displayName: account.displayName,
                    password: Password(words), by: HostEnvironment.userName), clock: clock)
        }
        return words
    }

    private func writeRoster() async throws {
        let today = clock.now().wall.day(offsetMilliseconds: configuration.site.offsetMilliseconds)
        let roster = DemoRoster(site: site, today: today, clock: clock.now())
        try await SiteAccess(configuration).write(roster.write)
        try await DemoChanges(access: SiteAccess(configuration), site: site, today: today, clock: clock)
            .record()
    }

    private static func temporaryFolder() throws -> String {
        var template = Array("/tmp/muster-demo-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw CommandFailure("no temporary folder: error \(errno)", code: 73)
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes what the demo made in its own folder, and the folder.
    private func removeFolder() {
        for name in LedgerFiles.names(in: folder) where name != "." && name != ".." {
            unlink(folder + "/" + name)
        }
        rmdir(folder)
    }
}

/// The devices of the demo: an ID-card reader to enter, a card reader to leave, one relay board for both
/// lanes.
struct DemoDevices {
    static let portNames = ["port-id-card", "port-card", "port-relay"]

    let idCardReader: VirtualIDCardReader
    let cardReader: VirtualCardReader
    let relay: VirtualRelayBoard
    let lanes: [LanePlan]

    init(folder: String) throws {
        let ports = Self.portNames.map { folder + "/" + $0 }
        idCardReader = try VirtualIDCardReader(path: ports[0], pacing: .baud(115_200))
        cardReader = try VirtualCardReader(path: ports[1])
        relay = try VirtualRelayBoard(path: ports[2])
        lanes = [
            Self.lane("in", "resident-id-card", .entering, port: ports[0], relay: ports[2], channel: 1),
            Self.lane("out", "rdm6300", .leaving, port: ports[1], relay: ports[2], channel: 2),
        ]
    }

    private static func lane(
        _ name: String, _ driver: String, _ direction: Direction, port: String, relay: String, channel: Int
    ) -> LanePlan {
        LanePlan(
            name: name,
            readers: [
                ReaderPlan(
                    name: ReaderName(lane: name, reader: "reader-1"), address: .port(port), driver: driver,
                    direction: direction)
            ],
            barrier: BarrierPlan(
                lane: name, address: .port(relay), driver: "lcus-relay", options: ["channel": "\(channel)"]))
    }
}
