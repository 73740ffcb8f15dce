import ArgumentParser
import GatewayService
import SiteModel

struct WorkerCopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "A worker's copy of their own data (个人信息副本): one page to hand over.",
        discussion: """
            Identity, contract, photo, privacy notice and when it was shown, changes, days and passes,
            corrections, and who looked at the data: one HTML file in Chinese without anything fetched.
            It leaves an entry (personalDataShown) before the file is written, mode 0600.

            Example:
              muster worker copy cc0eee-2 --out copy.html
            """)

    @OptionGroup var site: SiteOptions

    @Argument(
        help: ArgumentHelp(
            "The worker's id, or their identity number; - reads it from standard input.", valueName: "worker")
    )
    var worker: String

    @Option(
        name: .long, help: ArgumentHelp("The file to write; it must not exist yet.", valueName: "file.html"))
    var out: String

    func run() async throws {
        try await reportingFailure {
            try OutputFile.refuseExisting(out)
            let access = SiteAccess(try site.configuration())
            let clock = try RunCommand.clock()
            // A number from standard input is in no list of processes.
            let reference = worker == "-" ? readLine() ?? "" : worker
            guard let copy = try access.workerCopy(of: reference, clock: clock) else {
                throw CommandFailure(
                    "nobody has that id or number: muster roster search finds workers", code: 66)
            }
            try await RevealedLook.record("worker copy", count: 1, worker: copy.worker, on: access)
            try OutputFile.write(copy.page, to: out)
            Terminal.print("wrote \(out): \(copy.page.count) bytes")
        }
    }
}
