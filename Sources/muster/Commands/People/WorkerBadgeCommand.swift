import ArgumentParser
import GatewayService
import PersonnelChanges
import Reports
import SiteModel

struct WorkerBadgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "badge",
        abstract: "A QR badge for whoever forgot their card (临时二维码): once in, once out.",
        subcommands: [Give.self, Revoke.self])

    struct Give: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a worker a QR badge, to be shown or printed.",
            discussion: """
                Valid for at most 24 hours, to the end of the day if not said. It names nobody; any QR reader
                of the site takes it without a network. A copy of it opens nothing once it was used.

                Example:
                  muster worker badge give --worker cc0eee-2 --until 18:00 --out badge.html
                """)

        @OptionGroup var site: SiteOptions

        @Option(name: .long, help: "Id of the worker, like cc0eee-2.") var worker: String
        @Option(name: .long, help: "HH:MM of today.") var until: String?
        @Option(name: .long, help: "Who gives it; the user of this machine if not said.") var by: String?
        @OptionGroup var output: BadgeOutput

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let clock = try RunCommand.clock()
                let end = try until.map { text throws -> UTCInstant in
                    guard let end = try access.calendar(clock: clock).todayAt(text) else {
                        throw CommandFailure("--until is a time like 18:00", code: 64)
                    }
                    return end
                }
                try await output.give(
                    BadgeRequest(
                        kind: .worker, whom: worker, until: end, by: by ?? HostEnvironment.userName),
                    access, clock)
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a QR badge or a day pass back: lost, or given to somebody else.",
            discussion: """
                Example:
                  muster worker badge revoke 4711
                """)

        @OptionGroup var site: SiteOptions

        @Argument(help: "The number that stands on it.") var badge: Int64
        @Option(name: .long, help: "Who takes it back; the user of this machine if not said.") var by: String?
        @Flag(name: .long, help: "One JSON object: entry.") var json = false

        func run() async throws {
            try await reportingFailure {
                let revoked = BadgeRevoked(
                    badge: LedgerSequence(badge), by: by ?? HostEnvironment.userName)
                Terminal.print(
                    try await SiteAccess(try site.configuration()).revokeBadge(
                        revoked, format: json ? .json : .text, clock: try RunCommand.clock()))
            }
        }
    }
}

/// How a badge is handed over.
struct BadgeOutput: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("A page to show or print; it must not exist yet.", valueName: "file.html"))
    var out: String?

    @Flag(name: .long, help: "One JSON object: badge, kind, until, code.") var json = false

    func give(_ request: BadgeRequest, _ access: SiteAccess, _ clock: any SiteClock) async throws {
        if let out { try OutputFile.refuseExisting(out) }
        let badge = try await access.badge(request, clock: clock)
        if let out { try OutputFile.write(Array(access.page(of: badge).html.utf8), to: out) }
        if json {
            Terminal.print(badge.json)
        } else {
            Terminal.print(badge.code)
            Terminal.printError(
                "badge \(badge.number), valid until \(badge.until.rfc3339)" + (out.map { "; \($0)" } ?? ""))
        }
    }
}
