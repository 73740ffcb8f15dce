import ArgumentParser
import GatewayService
import SiteModel

extension SyncCommand {
    struct Payroll: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "State that teams' months are final: days and hours go to the platforms (月考勤定稿).",
            discussion: """
                Once the month sheet is signed. What is stated stands in the ledger with who stated it, and
                goes up when the platform has confirmed all attendance of that team and month. Amounts are not
                Muster's: there are none. A month that has not ended is refused. A month that was corrected
                since is stated anew; what a platform has already is set aside then (muster sync rejected):
                put it right there, then settle it.

                Example:
                  muster sync payroll 2026-10 --dry-run
                  muster sync payroll 2026-10 --team 木工一班
                """)

        @OptionGroup var site: SiteOptions
        @Argument(help: "The month, 2026-10.") var month: String
        @Option(name: .long, help: "Only this team; all unless said.") var team: String?
        @Flag(name: .long, help: "Write nothing: show what would go, worker by worker.") var dryRun = false
        @Flag(
            name: .long,
            help: """
                An array, one object a team: month, team, employer, entry, stated_by, changed, \
                rows: [{worker, name, days, minutes}], platforms: [{platform, open, sent, confirmed, \
                rejected, settled}].
                """)
        var json = false

        func validate() throws {
            guard CivilMonth(iso8601: month) != nil else {
                throw ValidationError("'\(month)' is no month; write 2026-10")
            }
        }

        func run() async throws {
            guard let month = CivilMonth(iso8601: month) else { return }
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let request = PayrollRequest(
                    month: month, team: team, isDry: dryRun, by: HostEnvironment.userName)
                Terminal.print(try access.syncPayroll(request, json ? .json : .text))
            }
        }
    }
}
