import ArgumentParser
import GatewayService

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "What the service is doing: ledger, people on site, readers, faults.",
        discussion: """
            Works without the service too; then it tells what the ledger file tells and says that nobody
            serves.

            Example:
              muster status
              muster status --json --state /var/lib/muster
            """)

    @OptionGroup var site: SiteOptions

    @Flag(name: .long, help: "One JSON object.")
    var json = false

    func run() async throws {
        try await reportingFailure {
            let access = SiteAccess(try site.configuration())
            Terminal.print(try access.status(json ? .json : .text))
        }
    }
}
