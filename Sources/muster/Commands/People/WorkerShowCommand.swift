import ArgumentParser
import GatewayService
import PersonnelChanges
import SiteModel

extension WorkerCommand {
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One worker: status, clocks, what enrolment still lacks, history.",
            discussion: """
                Masked unless --reveal. A worker's copy of their own data is made by muster worker copy.

                Example:
                  muster worker show --worker cc0eee-2
                  muster worker show --id-number 110101199001010010 --reveal --json
                """)

        @OptionGroup var site: SiteOptions

        @Option(name: .long, help: "Identity number.")
        var idNumber: String?

        @Option(name: .long, help: "Id of a worker, like cc0eee-2.")
        var worker: String?

        @Flag(name: .long, help: "Full names, numbers, phones and cards: personal data.")
        var reveal = false

        @Flag(name: .long, help: "One JSON object.")
        var json = false

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let view = try access.people(clock: try RunCommand.clock())
                guard let reference = worker ?? idNumber,
                    let sheet = WorkerSheet(
                        of: reference, in: view.content, calendar: view.calendar, corrected: view.corrected,
                        isRevealed: reveal)
                else {
                    throw CommandFailure(
                        "nobody has that id or number: muster roster search finds workers", code: 66)
                }
                if reveal {
                    try await RevealedLook.record(
                        "worker show", count: 1, worker: sheet.member.id, on: access)
                }
                Terminal.print(json ? sheet.json : sheet.lines.joined(separator: "\n"))
            }
        }
    }
}
