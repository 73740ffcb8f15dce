import ArgumentParser
import DeviceSessions
import GatewayService
import SiteModel

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check a configuration file, show what is in force, print an annotated example.",
        subcommands: [Check.self, Show.self, Example.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a configuration without starting anything.",
            discussion: """
                Every key, driver and option is checked; a fault is named with file and line.

                Example:
                  muster config check --config /etc/muster/muster.yaml
                """)

        @OptionGroup var site: SiteOptions

        func run() async throws {
            try await reportingFailure {
                let configuration = try site.configuration()
                let state = StateDirectory(path: configuration.stateDirectory)
                _ = try Gateway.devicePlan(configuration, state: state)
                let warnings = try Self.pageWarnings(configuration)
                let readers = configuration.lanes.map(\.readers.count).reduce(0, +)
                Terminal.print(
                    "configuration is good: \(configuration.lanes.count) lanes, \(readers) readers, "
                        + "\(configuration.platforms.count) platforms")
                for warning in warnings { Terminal.printError("warning: \(warning)") }
            }
        }

        private static func pageWarnings(_ configuration: Configuration) throws -> [String] {
            let now = try RunCommand.clock().now()
            do throws(ConfigurationError) {
                return try configuration.checkPages(at: now)
            } catch {
                throw GatewayError.configuration(error)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show every setting that is in force.",
            discussion: """
                Example:
                  muster config show --state ./site
                """)

        @OptionGroup var site: SiteOptions

        @Flag(name: .long, help: "One JSON object.")
        var json = false

        func run() async throws {
            try await reportingFailure {
                let configuration = try site.configuration()
                Terminal.print(json ? configuration.settingsJSON : configuration.settingsText)
            }
        }
    }

    struct Example: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print an example file with every key, its default and what it means.",
            discussion: """
                Example:
                  muster config example > muster.yaml
                """)

        func run() async throws {
            Terminal.write(Configuration.exampleText, to: 1)
        }
    }
}
