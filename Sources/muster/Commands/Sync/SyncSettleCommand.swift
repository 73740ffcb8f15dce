import ArgumentParser
import GatewayService
import SiteModel

extension SyncCommand {
    struct Settle: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decide about something that was refused, or about many: send once more, or never.",
            discussion: """
                The decision stands in the ledger with who and why. Correct the worker first, where the
                platform found something wrong with them. --all decides about everything that was refused with
                a code, or about the passes of a day; --dry-run counts and decides nothing. What has to be
                looked at by itself stays: what was corrected here since is not sent again, and no joining is
                dismissed while passes wait for it.

                Example:
                  muster sync settle 4711 --resend --reason "team was corrected"
                  muster sync settle 4712 --dismiss --reason "test card" --platform city
                  muster sync settle --all --code 10 --resend --reason "mended there" --dry-run
                  muster sync settle --all --day 2026-11-03 --dismiss --reason "drill"
                """)

        @OptionGroup var site: SiteOptions
        @Argument(help: "The entry (muster sync rejected).") var entry: Int64?
        @Flag(name: .long, help: "Send it once more.") var resend = false
        @Flag(name: .long, help: "Never send it to this platform.") var dismiss = false
        @Option(name: .long, help: "Why.") var reason: String
        @Option(name: .long, help: "The platform, where several refused it.") var platform: String?
        @Option(
            name: .long, help: "The pass of a correction, or the row of a month, where several were refused.")
        var pass: Int?
        @Flag(name: .long, help: "Everything that --code and --day choose.") var all = false
        @Option(name: .long, help: "With --all: refused with this code.") var code: String?
        @Option(name: .long, help: "With --all: passes of this day, 2026-11-03.") var day: String?
        @Flag(name: .long, help: "With --all: count, and decide nothing.") var dryRun = false
        @Flag(
            name: .long,
            help: "One JSON object: words. With --all an object a line: platform, count, kept, dry_run, act.")
        var json = false

        func validate() throws {
            guard resend != dismiss else { throw ValidationError("say either --resend or --dismiss") }
            guard !reason.isEmpty, reason.count <= 200 else {
                throw ValidationError("--reason is 1 to 200 characters")
            }
            guard all == (entry == nil) else { throw ValidationError("say either an entry or --all") }
            guard all == (code != nil || day != nil), all || !dryRun else {
                throw ValidationError("--all goes with --code, --day or both, and these with --all")
            }
            guard !all || pass == nil else { throw ValidationError("--pass goes with an entry") }
            if let day, CivilDate(iso8601: day) == nil {
                throw ValidationError("'\(day)' is no day; write 2026-11-03")
            }
        }

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let format: SiteAccess.Format = json ? .json : .text
                guard let entry else {
                    let request = BulkSettleRequest(
                        platform: platform, code: code, day: day.flatMap { CivilDate(iso8601: $0) },
                        isResent: resend, isDry: dryRun, by: HostEnvironment.userName, reason: reason)
                    for line in try access.settleAll(request, format) { Terminal.print(line) }
                    return
                }
                let request = SettleRequest(
                    platform: platform, entry: LedgerSequence(entry), pass: pass, isResent: resend,
                    by: HostEnvironment.userName, reason: reason)
                Terminal.print(try access.settle(request, format))
            }
        }
    }
}
