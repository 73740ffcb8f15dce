import ArgumentParser
import AttendanceLedger
import GatewayService
import SiteModel

extension LedgerCommand {
    struct Backup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy the ledger, whole and verified, beside the running service.",
            discussion: """
                Into a folder, where the copy is named after its newest entry, or into a new file. Without the
                keys of the persons, unless --with-keys: the evidence is whole, but nobody can be read in it.
                The site key is never in a copy; keep it elsewhere.

                Example, for a timer that keeps a week:
                  muster ledger backup /media/backup --keep 7
                """)

        @OptionGroup var site: SiteOptions

        @Argument(help: "A folder, or a new file.")
        var destination: String

        @Option(name: .long, help: "Keep only so many copies of this ledger in the folder; the oldest go.")
        var keep: Int?

        @Flag(name: .long, help: "With the persons' keys, wrapped by the site key.")
        var withKeys = false

        @Flag(name: .long, help: "One JSON object: path, origin, sequence, entries, bytes, keys, removed.")
        var json = false

        func validate() throws {
            if let keep, keep < 1 { throw ValidationError("--keep must be 1 or more") }
        }

        func run() async throws {
            try await reportingFailure {
                let bar = ProgressBar("backup")
                let backup = try SiteAccess(try site.configuration()).backUp(
                    to: destination, withKeys: withKeys, keeping: keep,
                    progress: { bar.show(done: $0, of: $1) })
                bar.finish()
                Terminal.print(json ? backup.json : backup.words)
            }
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a backup in the place of the ledger. The service must be stopped.",
            discussion: """
                The backup is verified first. It is refused when it does not hold what is known to have been
                written: by the ledger that stands there, by ledger.head beside it, or by --against. The
                former ledger is kept beside it; persons' keys missing in the backup are taken from it. Who
                was erased in it stays erased: the restored ledger says so in an entry, which takes the site
                key. Where that is a credential of the unit, run the command with it:
                  systemd-run --pty --uid=muster -p LoadCredentialEncrypted=muster-site-key \\
                    muster ledger restore …

                Example:
                  systemctl stop muster
                  muster ledger restore /media/backup/ledger-north-gate-7f3a9c21-000000004711.db
                """)

        @OptionGroup var site: SiteOptions

        @Argument(help: "The backup.")
        var backup: String

        @Option(name: .long, help: ArgumentHelp("A checkpoint kept elsewhere.", valueName: "file"))
        var against: String?

        @Flag(name: .long, help: "Go back, and lose what was written after the backup.")
        var discardNewer = false

        func run() async throws {
            try await reportingFailure {
                let checkpoint = try CheckpointInput.file(at: against)
                let bar = ProgressBar("restore")
                let outcome = try SiteAccess(try site.configuration()).restore(
                    backup, against: checkpoint, discardsNewer: discardNewer, clock: try RunCommand.clock(),
                    progress: { bar.show(done: $0, of: $1) })
                bar.finish()
                Terminal.print("restored: \(outcome.origin), \(outcome.sequence) entries")
                if let former = outcome.replacedPath { Terminal.print("the former ledger: \(former)") }
            }
        }
    }

    struct Rebuild: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make everything again that is derived from the entries. The service must be stopped.",
            discussion: """
                The indexes are made again at once, where the deliveries to platforms stand at the next start.

                Example:
                  muster ledger rebuild --state /var/lib/muster
                """)

        @OptionGroup var site: SiteOptions

        func run() async throws {
            try await reportingFailure {
                let bar = ProgressBar("rebuild")
                let access = SiteAccess(try site.configuration())
                let rebuilt = try access.rebuild(progress: { bar.show(done: $0, of: $1) })
                let deliveries = try access.rebuildDeliveries()
                bar.finish()
                let former = rebuilt.formerFault.map { "mended: \($0)" } ?? "the result equals what was there"
                Terminal.print("rebuilt from \(rebuilt.entryCount) entries; \(former)")
                for name in deliveries { Terminal.print("\(name): made again at the next start") }
            }
        }
    }
}

extension LedgerBackup {
    fileprivate var words: String {
        let keys = holdsKeys ? "with the persons' keys" : "without the persons' keys"
        let lines = ["\(path): \(entryCount) entries, \(byteCount) bytes, verified, \(keys)"]
        return (lines + removedPaths.map { "removed \($0)" }).joined(separator: "\n")
    }

    fileprivate var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("path", path)
        json.member("origin", origin.text)
        json.member("sequence", sequence.rawValue)
        json.member("entries", entryCount)
        json.member("bytes", byteCount)
        json.member("keys", holdsKeys)
        json.name("removed")
        json.beginArray()
        for path in removedPaths { json.value(path) }
        json.endArray()
        json.endObject()
        return json.text
    }
}
