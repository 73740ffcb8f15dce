import ArgumentParser
import GatewayService
import SiteModel

extension SyncCommand {
    struct Rejected: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What a platform refused and nobody has decided about, in its words.",
            discussion: """
                Names and numbers in the platform's words are masked; --reveal shows them and leaves an entry
                (personalDataShown) first. Correct what is wrong, then settle it.
                Code "corrected" is ours: the platform has a pass that was corrected here since and cannot be
                taken back by this interface; put it right there, then dismiss it. Code "stated": the platform
                has other figures of a worker's month than were stated last; put them right there, then
                dismiss it, or delete them there, then resend.

                Example:
                  muster sync rejected
                  muster sync rejected --platform city --reveal --json
                """)

        @OptionGroup var site: SiteOptions
        @Option(name: .long, help: "Only of this one.") var platform: String?
        @Flag(name: .long, help: "Full names and numbers: personal data.") var reveal = false
        @Flag(
            name: .long,
            help: "An object a line: platform, entry, pass, worker, name, kind, code, words, at.")
        var json = false

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let format: SiteAccess.Format = json ? .json : .text
                var lines = try access.syncRejected(platform: platform, isRevealed: false, format)
                if reveal {
                    try await RevealedLook.record("sync rejected", count: lines.count, on: access)
                    lines = try access.syncRejected(platform: platform, isRevealed: true, format)
                }
                for line in lines { Terminal.print(line) }
                if !json { Terminal.printError("\(lines.count) refused") }
            }
        }
    }

    struct Days: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Completeness by day: recorded = sent = confirmed is what an inspector looks for.",
            discussion: """
                Days of site time, the last two weeks unless said. Sent: confirmed, refused, and those whose
                verdict is still to come.

                Example:
                  muster sync days --from 2026-11-01 --to 2026-11-30 --json
                """)

        @OptionGroup var site: SiteOptions
        @Option(name: .long, help: "Only of this one.") var platform: String?
        @Option(name: .long, help: "First day, 2026-11-01.") var from: String?
        @Option(name: .long, help: "Last day.") var to: String?
        @Flag(
            name: .long,
            help: "An object a line: platform, day, recorded, sent, confirmed, rejected, complete.")
        var json = false

        func validate() throws {
            for day in [from, to].compactMap({ $0 }) where CivilDate(iso8601: day) == nil {
                throw ValidationError("'\(day)' is no day; write 2026-11-01")
            }
        }

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let lines = try access.syncDays(
                    platform: platform, from: from.flatMap { CivilDate(iso8601: $0) },
                    to: to.flatMap { CivilDate(iso8601: $0) }, json ? .json : .text)
                for line in lines { Terminal.print(line) }
            }
        }
    }
}
