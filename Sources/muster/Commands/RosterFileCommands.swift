import ArgumentParser
import GatewayService
import PersonnelChanges
import SiteModel

extension RosterCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the roster as CSV or .xlsx that import reads back.",
            discussion: """
                Masked unless --reveal; a masked file cannot be imported.

                Example:
                  muster roster export --reveal --format xlsx --out roster.xlsx
                """)

        @OptionGroup var site: SiteOptions
        @OptionGroup var output: RosterFileOutput

        @Flag(name: .long, help: "Full names, numbers, phones and cards: personal data.")
        var reveal = false

        @Flag(name: .long, help: "Chinese headers.")
        var chinese = false

        func run() async throws {
            try await reportingFailure {
                let format = try output.chosenFormat
                try output.refuseExisting()
                let access = SiteAccess(try site.configuration())
                let listing = RosterListing(
                    isRevealed: reveal, siteOffsetMilliseconds: access.configuration.site.offsetMilliseconds)
                let members = try access.roster().members
                if reveal { try await RevealedLook.record("roster export", count: members.count, on: access) }
                try output.write(try listing.file(format, members, headers: chinese ? .chinese : .english))
            }
        }
    }

    struct Template: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write an empty roster file to fill in, required columns marked with *.",
            discussion: """
                As .xlsx with lists to choose from and a sheet of instructions in Chinese and English.

                Example:
                  muster roster template --out workers.xlsx
                """)

        @OptionGroup var output: RosterFileOutput

        func run() async throws {
            try await reportingFailure {
                let format = try output.chosenFormat
                try output.refuseExisting()
                try output.write(try RosterTemplate.file(format))
            }
        }
    }
}

extension RosterCommand {
    struct CompareInsurance: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "compare-insurance",
            abstract: "Hold the roster against an insurer's list, by headcount and name by name.",
            discussion: """
                The first sheet of an .xlsx file, or CSV, with the columns 姓名 (name) and 证件号码 (id_number)
                and, if it has them, 起保日期 (from) and 止保日期 (to); other columns are passed over. Persons are
                named by worker and masked number. The counts, who differs and the digest of the file are
                kept in the ledger (--last shows them again); differences are no failure of the command. A
                list with faults is refused with code 65.

                Example:
                  muster roster compare-insurance insured.xlsx
                  muster roster compare-insurance --last
                """)

        @OptionGroup var site: SiteOptions

        @Argument(help: ArgumentHelp("The insurer's list; - for standard input.", valueName: "file"))
        var file: String?

        @Flag(name: .long, help: "What the newest comparison found, without a list.")
        var last = false

        @Flag(name: .long, help: "Names in full: personal data.")
        var fullNames = false

        @Flag(name: .long, help: "One JSON object.")
        var json = false

        func validate() throws {
            guard (file == nil) == last else {
                throw ValidationError("name the insurer's list, or say --last")
            }
        }

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let clock = try RunCommand.clock()
                if fullNames {
                    let members = try access.roster().members
                    try await RevealedLook.record(
                        "roster compare-insurance", count: members.count, on: access)
                }
                guard let file else {
                    let kept = try access.keptInsurance(
                        showsNames: fullNames, format: json ? .json : .text, clock: clock)
                    guard let kept else {
                        throw CommandFailure("no list was compared yet: name the insurer's list", code: 66)
                    }
                    return Terminal.print(kept)
                }
                let outcome = try await access.compareInsurance(
                    try InputFile.bytes(of: file, upTo: 64 << 20), showsNames: fullNames,
                    format: json ? .json : .text, clock: clock)
                Terminal.print(outcome.text)
                if outcome.isRefused { throw ExitCode(65) }
            }
        }
    }
}

/// Where a roster file goes, and as what.
struct RosterFileOutput: ParsableArguments {
    @Option(name: .long, help: "csv or xlsx; by the name of --out, else csv.")
    var format: String?

    @Option(
        name: .long,
        help: ArgumentHelp("A new file, mode 0600; standard output without it.", valueName: "file"))
    var out: String?

    var chosenFormat: RosterFileFormat {
        get throws {
            if let format {
                guard let known = RosterFileFormat(rawValue: format) else {
                    throw CommandFailure("--format is csv or xlsx", code: 64)
                }
                return known
            }
            guard let out else { return .csv }
            guard let named = RosterFileFormat(fileName: out) else {
                throw CommandFailure("\(out) ends neither in .csv nor in .xlsx: say the --format", code: 64)
            }
            return named
        }
    }

    func refuseExisting() throws(CommandFailure) {
        if let out { try OutputFile.refuseExisting(out) }
    }

    func write(_ bytes: [UInt8]) throws {
        if let out { return try OutputFile.write(bytes, to: out) }
        guard try chosenFormat == .csv || !Terminal.isTerminal(1) else {
            throw CommandFailure("a workbook is no text for a terminal: say --out FILE", code: 64)
        }
        Terminal.write(bytes: bytes, to: 1)
    }
}
