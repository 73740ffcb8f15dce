import ArgumentParser
import AttendanceLedger
import GatewayService
import PersonnelChanges
import SiteModel

struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "The evidence: verify, export, sign, correct, copy, erase.",
        subcommands: [
            Verify.self, Export.self, Checkpoint.self, Correct.self,
            Corrections.self, Backup.self, Restore.self, Rebuild.self,
            Complete.self, Erase.self, Evidence.self,
        ])

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read every row again, hash it again, check signatures, and decide again.",
            discussion: """
                Exit code 0 when everything verifies; 65 when not, naming origin, sequence and reason of
                the first bad entry. Reads beside a running service without disturbing it. Only a checkpoint
                that was kept elsewhere shows that newest entries were cut off or the chain was made anew.

                Example:
                  muster ledger verify --state /var/lib/muster
                  muster ledger verify --against /media/usb/muster-2026-11-27.json
                """)

        @OptionGroup var site: SiteOptions

        @Option(
            name: .long,
            help: ArgumentHelp("A checkpoint (muster ledger checkpoint) kept elsewhere.", valueName: "file"))
        var against: String?

        @Flag(name: .long, help: "One JSON object.")
        var json = false

        @Option(
            name: .long,
            help: ArgumentHelp(
                "Check a bundle of evidence instead; no site is needed.", valueName: "file.zip"))
        var bundle: String?

        func run() async throws {
            try await reportingFailure {
                if let bundle { return try await verifyBundle(bundle) }
                let checkpoint = try CheckpointInput.file(at: against)
                let bar = ProgressBar("verify")
                let verification = try SiteAccess(try site.configuration()).verify(
                    against: checkpoint, progress: { bar.show(done: $0, of: $1) })
                bar.finish()
                Terminal.print(json ? verification.json : verification.words)
                if !verification.isWhole { throw ExitCode(65) }
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print every entry in order, one JSON object a line.",
            discussion: """
                Each line has origin, sequence, kind, occurred_at, clock {synchronised, synchronised_by,
                uptime_ms, boot}, corrected_at, error_ms, time_basis and hash; kinds attendance and rawRead
                also worker (null if unknown), lane, reader, direction, decision, opened, time_uncertain,
                reason and credential_kind; let through by hand also manual {by, reason}.

                occurred_at is what the wall clock said, corrected_at when it truly was, within error_ms
                (null: nobody can say yet).
                time_basis: \(TimeBasis.allCases.map(\.name).joined(separator: ", ")).
                Names and numbers only with --reveal, which leaves an entry (personalDataShown) first.

                The running service signs a checkpoint first. Where none runs nothing is written, for it may
                be a copy that is read: standard error says so, and muster ledger checkpoint signs one.

                Kinds: \(LedgerEntryKind.allCases.map(\.name).joined(separator: ", ")).
                Reasons: \(DenialReason.allCases.map(\.name).joined(separator: ", ")).

                Example:
                  muster ledger export --format jsonl > entries.jsonl
                """)

        @OptionGroup var site: SiteOptions

        @Option(name: .long, help: "The only format so far: jsonl.")
        var format = "jsonl"

        @Option(name: .long, help: "Only entries after this sequence.")
        var after: Int64 = 0

        @Flag(name: .long, help: "Full names and numbers: personal data.")
        var reveal = false

        func validate() throws {
            guard format == "jsonl" else {
                throw ValidationError("the format '\(format)' is unknown; use jsonl")
            }
        }

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let reader = try access.openReader()
                if reveal {
                    let roster = try access.people(clock: try RunCommand.clock()).content.roster
                    try await RevealedLook.record("ledger export", count: roster.members.count, on: access)
                }
                Self.sign(access)
                try ledgerWork { () throws(LedgerError) in
                    try reader.exportJSONLines(after: LedgerSequence(after), isRevealed: reveal) { lines in
                        Terminal.write(bytes: lines, to: 1)
                    }
                }
            }
        }

        /// A ledger that cannot be written can be read all the same.
        private static func sign(_ access: SiteAccess) {
            do throws(GatewayError) {
                guard try !access.signByTheService() else { return }
                Terminal.printError("no service runs: no checkpoint was signed before the export")
            } catch {
                Terminal.printError("no checkpoint was signed before the export: \(error)")
            }
        }
    }
}

/// Ledger errors as the commands report them.
func ledgerWork<Value>(_ body: () throws(LedgerError) -> Value) throws(GatewayError) -> Value {
    do throws(LedgerError) {
        return try body()
    } catch {
        throw .ledger(error)
    }
}
