import ArgumentParser
import AttendanceLedger
import GatewayService
import PersonnelChanges
import SiteModel

struct ChangesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "changes",
        abstract: "Changes of personnel and their 24 hours.",
        subcommands: [List.self, Confirm.self, Statistics.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Every change with its clock; the most urgent first where they are open.",
            discussion: """
                Example:
                  muster changes --open
                  muster changes --late --json
                """)

        @OptionGroup var site: SiteOptions

        @Flag(name: .long, help: "Only those that the platform has not confirmed.")
        var open = false

        @Flag(name: .long, help: "Only those that were, or are, not confirmed within 24 hours.")
        var late = false

        @Flag(name: .long, help: "One JSON object a line.")
        var json = false

        func run() async throws {
            try await reportingFailure {
                let view = try SiteAccess(try site.configuration()).people(clock: try RunCommand.clock())
                let book = view.content.changes
                let changes = (open ? book.unconfirmed(view.corrected) : book.changes).filter {
                    !late || $0.stage(at: view.calendar.instant, view.corrected) == .late
                }
                let listing = view.changeListing
                for change in changes { Terminal.print(json ? listing.json(change) : listing.line(change)) }
                if !json { Terminal.printError("\(changes.count) changes") }
            }
        }
    }

    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "An officer entered a change into the platform's own website: its clock stops.",
            discussion: """
                Example:
                  muster changes confirm 4711 --by-hand "receipt 20261127-88" --by 李工
                  muster changes confirm 4711 --by-hand "receipt 20261127-88" --attachment receipt.png
                """)

        @OptionGroup var site: SiteOptions

        @Argument(help: "The number of the change (muster changes).")
        var entry: Int64

        @Option(name: .long, help: "What the platform shows for it.")
        var byHand: String

        @Option(name: .long, help: "Who entered it; the user of this machine if not said.")
        var by: String?

        @Option(
            name: .long,
            help: ArgumentHelp(
                "A screenshot or scan, JPEG, PNG or PDF, at most 256 KB; kept sealed (muster worker files).",
                valueName: "file"))
        var attachment: String?

        @Flag(name: .long, help: "One JSON object.")
        var json = false

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let request = ConfirmationRequest(
                    change: LedgerSequence(entry), reference: byHand, by: by ?? HostEnvironment.userName,
                    attachment: try attachment.map { path throws(CommandFailure) in
                        try InputFile.bytes(of: path, upTo: 64 << 20)
                    })
                Terminal.print(
                    try await access.confirm(
                        request, format: json ? .json : .text, clock: try RunCommand.clock()))
            }
        }
    }

    struct Statistics: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "How well the 24 hours were kept, by month and team.",
            discussion: """
                Example:
                  muster changes statistics --by-team
                """)

        @OptionGroup var site: SiteOptions

        @Flag(name: .long, help: "A line for each team, and one for the managers.")
        var byTeam = false

        @Flag(name: .long, help: "One JSON object a line.")
        var json = false

        func run() async throws {
            try await reportingFailure {
                let view = try SiteAccess(try site.configuration()).people(clock: try RunCommand.clock())
                let rows = view.content.changes.statistics(
                    byTeam: byTeam, at: view.calendar.instant,
                    offsetMilliseconds: view.calendar.offsetMilliseconds, view.corrected)
                for (period, statistics) in rows {
                    Terminal.print(json ? statistics.json(for: period) : statistics.line(for: period))
                }
            }
        }
    }
}
