import AttendanceLedger
import Logging
import PersonnelChanges
import PlatformSync
public import SiteModel

extension Gateway {
    /// Reads what the platforms of the configuration need: secrets, certificates. Nothing is sent.
    public static func checkPlatforms(
        _ configuration: Configuration, clock: any SiteClock
    ) async throws(GatewayError) {
        do throws(ConfigurationError) {
            for plan in configuration.platforms {
                try await plan.check(credentials: HostEnvironment.credentialsDirectory, clock: clock)
            }
        } catch {
            throw .configuration(error)
        }
    }
}

extension SyncDesk {
    init(
        _ configuration: Configuration, ledger: LedgerWriter, reader: LedgerReader, people: PeopleBook,
        time: SiteTime, logger: Logger
    ) {
        let turns = Dictionary(
            uniqueKeysWithValues: configuration.platforms.map { ($0.name, PlatformTurn()) })
        let source = DeliverySource(
            directory: configuration.stateDirectory, ledger: ledger, reader: reader, time: time)
        let carrying = Carrying(
            directory: configuration.stateDirectory, node: configuration.node, ledger: ledger,
            reader: reader, clock: time)
        self.init(
            own: configuration.platforms.map {
                PlatformLink(
                    $0, source: source, turn: turns[$0.name] ?? PlatformTurn(), time: time, logger: logger)
            },
            carried: CarriedLinks(
                carrying, plans: configuration.platforms, turns: turns, time: time, logger: logger),
            people: people,
            payroll: PayrollDesk(
                ledger: ledger, reader: reader, time: time,
                offsetMilliseconds: configuration.site.offsetMilliseconds),
            time: time,
            siteOffsetMilliseconds: configuration.site.offsetMilliseconds)
    }
}
