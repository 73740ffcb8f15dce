import ArgumentParser
import AttendanceLedger
import GatewayService
import SiteModel

extension LedgerCommand {
    struct Checkpoint: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign where the chain stands, to be kept elsewhere.",
            discussion: """
                Only a checkpoint that is kept elsewhere shows that the newest entries were cut off, that the
                chain was made anew, or that an older copy was put back. It holds no personal data.

                Example:
                  muster ledger checkpoint --out /media/usb/muster-2026-11-27.json
                  muster ledger verify --against /media/usb/muster-2026-11-27.json
                """)

        @OptionGroup var site: SiteOptions

        @Option(name: .long, help: "A new file; - for standard output.")
        var out: String

        func run() async throws {
            try await reportingFailure {
                if out != "-" { try OutputFile.refuseExisting(out) }
                let file = try await SiteAccess(try site.configuration())
                    .checkpoint(clock: try RunCommand.clock())
                guard out != "-" else { return Terminal.write(file.json, to: 1) }
                try OutputFile.write(Array(file.json.utf8), to: out)
                Terminal.print("signed up to entry \(file.checkpoint.statement.sequence): \(out)")
            }
        }
    }
}

/// A checkpoint that a command is given.
enum CheckpointInput {
    static func file(at path: String?) throws(CommandFailure) -> CheckpointFile? {
        guard let path else { return nil }
        let bytes = try InputFile.bytes(of: path, upTo: CheckpointFile.byteCountLimit)
        do throws(LedgerError) {
            return try CheckpointFile(json: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw CommandFailure(GatewayError.ledger(error))
        }
    }
}
