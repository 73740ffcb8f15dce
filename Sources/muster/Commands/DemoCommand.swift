import ArgumentParser
import GatewayService
import SiteModel

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract:
            "Watch an invented site: virtual readers and relay, the real service, a live page.",
        discussion: """
            Three teams and 60 invented workers pass a resident-ID reader and a card reader on
            pseudo-terminals; a relay board opens the lanes, and a sandbox platform takes the deliveries.
            Everything between is the real thing.
            Without --for it runs until Ctrl-C.

            Example:
              muster demo
              muster demo --for 20s
            """)

    @Option(
        name: .customLong("for"), help: ArgumentHelp("Stop by itself, with a summary.", valueName: "duration")
    )
    var time: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Address of the page; port 0 takes a free one.", valueName: "host:port"))
    var listen = "127.0.0.1:8470"

    @Option(name: .long, help: ArgumentHelp("Keep the site's ledger in this empty folder.", valueName: "dir"))
    var state: String?

    func validate() throws {
        guard let time else { return }
        guard let duration = Duration(text: time), duration >= .seconds(1), duration <= .seconds(86_400)
        else {
            throw ValidationError("--for must be a duration from 1s to 24h, such as 20s")
        }
    }

    func run() async throws {
        try await reportingFailure {
            let demo = try DemoSite(listen: listen, state: state)
            let summary = try await demo.run(for: time.flatMap { Duration(text: $0) })
            Terminal.print(summary.lines.joined(separator: "\n"))
            guard summary.agrees else { throw ExitCode(1) }
        }
    }
}
