import ArgumentParser
import AttendanceLedger
import GatewayService
import SiteModel

extension SyncCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write what was recorded here into a bundle, for a node that has a network.",
            discussion: """
                For a gate without a network: take the bundle on a stick to another node of this site, import
                it there, and bring the receipts back. Names and numbers in it are sealed; only nodes with
                this site's key read it. It begins where every node that sent receipts knows this one;
                --whole begins at the first entry. However often bundles travel, nothing is delivered twice.

                Example:
                  muster sync export --to /media/stick/north-gate.muster
                """)

        @OptionGroup var site: SiteOptions
        @Option(
            name: .long, help: ArgumentHelp("The file to write; it must not exist yet.", valueName: "file"))
        var to: String
        @Flag(name: .long, help: "From the first entry on: for a node that knows nothing of this one.")
        var whole = false
        @Flag(name: .long, help: "One JSON object: origin, after, last, words.") var json = false

        func run() async throws {
            try await reportingFailure {
                try OutputFile.refuseExisting(to)
                let access = SiteAccess(try site.configuration())
                let spool = try SpoolFolder(in: access.stateDirectory)
                defer { spool.remove() }
                let words = try access.syncExport(
                    CarryRequest(
                        path: spool.path("bundle"), isWhole: whole, by: HostEnvironment.userName),
                    json ? .json : .text)
                try spool.copy("bundle", to: to)
                Terminal.print(words)
                if !json { Terminal.print("wrote \(to)") }
            }
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take bundles of nodes without a network and deliver what is in them.",
            discussion: """
                A bundle that was taken before changes nothing. What the platforms answer goes home with
                muster sync receipts --to.

                Example:
                  muster sync import /media/stick/*.muster
                  muster sync status
                """)

        @OptionGroup var site: SiteOptions
        @Argument(help: ArgumentHelp("Bundles (muster sync export).", valueName: "file"))
        var files: [String]
        @Flag(name: .long, help: "An object a line: origin, new_entries, words.") var json = false

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let spool = try SpoolFolder(in: access.stateDirectory)
                defer { spool.remove() }
                try spool.handOver(files) { request throws(GatewayError) in
                    try access.syncImport(request, json ? .json : .text)
                }
            }
        }
    }

    struct Receipts: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring platforms' answers home to the gate whose records were carried.",
            discussion: """
                Where bundles were imported, --to writes a file for each gate into a folder. At the gate, give
                it the file: what was confirmed and refused then stands in that gate's own ledger.

                Example:
                  muster sync receipts --to /media/stick
                  muster sync receipts /media/stick/receipts-north-gate-7f3a9c21-42.muster
                """)

        @OptionGroup var site: SiteOptions
        @Argument(help: ArgumentHelp("Receipts to take.", valueName: "file")) var files: [String] = []
        @Option(name: .long, help: ArgumentHelp("Write receipts into this folder.", valueName: "folder"))
        var to: String?
        @Flag(name: .long, help: "An object a line: origin, confirmed, rejected, other, strange, words.")
        var json = false

        func validate() throws {
            guard files.isEmpty == (to != nil) else {
                throw ValidationError("give either --to FOLDER or the receipts to take")
            }
        }

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let spool = try SpoolFolder(in: access.stateDirectory)
                defer { spool.remove() }
                if let to { return try write(access, spool, to) }
                try spool.handOver(files) { request throws(GatewayError) in
                    try access.takeReceipts(request, json ? .json : .text)
                }
            }
        }

        private func write(_ access: SiteAccess, _ spool: SpoolFolder, _ folder: String) throws {
            let names = try access.writeReceipts(
                CarryRequest(path: spool.folder, by: HostEnvironment.userName))
            if names.isEmpty { Terminal.printError("no bundle was ever imported here") }
            for name in names {
                let path = "\(folder)/\(name)"
                // The same name holds the same answers.
                if !LedgerFiles.exists(path) { try spool.copy(name, to: path) }
                Terminal.print(path)
            }
        }
    }
}
