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
