import ArgumentParser
import GatewayService

struct ClockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clock",
        abstract: "What the clock says, what is known of the true time, and who vouches for it.",
        subcommands: [Status.self, Confirm.self])

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Wall clock, corrected time and how wrong it may be.",
            discussion: """
                basis: synchronised (vouched for now), anchored (by an earlier or later moment of this boot),
                bounded (between other boots), unknown (a guess). by: kernel, chrony, operator, none.

                Example:
                  muster clock status
                """)

        @OptionGroup var site: SiteOptions

        @Flag(name: .long, help: "One JSON object.")
        var json = false

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                Terminal.print(try access.clockStatus(json ? .json : .text, clock: RunCommand.clock()))
            }
        }
    }

    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Vouch for the clock where no network does.",
            discussion: """
                Compare the clock with a watch or a telephone and set it first. Holds to one minute, and until
                the clock is set or the machine boots again; every record since its boot is corrected by it.
                Needs the running service.

                Example:
                  muster clock confirm --by 王主管
                """)

        @OptionGroup var site: SiteOptions

        @Option(name: .long, help: "Who vouches. Stands in the ledger, readable.")
        var by: String

        @Flag(name: .long, help: "One JSON object.")
        var json = false

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                Terminal.print(try access.confirmClock(by: by, json ? .json : .text))
            }
        }
    }
}
