import ArgumentParser
import GatewayService
import PersonnelChanges
import SiteModel

struct VisitorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "visitor",
        abstract: "Day passes (访客): recorded, never attendance.",
        subcommands: [Admit.self, Pass.self, Leave.self, List.self])

    struct Admit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a pass that ends today, and open a lane.",
            discussion: """
                Only the first character of the name is kept, and no number. With --lane the lane opens once
                the entry is on disk; that needs the running service. The number that is printed is for
                visitor leave.

                Example:
                  muster visitor admit --name 王来访 --company 测试监理 --purpose 检查 --lane north --until 18:00
                """)

        @OptionGroup var site: SiteOptions

        @Option(name: .long, help: "姓名") var name: String
        @Option(name: .long, help: "单位") var company: String
        @Option(name: .long, help: "事由") var purpose: String
        @Option(name: .long, help: "接待人: id of a worker who answers for them") var host: String?
        @Option(name: .long, help: "HH:MM of today; the end of the day if not said.") var until: String?
        @Option(name: .long, help: "The lane to open.") var lane: String?
        @Option(name: .long, help: "Who lets them in; the user of this machine if not said.")
        var by: String?
        @Flag(name: .long, help: "One JSON object: visitor, opened.") var json = false

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let clock = try RunCommand.clock()
                let calendar = try access.calendar(clock: clock)
                let end = until.map(calendar.todayAt) ?? calendar.end(of: calendar.today)
                guard let end else {
                    throw CommandFailure("--until is a time like 18:00", code: 64)
                }
                let visitor = VisitorAdmitted(
                    name: name, company: company, purpose: purpose,
                    host: try host.map(CommandInput.worker), until: end, lane: lane,
                    by: by ?? HostEnvironment.userName)
                Terminal.print(
                    try await access.admit(visitor, format: json ? .json : .text, clock: clock))
            }
        }
    }

    struct Pass: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The QR code of a visitor's day pass, to be shown or printed.",
            discussion: """
                Valid as long as the pass, once in and once out, at any QR reader of the site. It names
                nobody; a copy of it opens nothing once it was used. worker badge revoke takes it back.

                Example:
                  muster visitor pass 4711 --out pass.html
                """)

        @OptionGroup var site: SiteOptions

        @Argument(help: "The visitor's number.") var visitor: Int64
        @OptionGroup var output: BadgeOutput

        func run() async throws {
            try await reportingFailure {
                try await output.give(
                    BadgeRequest(kind: .visitor, whom: String(visitor), by: HostEnvironment.userName),
                    SiteAccess(try site.configuration()), try RunCommand.clock())
            }
        }
    }

    struct Leave: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A visitor leaves; nobody needs to be held back.",
            discussion: """
                Example:
                  muster visitor leave 4711 --lane north
                """)

        @OptionGroup var site: SiteOptions

        @Argument(help: "The visitor's number.") var visitor: Int64
        @Option(name: .long, help: "The lane to open.") var lane: String?
        @Option(name: .long, help: "Who lets them out; the user of this machine if not said.")
        var by: String?
        @Flag(name: .long, help: "One JSON object: visitor, opened.") var json = false

        func run() async throws {
            try await reportingFailure {
                let left = VisitorLeft(
                    admission: LedgerSequence(visitor), lane: lane, by: by ?? HostEnvironment.userName)
                Terminal.print(
                    try await SiteAccess(try site.configuration()).leave(
                        left, format: json ? .json : .text, clock: try RunCommand.clock()))
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Visitors on site; overdue when their pass is over.",
            discussion: """
                Example:
                  muster visitor list --json
                """)

        @OptionGroup var site: SiteOptions

        @Flag(
            name: .long,
            help: "A line each: visitor, name, company, purpose, host, admitted_at, until, state, by.")
        var json = false

        func run() async throws {
            try await reportingFailure {
                let view = try SiteAccess(try site.configuration()).people(clock: try RunCommand.clock())
                for visitor in view.content.site.visitors {
                    let fields = visitor.fields(
                        at: view.calendar.instant, offsetMilliseconds: view.calendar.offsetMilliseconds,
                        view.corrected)
                    Terminal.print(json ? fields.json : fields.row)
                }
                if !json { Terminal.printError("\(view.content.site.visitors.count) visitors") }
            }
        }
    }
}
