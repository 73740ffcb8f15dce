import ArgumentParser
import GatewayService

struct ReadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: "What the readers read: identity documents to enrol from, cards just presented.",
        subcommands: [List.self])

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
}
