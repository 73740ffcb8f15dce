import ArgumentParser
import GatewayService
import PersonnelChanges
import SiteModel

struct RosterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roster",
        abstract: "Who may pass: import, list, search and export the roster.",
        subcommands: [Import.self, List.self, Search.self, Export.self, Template.self, CompareInsurance.self])

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import workers from an .xlsx or CSV file, all of it or nothing.",
            discussion: """
                The first sheet of an .xlsx file, or CSV in UTF-8, UTF-16 or GB18030: told by content, not by
                name. Headers in Chinese or English:
                \(RosterColumn.allCases.map { "\($0.rawValue)/\($0.chineseName)" }.joined(separator: ", ")).
                Only name, id_number and team are required. Faults are listed with line and column; then
                nothing is written and the exit code is 65. Rows absent from the file mean nothing unless
                --full is given.

                Example:
                  muster roster import workers.csv --dry-run
                  muster roster import workers.csv
                """)

        @OptionGroup var site: SiteOptions

        @Argument(help: ArgumentHelp("The .xlsx or CSV file; - for standard input.", valueName: "file"))
        var file: String

        @Flag(name: .long, help: "Show what would change; write nothing.")
        var dryRun = false

        @Flag(name: .long, help: "The file is the whole roster: who is not in it has left.")
        var full = false

        @Flag(name: .long, help: "The site was there before: nothing in the file starts a 24-hour clock.")
        var baseline = false

        @Flag(name: .long, help: "One JSON object: joined, left, changed, unchanged, errors, warnings.")
        var json = false

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let bytes = try InputFile.bytes(of: file, upTo: 64 << 20)
                let bar = ProgressBar("importing")
                let outcome = try await access.importRoster(
                    bytes, name: file == "-" ? "standard input" : file, isFull: full, isBaseline: baseline,
                    isDryRun: dryRun,
                    format: json ? .json : .text, clock: try RunCommand.clock()
                ) { done, total in bar.show(done: done, of: total) }
                bar.finish()
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
                try await output.print(
                    RosterQuery(team: team, includesLeft: output.all),
                    of: SiteAccess(site.configuration()))
            }
        }
    }

    struct Search: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find workers by name, pinyin, team, identity number, phone or card.",
            discussion: """
                A name by any part of it, in characters, pinyin or initials (zhangs, zhsan, zs), a team the
                same way; an identity number whole or by its last four; a phone by its first or last four; a
                card in any printed form. The best come first: whole numbers and cards, who is present, the
                beginnings of names. At least one Chinese character, two letters or four digits.

                Example:
                  muster roster search zhsan
                  muster roster search 0014 --all --json
                """)

        @OptionGroup var site: SiteOptions
        @OptionGroup var output: RosterOutput

        @Option(name: .long, help: "At most so many, 1 to 1000.")
        var limit = 20

        @Argument(help: "Part of a name or team, its pinyin, or a number.")
        var text: String

        func validate() throws {
            guard (1...WorkerSearch.maximumLimit).contains(limit) else {
                throw ValidationError("--limit is 1 to \(WorkerSearch.maximumLimit)")
            }
        }

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                var lines = try access.search(
                    SearchRequest(
                        text: text, limit: limit, includesLeft: output.all, isRevealed: output.reveal),
                    output.json ? .json : .text, now: access.calendar(clock: RunCommand.clock()).instant)
                let count = output.json ? nil : lines.popLast()
                if output.reveal {
                    try await RevealedLook.record("roster search", count: lines.count, on: access)
                }
                for line in lines { Terminal.print(line) }
                if let count { Terminal.printError(count) }
            }
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

    func print(_ query: RosterQuery, of access: SiteAccess) async throws {
        let now = try access.calendar(clock: RunCommand.clock()).instant
        let members = try access.roster().members(matching: query, now: now)
        let listing = RosterListing(
            isRevealed: reveal, siteOffsetMilliseconds: access.configuration.site.offsetMilliseconds)
        if reveal { try await RevealedLook.record("roster list", count: members.count, on: access) }
        for member in members { Terminal.print(json ? listing.jsonLine(member) : listing.line(member)) }
        if !json { Terminal.printError("\(members.count) workers") }
    }
}
