import ArgumentParser
import GatewayService
import Glibc
import Logging
import SiteModel

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Serve the readers, lanes and pages of this machine.",
        discussion: """
            Without any configuration: devices by profile, the ledger in the state folder, the page on
            127.0.0.1:8470.
            Ends on SIGTERM or Ctrl-C after finishing what was accepted.

            Example:
              muster run --config /etc/muster/muster.yaml
              muster run --state ./site --listen 127.0.0.1:0
            """)

    @OptionGroup var site: SiteOptions

    @Option(
        name: .long,
        help: ArgumentHelp("Address of the pages; port 0 takes a free one.", valueName: "host:port"))
    var listen: String?

    @Flag(name: .long, help: "Log every swipe (masked).")
    var debug = false

    func run() async throws {
        // Until the service group listens for it, nothing is accepted that would have to be finished.
        signal(SIGTERM) { _ in _exit(0) }
        try await reportingFailure {
            let configuration = try site.configuration(listen: listen)
            let gateway = try await Gateway.open(
                configuration, clock: try Self.clock(), version: Version.text,
                logger: Self.logger(isDebugging: debug))
            try await gateway.run { page in
                Terminal.printError(
                    "muster ready: page \(page ?? "not served"), node \(configuration.node), "
                        + "state \(configuration.stateDirectory)")
            }
        }
    }

    static func clock() throws -> SystemSiteClock {
        do throws(ClockError) {
            return try SystemSiteClock()
        } catch {
            throw GatewayError.clock("\(error)")
        }
    }

    static func logger(isDebugging: Bool) -> Logger {
        var logger = Logger(label: "muster") { _ in StreamLogHandler.standardError(label: "muster") }
        logger.logLevel = isDebugging ? .debug : .notice
        return logger
    }
}
