import ArgumentParser
import GatewayService
import PersonnelChanges

extension LedgerCommand {
    struct Corrections: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Corrections that no site manager has confirmed yet.",
            discussion: """
                Corrections are made by muster ledger correct. A site manager confirms each, or objects to it,
                on the page /corrections, where they have logged in; whoever made it may not. Until then it
                counts, marked as not confirmed.

                Example:
                  muster ledger corrections
                  muster ledger corrections --all --json
                """)

        @OptionGroup var site: SiteOptions

        @Flag(name: .long, help: "Also those that are confirmed.")
        var all = false

        @Flag(name: .long, help: "Who made each and why, in their words: personal data.")
        var reveal = false

        @Flag(name: .long, help: "One JSON object a line.")
        var json = false

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let view = try access.people(clock: try RunCommand.clock())
                let book = view.content.corrections
                let corrections = all ? book.corrections : book.unconfirmed
                if reveal {
                    try await RevealedLook.record(
                        "ledger corrections", count: Set(corrections.map(\.worker)).count, on: access)
                }
                let listing = CorrectionListing(
                    offsetMilliseconds: view.calendar.offsetMilliseconds, corrected: view.corrected,
                    isRevealed: reveal)
                for correction in corrections {
                    Terminal.print(json ? listing.json(correction) : listing.line(correction))
                }
                if !json { Terminal.printError("\(corrections.count) corrections") }
            }
        }
    }
}
