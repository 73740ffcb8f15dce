import ArgumentParser
import GatewayService
import SiteModel

struct ReadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: "What the readers read: identity documents to enrol from, cards just presented.",
        subcommands: [List.self, Card.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Identity documents of people who may be enrolled from them.",
            discussion: """
                Every identity document that a reader read in full, of somebody who is not on the roster or
                whose identity the roster does not have yet. Kept sealed for 24 hours, then destroyed.

                Example:
                  muster read list
                  muster worker join --from-read 17 --team 钢筋班
                """)

        @OptionGroup var site: SiteOptions

        @Flag(
            name: .long,
            help: """
                One object a line: read, name (masked), id_number (masked), document, reader, read_at,
                kept_until.
                """)
        var json = false

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                Terminal.print(try await access.reads(json ? .json : .text, clock: RunCommand.clock()))
            }
        }
    }

    struct Card: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The site card just held to a reader, in every form that may be printed on it.",
            discussion: """
                The newest card of the last minute, or, with --wait, the next one. Also whose it is, and with
                whose card a reader of a short or reversed form would take it for. Needs the running service;
                exit code 66 when no card came.

                Example:
                  muster read card --wait 30s
                """)

        @OptionGroup var site: SiteOptions

        @Option(
            name: .long, help: ArgumentHelp("Wait for the next card, up to 10min.", valueName: "30s"))
        var wait: String?

        @Option(name: .long, help: ArgumentHelp("Only at this reader, or lane.", valueName: "lane/reader"))
        var reader: String?

        @Flag(
            name: .long,
            help: """
                One object: presentation, reader, presented_at, bit_length, worker, forms (form, text),
                collides_with.
                """)
        var json = false

        func run() async throws {
            let patience = try patience()
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let format: SiteAccess.Format = json ? .json : .text
                var after: Int64 = 0
                // What was presented before the wait does not end it.
                if patience > .zero,
                    case .nothing(let count) = try access.presentedCard(
                        after: .max, at: reader, format)
                {
                    after = count
                }
                for _ in 0...Int(patience / Self.pause) {
                    if case .shown(let words) = try access.presentedCard(after: after, at: reader, format) {
                        return Terminal.print(words)
                    }
                    if patience > .zero { try await Task.sleep(for: Self.pause) }
                }
                throw CommandFailure("no card was held to a reader", code: 66)
            }
        }

        private static let pause = Duration.milliseconds(250)

        private func patience() throws -> Duration {
            guard let wait else { return .zero }
            guard let duration = Duration(text: wait), duration <= .seconds(600) else {
                throw ValidationError("--wait is a time like 30s, up to 10min.")
            }
            return duration
        }
    }
}
