import ArgumentParser
import GatewayService
import Glibc
import SiteModel

struct WorkerFilesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "files",
        abstract: "What is kept of a worker beside their data: the photo on the chip, attachments.",
        discussion: """
            The photo on an identity document's chip is kept as the chip holds it (WLT): a licensed library
            of the police decodes it. Attachments are those of confirmations by hand.
            With --out each is written into a folder, mode 0600, after an entry (personalDataShown).

            Example:
              muster worker files cc0eee-2
              muster worker files cc0eee-2 --out papers
            """)

    @OptionGroup var site: SiteOptions

    @Argument(
        help: ArgumentHelp(
            "The worker's id, or their identity number; - reads it from standard input.", valueName: "worker")
    )
    var worker: String

    @Option(name: .long, help: ArgumentHelp("The folder to write them to; it is made.", valueName: "folder"))
    var out: String?

    @Flag(name: .long, help: "One JSON object a line.")
    var json = false

    func run() async throws {
        try await reportingFailure {
            let access = SiteAccess(try site.configuration())
            // A number from standard input is in no list of processes.
            let reference = worker == "-" ? readLine() ?? "" : worker
            guard let kept = try access.workerFiles(of: reference, clock: try RunCommand.clock()) else {
                throw CommandFailure(
                    "nobody has that id or number: muster roster search finds workers", code: 66)
            }
            if let out {
                try OutputFile.makeFolder(out)
                for file in kept.files { try OutputFile.refuseExisting("\(out)/\(file.name)") }
                try await RevealedLook.record(
                    "worker files", count: kept.files.isEmpty ? 0 : 1, worker: kept.worker, on: access)
                for file in kept.files { try OutputFile.write(file.file.bytes, to: "\(out)/\(file.name)") }
            }
            for file in kept.files { Terminal.print(json ? file.json : file.line) }
            if !json { Terminal.printError("\(kept.files.count) files") }
        }
    }
}
