import ArgumentParser

/// The one executable. Commands hold no logic: they choose the site, call a module and print.
@main
struct Muster: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "muster",
        abstract: "Attendance gateway of a construction site: readers in, evidence on disk, lanes open.",
        discussion: """
            Examples:
              muster demo                              an invented site to watch, no hardware needed
              muster run                               serve this machine's readers
              muster roster import workers.csv         who may pass
              muster status                            what the service is doing

            Exit codes: 0 done, 64 usage, 65 evidence damaged, 66 no input, 69 service not running where it
            must, 73 state folder, 74 input or output failed, 75 ledger in use, 77 refused or not
            reached, 78 configuration.
            """,
        version: Version.text,
        subcommands: [
            RunCommand.self, DemoCommand.self, StatusCommand.self, RosterCommand.self, DeviceCommand.self,
            LedgerCommand.self, ClockCommand.self, AccountCommand.self, ConfigCommand.self,
            WorkerCommand.self, ChangesCommand.self, EnrolmentCommand.self, SiteCommand.self,
            EmployerCommand.self, TeamCommand.self, ReadCommand.self,
            LaneCommand.self, VisitorCommand.self, SyncCommand.self, SandboxCommand.self,
        ])
}
