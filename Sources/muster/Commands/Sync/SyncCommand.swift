import ArgumentParser
import GatewayService
import SiteModel

struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Deliveries to the central platforms: how they stand, what was refused, what is complete.",
        subcommands: [
            Status.self, Check.self, Now.self, Pause.self, Resume.self, Rejected.self, Settle.self, Days.self,
            Reconcile.self, Payroll.self, Export.self, Import.self, Receipts.self,
        ], defaultSubcommand: Status.self)

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Backlog, last error and state of each platform.",
            discussion: """
                recorded = confirmed + rejected + sent + unknown + open; held is a part of open: passes that
                wait for their worker's registration or for the true time. oldest_open_s is the age of the
                oldest pass that is not confirmed.

                Example:
                  muster sync status
                  muster sync status --json
                """)

        @OptionGroup var site: SiteOptions

        @Flag(
            name: .long,
            help: """
                An array, one object a platform: name, open, sent, unknown, confirmed, rejected, \
                oldest_open_s, position, last_error, stopped, held, changes_open, changes_sent, \
                changes_rejected, corrected, payroll_open, payroll_sent, payroll_confirmed, \
                payroll_rejected, recorded, paused, pause_code, next_try_s, platform_time, \
                certificate_end, not_taken.
                """)
        var json = false

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                Terminal.print(try access.syncStatus(json ? .json : .text))
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask each platform whether appid, signature and rights are right.",
            discussion: """
                Sends nothing of the site. Works before the service was ever started. Exit code 77 when a
                platform refuses or is not reached.

                Example:
                  muster sync check --config /etc/muster/muster.yaml
                """)

        @OptionGroup var site: SiteOptions
        @Option(name: .long, help: "Only this one.") var platform: String?
        @Flag(name: .long, help: "An array of objects: name, good, code, words.") var json = false

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                Terminal.print(
                    try await access.syncCheck(
                        platform: platform, json ? .json : .text, clock: try RunCommand.clock()))
            }
        }
    }

    struct Now: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Try again now, whatever was to be waited for.",
            discussion: """
                Example:
                  muster sync now
                  muster sync now --platform city
                """)

        @OptionGroup var order: SyncOrderOptions

        func run() async throws { try await order.carryOut("now") }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send nothing until resume, also after a restart.",
            discussion: """
                What happens meanwhile is recorded as always and goes up afterwards. After 64 single records
                in a row that were refused with one code the deliveries pause by themselves.

                Example:
                  muster sync pause --platform city
                """)

        @OptionGroup var order: SyncOrderOptions

        func run() async throws { try await order.carryOut("pause") }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Go on after a pause.",
            discussion: """
                Example:
                  muster sync resume
                """)

        @OptionGroup var order: SyncOrderOptions

        func run() async throws { try await order.carryOut("resume") }
    }
}

/// Which platforms something is told to; all unless said.
struct SyncOrderOptions: ParsableArguments {
    @OptionGroup var site: SiteOptions
    @Option(name: .long, help: "Only this one.") var platform: String?
    @Flag(name: .long, help: "One JSON object: words.") var json = false

    func carryOut(_ order: String) async throws {
        try await reportingFailure {
            let access = SiteAccess(try site.configuration())
            Terminal.print(try access.sync(order, platform: platform, json ? .json : .text))
        }
    }
}
