import ArgumentParser
import GatewayService
import PersonnelChanges

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "One worker, or a team: join, leave, move, update, card, badge, show.",
        discussion: """
            A change takes effect at the lanes at once, is an entry of its own, and has 24 hours to be
            confirmed by the platform. Days are site days; a day without a time means its end. A value of -
            takes back what is there.
            """,
        subcommands: [
            Join.self, Leave.self, Move.self, Update.self, Show.self, WorkerCopyCommand.self,
            WorkerFilesCommand.self,
            WorkerCardCommand.self, WorkerBadgeCommand.self,
        ])

    struct Join: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Somebody joins the project (进场), or comes back.",
            discussion: """
                Example:
                  muster worker join --id-number 110101199001010010 --name 测试甲 --team 钢筋班 \\
                      --phone 13800000000 --card-number 0012345678
                  muster worker join --from-read 17 --team 钢筋班
                """,
            aliases: ["enrol"])

        @OptionGroup var site: SiteOptions
        @OptionGroup var who: WorkerChoice
        @OptionGroup var when: ChangeOptions
        @OptionGroup var fields: WorkerFieldOptions

        @Option(
            name: .long,
            help: ArgumentHelp(
                "Who joins, as their identity card told a reader (read list).", valueName: "id"))
        var fromRead: Int64?

        func run() async throws {
            try await when.carryOut(.join, who, fields.fields, fromRead: fromRead, on: site)
        }
    }

    struct Leave: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Workers leave the project (退场): the lanes refuse them from then on.",
            discussion: """
                Example:
                  muster worker leave --id-number 110101199001010010 --confirmed
                  muster worker leave --of-team 钢筋班 --at 2026-11-27T18:00
                """)

        @OptionGroup var site: SiteOptions
        @OptionGroup var who: WorkerChoice
        @OptionGroup var when: ChangeOptions

        @Flag(name: .long, help: "The leavers have confirmed leaving (离场确认).")
        var confirmed = false

        func run() async throws {
            try await when.carryOut(.leave, who, [:], isConfirmed: confirmed, on: site)
        }
    }

    struct Move: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Workers go to another team, employer or work type (调动).",
            discussion: """
                Example:
                  muster worker move --id-number 110101199001010010 --team 木工班
                  muster worker move --of-team 钢筋班 --team 钢筋二班
                """)

        @OptionGroup var site: SiteOptions
        @OptionGroup var who: WorkerChoice
        @OptionGroup var when: ChangeOptions

        @Option(name: .long, help: "班组") var team: String?
        @Option(name: .long, help: "参建单位") var employer: String?
        @Option(name: .long, help: "工种") var workType: String?

        func run() async throws {
            let said: [(WorkerField, String?)] = [
                (.team, team), (.employer, employer), (.workType, workType),
            ]
            let fields = [WorkerField: String](
                uniqueKeysWithValues: said.compactMap { field, text in text.map { (field, $0) } })
            try await when.carryOut(.move, who, fields, on: site)
        }
    }

    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What is known of a worker changes: contract, wage card, insurance, training, phone …",
            discussion: """
                Example:
                  muster worker update --id-number 110101199001010010 --contract-signed-on 2026-11-20 \\
                      --contract-kind labour_contract --trained-on 2026-11-21
                  muster worker update --worker cc0eee-2 --new-id-number 110101199001010029
                """)

        @OptionGroup var site: SiteOptions
        @OptionGroup var who: WorkerChoice
        @OptionGroup var when: ChangeOptions
        @OptionGroup var fields: WorkerFieldOptions

        @Option(name: .long, help: "The right identity number, where a wrong one was recorded.")
        var newIdNumber: String?

        @Option(name: .long, help: ArgumentHelp("A JPEG of at most 36 KB.", valueName: "file.jpg"))
        var photo: String?

        @Option(
            name: .long,
            help: ArgumentHelp("Identity as a reader read it off the card (read list).", valueName: "id"))
        var fromRead: Int64?

        func run() async throws {
            var said = fields.fields
            said[.idNumber] = newIdNumber
            try await when.carryOut(.update, who, said, photo: photo, fromRead: fromRead, on: site)
        }
    }
}

/// Whom a command is about.
struct WorkerChoice: ParsableArguments {
    @Option(name: .long, help: "Identity number; as often as needed.")
    var idNumber: [String] = []

    @Option(name: .long, help: "Id of a worker, like cc0eee-2; as often as needed.")
    var worker: [String] = []

    @Option(name: .long, help: "Everybody who belongs to this team.")
    var ofTeam: String?
}

/// When something happened and who says so.
struct ChangeOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("When it happened, in site time; now if not said.", valueName: "2026-11-27T18:00"))
    var at: String?

    @Option(name: .long, help: "Who says so; the user of this machine if not said.")
    var by: String?

    @Flag(name: .long, help: "One JSON object: changes, warnings.")
    var json = false

    func carryOut(
        _ action: ChangeRequest.Action, _ who: WorkerChoice, _ fields: [WorkerField: String],
        isConfirmed: Bool = false, photo: String? = nil, fromRead: Int64? = nil,
        fromPresentation: Int64? = nil, on site: SiteOptions
    ) async throws {
        try await reportingFailure {
            let access = SiteAccess(try site.configuration())
            let request = ChangeRequest(
                action, workers: who.idNumber + who.worker, ofTeam: who.ofTeam, at: at, fields: fields,
                isConfirmedByLeaver: isConfirmed, by: by ?? HostEnvironment.userName,
                photo: try photo.map { path throws(CommandFailure) in
                    try InputFile.bytes(of: path, upTo: 64 << 10)
                }, fromRead: fromRead, fromPresentation: fromPresentation)
            Terminal.print(
                try await access.change(
                    request, format: json ? .json : .text, clock: try RunCommand.clock()))
        }
    }
}
