import ArgumentParser
import GatewayService
import Glibc
import Reports
import SiteModel

extension LedgerCommand {
    struct Evidence: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write everything about one worker and some days into one file that anybody can check.",
            discussion: """
                A ZIP file with the worker's entries, the signed checkpoints around them, a readable page
                (index.html) and the description of the format. Of everybody else it holds digests only.
                It also holds the key to the worker's sealed records: hand it only to those who may know.
                A checkpoint is written to the ledger first. Works beside a running service, through it.

                Example:
                  muster ledger evidence --worker cc0eee-2 --from 2026-11-01 --to 2026-11-30 --out case.zip
                  muster ledger verify --bundle case.zip
                """)

        @OptionGroup var site: SiteOptions

        @Option(
            name: .long, help: "The worker's id, or their identity number; - reads it from standard input.")
        var worker: String

        @Option(name: .long, help: ArgumentHelp("First day, in site time.", valueName: "date"))
        var from: String

        @Option(name: .long, help: ArgumentHelp("Last day, in site time.", valueName: "date"))
        var to: String

        @Option(
            name: .long,
            help: ArgumentHelp("The file to write; it must not exist yet.", valueName: "file.zip"))
        var out: String

        @Flag(name: .long, help: "Print the full identity number on the page.")
        var reveal = false

        func run() async throws {
            try await reportingFailure {
                let request = try request()
                try OutputFile.refuseExisting(out)
                let access = SiteAccess(try site.configuration())
                let bar = ProgressBar("evidence")
                let bytes = try await access.bundle(request, clock: try RunCommand.clock()) { done, total in
                    bar.show(done: done, of: total)
                }
                bar.finish()
                try OutputFile.write(bytes, to: out)
                Terminal.print("wrote \(out): \(bytes.count) bytes; check it with")
                Terminal.print("  muster ledger verify --bundle \(out)")
            }
        }

        /// - Throws: `CommandFailure` with exit code 64; the worker's number is in no message.
        private func request() throws(CommandFailure) -> BundleRequest {
            guard let first = CivilDate(iso8601: from) else {
                throw CommandFailure("--from '\(from)' is no date such as 2026-11-01", code: 64)
            }
            guard let last = CivilDate(iso8601: to) else {
                throw CommandFailure("--to '\(to)' is no date such as 2026-11-30", code: 64)
            }
            do throws(BundleError) {
                return try BundleRequest(
                    worker: BundleRequest.Worker(try workerText()), from: first, to: last,
                    isRevealed: reveal)
            } catch {
                throw CommandFailure("\(error)", code: 64)
            }
        }

        /// `-` keeps a number out of the shell's history and of the list of processes.
        private func workerText() throws(BundleError) -> String {
            guard worker == "-" else { return worker }
            guard let line = readLine() else { throw .workerUnreadable }
            return line
        }
    }
}

extension LedgerCommand.Verify {
    /// 256 MiB: the longest answer of a service, so the largest bundle there is.
    private static let bundleLimit = 256 << 20

    /// Checks a bundle of evidence: no site is needed.
    func verifyBundle(_ path: String) async throws {
        let bytes = try InputFile.bytes(of: path, upTo: Self.bundleLimit)
        let bar = ProgressBar("verify")
        let verification = BundleVerification(checking: bytes) { done, total in
            bar.show(done: done, of: total)
        }
        bar.finish()
        Terminal.print(json ? verification.json : verification.words)
        if !verification.isAccepted { throw ExitCode(65) }
    }
}
