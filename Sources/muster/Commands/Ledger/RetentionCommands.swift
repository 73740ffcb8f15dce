import ArgumentParser
import GatewayService
import SiteModel

extension LedgerCommand {
    struct Complete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Record that the project is completed and paid.",
            discussion: """
                Records are kept until three years after that day (Order 724, Article 28(3)); until it is
                recorded, nobody may be erased. Refused for a day to come, or before the newest attendance.

                Example:
                  muster ledger complete --on 2026-11-20 --by 李工
                """)

        @OptionGroup var site: SiteOptions

        @Option(name: .long, help: "The day on which it was completed and fully paid.")
        var on: String

        @Option(name: .long, help: "Who says so.")
        var by: String

        @Flag(name: .long, help: "One JSON object: words, entries.")
        var json = false

        func run() async throws {
            try await reportingFailure {
                guard let day = CivilDate(iso8601: on) else {
                    throw CommandFailure("'\(on)' is no day: write 2026-11-20", code: 64)
                }
                Terminal.print(
                    try await SiteAccess(try site.configuration()).complete(
                        ProjectCompleted(on: day, by: by), format: json ? .json : .text,
                        clock: try RunCommand.clock()))
            }
        }
    }

    struct Erase: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Destroy the key of a worker: nobody can read them any more.",
            discussion: """
                The worker's entries stay and the chain verifies; name, number, card and phone are gone, from
                the write-ahead log too. It cannot be undone. Allowed three years after the project was
                completed and paid; before that only with --force, and the reason is on record. Backups that
                were made with keys still hold the key: destroy them as well. --by and --reason stay readable
                for ever; in the reason the worker's name and numbers of six and more digits are masked.

                Example:
                  muster ledger erase --worker cc0eee-2 --by 李工 --reason "retention is over"
                """)

        @OptionGroup var site: SiteOptions

        @Option(name: .long, help: "Id or identity number of the worker.")
        var worker: String

        @Option(name: .long, help: "Who does it.")
        var by: String

        @Option(name: .long, help: "Why.")
        var reason: String

        @Flag(name: .long, help: "Although the retention rule does not allow it yet.")
        var force = false

        @Flag(name: .long, help: "One JSON object: words, entries.")
        var json = false

        func run() async throws {
            try await reportingFailure {
                let request = ErasureRequest(worker: worker, isForced: force, by: by, reason: reason)
                Terminal.print(
                    try await SiteAccess(try site.configuration()).erase(
                        request, format: json ? .json : .text, clock: try RunCommand.clock()))
            }
        }
    }
}
