import ArgumentParser
import GatewayService
import Glibc
import LocalWeb
import Logging
import SandboxPlatform
import SiteModel

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "A central platform of the national style on this machine, to try and test against.",
        discussion: """
            Checks signature, limits and validations as the documents say, answers in two phases, keeps what
            it accepts in a file, shows it on a page, and misbehaves when told to. For invented persons only.
            Ends on SIGTERM or Ctrl-C.

            Faults: \(FaultKind.allCases.map(\.rawValue).joined(separator: ", ")).
            NAME is always, NAME=0.1 one call in ten, NAME:3 the next three; with @METHOD only those calls.
            While it runs: POST JSON to /sandbox/faults; look at /sandbox/state.json and
            /sandbox/attendance.jsonl.

            Example:
              muster sandbox --app-id APP1 --secret-file secret.txt --project-code P1 --store platform.db
              muster sandbox --app-id APP1 --secret-file secret.txt --project-code P1 --store platform.db \\
                  --listen 127.0.0.1:9089 --delay 2s --seed 7 --fault drop=0.05 --fault http-500:3
            """)

    @Option(
        name: .long, help: ArgumentHelp("Loopback address; port 0 takes a free one.", valueName: "host:port"))
    var listen = "127.0.0.1:9089"

    @Option(name: .long, help: "The app that may call.")
    var appID: String

    @Option(name: .long, help: ArgumentHelp("File with the app's secret: 32 characters.", valueName: "file"))
    var secretFile: String

    @Option(name: .long, help: "The one project it knows.")
    var projectCode: String

    @Option(
        name: .long, help: "Its variant: \(SandboxDialect.allCases.map(\.rawValue).joined(separator: ", ")).")
    var dialect = "national"

    @Option(name: .long, help: ArgumentHelp("File that keeps what is accepted.", valueName: "file"))
    var store: String

    @Option(name: .long, help: ArgumentHelp("How long a verdict stays pending.", valueName: "duration"))
    var delay = "2s"

    @Flag(name: .long, help: "Answer writes at once, without serial codes.")
    var synchronous = false

    @Option(name: .long, help: "Records in one call of WorkerAttendance.Add, 1 to 100000.")
    var attendanceBatch = 20

    @Option(name: .long, help: ArgumentHelp("How far a timestamp may be off.", valueName: "duration"))
    var window = "6min"

    @Option(name: .long, help: "Where chance begins.")
    var seed: UInt64 = 1

    @Option(name: .long, help: "A fault in force from the start; may be repeated.")
    var fault: [String] = []

    @Flag(name: .long, help: "Keep the good elements of a batch with a bad one.")
    var partialBatches = false

    @Flag(name: .long, help: "Refuse attendance that is there already, instead of counting it.")
    var refuseDuplicates = false

    @Flag(name: .long, help: "Hide the middle of numbers of persons in answers to queries.")
    var maskNumbers = false

    @Flag(name: .long, help: "Answer Payroll.Query with rows of every month.")
    var ignoreMonths = false

    @Flag(name: .long, help: "Take attendance of workers who have not entered (进场).")
    var withoutEntry = false

    @Flag(name: .long, help: "Show numbers of persons in full in the dumps.")
    var reveal = false

    func validate() throws {
        guard let address = ListenAddress(listen), address.isLoopback else {
            throw ValidationError("--listen must be a loopback address and port, such as 127.0.0.1:9089")
        }
        for (name, text) in [("--delay", delay), ("--window", window)] where Duration(text: text) == nil {
            throw ValidationError("\(name) must be a duration, such as 2s")
        }
        guard (1...100_000).contains(attendanceBatch) else {
            throw ValidationError("--attendance-batch must be 1 to 100000")
        }
        guard SandboxDialect(rawValue: dialect) != nil else {
            throw ValidationError("--dialect must be national or jinhua")
        }
        for text in fault where FaultRule(text: text) == nil {
            throw ValidationError("--fault \(text): no such fault; see --help")
        }
    }

    func run() async throws {
        try await reportingFailure {
            guard let address = ListenAddress(listen) else { return }
            do {
                let server = try SandboxServer(
                    configuration: try settings(), clock: try RunCommand.clock(),
                    logger: RunCommand.logger(isDebugging: false))
                try await server.run(host: address.host, port: address.port) { port in
                    Terminal.print(snippet(ListenAddress(host: address.host, port: port)))
                }
            } catch let error as SandboxError {
                switch error {
                case .store: throw CommandFailure("\(error)", code: 75)
                case .cannotListen: throw CommandFailure("\(error)", code: 69)
                }
            }
        }
    }

    private func settings() throws -> SandboxConfiguration {
        let bytes = try InputFile.bytes(of: secretFile, upTo: 4_096)
        let text = String(decoding: bytes, as: UTF8.self)
        guard let secret = AppSecret(String(text.prefix { !$0.isNewline })) else {
            throw CommandFailure("\(secretFile) holds no secret of 32 ASCII characters", code: 78)
        }
        var settings = SandboxConfiguration(
            appID: appID, projectCode: projectCode, secret: secret, store: store)
        settings.dialect = SandboxDialect(rawValue: dialect) ?? settings.dialect
        settings.delay = synchronous ? nil : Duration(text: delay)
        settings.window = Duration(text: window) ?? settings.window
        settings.attendanceBatch = attendanceBatch
        settings.keepsPartOfBatch = partialBatches
        settings.refusesDuplicates = refuseDuplicates
        settings.masksNumbers = maskNumbers
        settings.ignoresMonths = ignoreMonths
        settings.requiresEntry = !withoutEntry
        settings.revealsNumbers = reveal
        settings.seed = seed
        settings.faults = fault.compactMap { FaultRule(text: $0) }
        return settings
    }

    /// As the configuration wants it.
    private var absoluteSecretFile: String {
        guard !secretFile.hasPrefix("/"), let folder = getcwd(nil, 0) else { return secretFile }
        defer { free(folder) }
        return String(cString: folder) + "/" + secretFile
    }

    /// The page's address, and what to paste into the gateway's configuration.
    private func snippet(_ address: ListenAddress) -> String {
        """
        muster sandbox: page \(address.url())
        platforms:
          - name: sandbox
            adapter: open-api
            dialect: \(dialect)
            url: "\(address.url())open.api"
            app_id: "\(appID)"
            project_code: "\(projectCode)"
            secret: {file: "\(absoluteSecretFile)"}
            attendance_batch: \(attendanceBatch)
        """
    }
}
