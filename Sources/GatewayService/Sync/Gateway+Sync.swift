import AttendanceLedger
import Logging
import PersonnelChanges
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
        self.init(
            links: configuration.platforms.map {
                PlatformLink(
                    $0, directory: configuration.stateDirectory, ledger: ledger, reader: reader, time: time,
                    logger: logger)
            }, people: people, time: time,
            siteOffsetMilliseconds: configuration.site.offsetMilliseconds)
    }
}
