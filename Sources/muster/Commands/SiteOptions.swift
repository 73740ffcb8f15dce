import ArgumentParser
import GatewayService

/// Which site a command means; the same two flags everywhere.
struct SiteOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Configuration file of the site.", valueName: "file"))
    var config: String?

    @Option(
        name: .long,
        help: ArgumentHelp("State folder of the site; goes over the configuration.", valueName: "dir"))
    var state: String?

    /// - Throws: `CommandFailure` with exit code 78 and the file's line.
    func configuration(listen: String? = nil) throws(CommandFailure) -> Configuration {
        do throws(ConfigurationError) {
            return try SiteSelection(configPath: config, stateDirectory: state, listen: listen)
                .configuration()
        } catch {
            throw CommandFailure(GatewayError.configuration(error))
        }
    }
}
