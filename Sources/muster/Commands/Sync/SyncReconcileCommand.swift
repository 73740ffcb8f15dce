import ArgumentParser
import GatewayService
import SiteModel

extension SyncCommand {
    struct Reconcile: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare days with what each platform shows that it has.",
            discussion: """
                What is confirmed here and missing there goes up again. What is there and not recorded here is
                listed, the first 100 of a day, numbers masked; what is there twice is counted, and so are, by
                themselves, other nodes' records: of lanes that this node never wrote of. What is there with
                another time than is known now (moved) stays.
                Today unless said, at most 31 days at once. Every night the service compares the days before
                that had confirmations since they were last compared, at most 31 of them.
                Exit code 77 when a platform is not reached.

                Example:
                  muster sync reconcile --from 2026-11-01 --to 2026-11-07
                """)

        @OptionGroup var site: SiteOptions
        @Option(name: .long, help: "Only with this one.") var platform: String?
        @Option(name: .long, help: "First day, 2026-11-01.") var from: String?
        @Option(name: .long, help: "Last day.") var to: String?
        @Flag(
            name: .long,
            help: """
                An object a line: platform, day, confirmed, shown, missing, unexpected, moved, elsewhere, \
                repeated, unexpected_rows: [{id_number, at, direction, lane}], agrees.
                """
        )
        var json = false

        func validate() throws {
            for day in [from, to].compactMap({ $0 }) where CivilDate(iso8601: day) == nil {
                throw ValidationError("'\(day)' is no day; write 2026-11-01")
            }
        }

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let lines = try access.syncReconcile(
                    platform: platform, from: from.flatMap { CivilDate(iso8601: $0) },
                    to: to.flatMap { CivilDate(iso8601: $0) }, json ? .json : .text)
                for line in lines { Terminal.print(line) }
            }
        }
    }
}
