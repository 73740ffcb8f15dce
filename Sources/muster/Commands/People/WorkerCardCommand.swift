import ArgumentParser
import GatewayService
import PersonnelChanges

struct WorkerCardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card",
        abstract: "Give a worker a site card, another one, or take it off (发卡, 换卡, 停卡).",
        discussion: """
            A card is named by what is printed on it, or by holding it to any reader of the running service
            just before. What changes counts at the lanes at once.
            """,
        subcommands: [Issue.self, Replace.self, Block.self])

    struct Issue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a card to a worker who has none.",
            discussion: """
                Example:
                  muster worker card issue --id-number 110101199001010010 --from-presentation
                  muster worker card issue --worker cc0eee-2 --card-number 0012345678 --card-format 8H10D
                """)

        @OptionGroup var site: SiteOptions
        @OptionGroup var who: WorkerChoice
        @OptionGroup var when: ChangeOptions
        @OptionGroup var card: CardChoice

        func run() async throws { try await card.carryOut(.issueCard, who, when, on: site) }
    }

    struct Replace: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give another card; the old one opens nothing from then on.",
            discussion: """
                Example:
                  muster worker card replace --worker cc0eee-2 --from-presentation
                """)

        @OptionGroup var site: SiteOptions
        @OptionGroup var who: WorkerChoice
        @OptionGroup var when: ChangeOptions
        @OptionGroup var card: CardChoice

        func run() async throws { try await card.carryOut(.replaceCard, who, when, on: site) }
    }

    struct Block: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take the card off: lost, or given back. It opens nothing from then on.",
            discussion: """
                Example:
                  muster worker card block --worker cc0eee-2
                """)

        @OptionGroup var site: SiteOptions
        @OptionGroup var who: WorkerChoice
        @OptionGroup var when: ChangeOptions

        func run() async throws { try await when.carryOut(.blockCard, who, [:], on: site) }
    }
}

/// Which card is meant.
struct CardChoice: ParsableArguments {
    @Option(name: .long, help: "考勤卡号, as printed") var cardNumber: String?
    @Option(name: .long, help: "10H, 10H12D, 8H10D, 4H4H, 6H8D or 2H4H") var cardFormat: String?

    @Flag(name: .long, help: "The card that was held to a reader within the last minute.")
    var fromPresentation = false

    @Option(name: .long, help: ArgumentHelp("Only a card held to this reader.", valueName: "lane/reader"))
    var reader: String?

    func validate() throws {
        guard fromPresentation != (cardNumber != nil) else {
            throw ValidationError("Say --card-number, or --from-presentation.")
        }
    }

    func carryOut(
        _ action: ChangeRequest.Action, _ who: WorkerChoice, _ when: ChangeOptions, on site: SiteOptions
    ) async throws {
        var fields: [WorkerField: String] = [:]
        fields[.cardNumber] = cardNumber
        fields[.cardFormat] = cardFormat
        try await when.carryOut(
            action, who, fields,
            fromPresentation: fromPresentation ? try await presentation(on: site) : nil, on: site)
    }

    private func presentation(on site: SiteOptions) async throws -> Int64 {
        var found: Int64 = 0
        try await reportingFailure {
            guard let number = try SiteAccess(try site.configuration()).presentation(at: reader) else {
                throw CommandFailure("no card was held to a reader within the last minute", code: 66)
            }
            found = number
        }
        return found
    }
}
