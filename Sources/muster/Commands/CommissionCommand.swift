import ArgumentParser
import GatewayService
import SiteModel

extension DeviceCommand {
    struct Commission: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a new OSDP reader be given its key, and another address or speed.",
            discussion: """
                For readers with `secure: install`. While the window is open a reader that still has the
                factory key gets its own, derived from the site's. Whoever listens on the line then learns
                it: do this on a bench. Needs the running service.

                With --address or --baud the reader is told its new place, and its line follows; when it does
                not answer there, the line goes back. Another speed is for a reader alone on its line, an
                address that another device has is refused. A reader with `secure: required` or `off` can
                only be told its place. Write the new place into the configuration afterwards. The ledger says
                who opened the window and what came of it.

                Example:
                  muster device commission north/in --for 10min
                  muster device commission north/in --address 5 --baud 115200
                """)

        @OptionGroup var site: SiteOptions

        @Argument(help: ArgumentHelp("The reader, as LANE/READER.", valueName: "reader"))
        var reader: String

        @Option(name: .customLong("for"), help: "How long: up to 1h.")
        var duration = "10min"

        @Option(help: "The address that the reader shall have: 0 to 126.")
        var address: Int?

        @Option(help: "The speed that the reader and its line shall have.")
        var baud: Int?

        func run() async throws {
            try await reportingFailure {
                let parts = reader.split(separator: "/", maxSplits: 1)
                guard parts.count == 2, let duration = Duration(text: duration) else {
                    throw CommandFailure("name the reader as LANE/READER and a time such as 10min", code: 64)
                }
                let access = SiteAccess(try site.configuration())
                Terminal.print(
                    try access.commission(
                        ReaderName(lane: String(parts[0]), reader: String(parts[1])), for: duration,
                        address: address, baud: baud, by: HostEnvironment.userName))
            }
        }
    }
}
