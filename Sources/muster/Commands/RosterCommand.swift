import ArgumentParser
import GatewayService
import PersonnelChanges
import SiteModel

struct RosterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roster",
        abstract: "Who may pass: import, list, search and export the roster.",
        subcommands: [Import.self, List.self, Search.self, Export.self, Template.self])

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import workers from a CSV file, all of it or nothing.",
            discussion: """
                UTF-8 (with or without byte order mark) or GB18030; headers in Chinese or English:
                \(RosterColumn.allCases.map { "\($0.rawValue)/\($0.chineseName)" }.joined(separator: ", ")).
                Only name, id_number and team are required. Faults are listed with line and column; then
                nothing is written and the exit code is 65. Rows absent from the file mean nothing unless
                --full is given.

                Example:
                  muster roster import workers.csv --dry-run
                  muster roster import workers.csv
                """)

        @OptionGroup var site: SiteOptions

        @Argument(help: ArgumentHelp("The CSV file; - for standard input.", valueName: "file.csv"))
        var file: String

        @Flag(name: .long, help: "Show what would change; write nothing.")
        var dryRun = false

        @Flag(name: .long, help: "The file is the whole roster: who is not in it has left.")
        var full = false

        @Flag(name: .long, help: "One JSON object: joined, left, changed, unchanged, errors.")
        var json = false

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let bytes = try InputFile.bytes(of: file, upTo: 64 << 20)
                let outcome = try await access.importRoster(
                    bytes, name: file == "-" ? "standard input" : file, isFull: full, isDryRun: dryRun,
                    format: json ? .json : .text, clock: try RunCommand.clock())
                Terminal.print(outcome.text)
                if outcome.isRefused { throw ExitCode(65) }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the workers of the roster, masked.",
            discussion: """
                Example:
                  muster roster list --team 钢筋班
                """)

        @OptionGroup var site: SiteOptions
        @OptionGroup var output: RosterOutput

        @Option(name: .long, help: "Only this team.")
        var team: String?

        func run() async throws {
            try await reportingFailure {
                try output.print(
                    RosterQuery(text: "", team: team, includesLeft: output.all),
                    of: SiteAccess(site.configuration()))
            }
        }
    }

    struct Search: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find workers by name, team, identity number (whole or its last four) or card.",
            discussion: """
                Example:
                  muster roster search 0014
                """)

        @OptionGroup var site: SiteOptions
        @OptionGroup var output: RosterOutput

        @Argument(help: "Part of a name or team, or a number.")
        var text: String

        func run() async throws {
            try await reportingFailure {
                try output.print(
                    RosterQuery(text: text, includesLeft: output.all), of: SiteAccess(site.configuration()))
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the roster as CSV that import reads back.",
            discussion: """
                Masked unless --reveal; a masked file cannot be imported.

                Example:
                  muster roster export --reveal > roster.csv
                """)

        @OptionGroup var site: SiteOptions

        @Flag(name: .long, help: "Full names, numbers, phones and cards: personal data.")
        var reveal = false

        @Flag(name: .long, help: "Chinese headers.")
        var chinese = false

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let listing = RosterListing(
                    isRevealed: reveal, siteOffsetMilliseconds: access.configuration.site.offsetMilliseconds)
                let members = try access.roster().members
                Terminal.write(bytes: listing.csv(members, headers: chinese ? .chinese : .english), to: 1)
            }
        }
    }

    struct Template: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print an empty CSV file with the right headers.",
            discussion: """
                Example:
                  muster roster template > workers.csv
                """)

        func run() async throws {
            Terminal.write(bytes: RosterListing.template(headers: .chinese), to: 1)
        }
    }
}

/// How list and search print.
struct RosterOutput: ParsableArguments {
    @Flag(name: .long, help: "Also those who have left.")
    var all = false

    @Flag(name: .long, help: "Full names, numbers, phones and cards: personal data.")
    var reveal = false

    @Flag(name: .long, help: "One JSON object a line.")
    var json = false

    func print(_ query: RosterQuery, of access: SiteAccess) throws {
        let now = try RunCommand.clock().now().wall
        let members = try access.roster().members(matching: query, now: now)
        let listing = RosterListing(
            isRevealed: reveal, siteOffsetMilliseconds: access.configuration.site.offsetMilliseconds)
        for member in members { Terminal.print(json ? line(member, listing) : row(member, listing)) }
        if !json { Terminal.printError("\(members.count) workers") }
    }

    private func line(_ member: RosterMember, _ listing: RosterListing) -> String {
        var json = JSONText()
        listing.append(member, to: &json)
        return json.text
    }

    private func row(_ member: RosterMember, _ listing: RosterListing) -> String {
        let cells = zip(RosterColumn.allCases, listing.cells(of: member)).filter { column, cell in
            !cell.isEmpty && column != .idType && column != .cardFormat
        }
        return ([member.id.description] + cells.map(\.1)).joined(separator: "  ")
    }
}
