import ArgumentParser
import DeviceDrivers
import DeviceSessions
import GatewayService
import SiteModel

/// `muster device watch`.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Show live what devices send, what they are sent, and what is made of it.",
        discussion: """
            Without a port: the devices of the running service, all or the one that is named. With a port:
            that port alone, opened by this command; the service must not have it, and no lane opens.

            > sent   < received   = decoded, masked   ! passed over, with the reason   * state
            Bytes are shown as far as they tell nobody's number or name; of cards and documents the head
            alone. Ctrl-C ends it.

            Example:
              muster device watch
              muster device watch north/in --for 30s --json
              muster device watch /dev/serial/by-id/usb-… --driver rdm6300 --option baud=19200
            """)

    @OptionGroup var site: SiteOptions

    @Argument(help: ArgumentHelp("LANE/READER of the service, or a device file.", valueName: "reader|port"))
    var subject: String?

    @Option(name: .long, help: "Port only: its driver, where neither configuration nor profile names it.")
    var driver: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Port only: a driver or line option; may be repeated.", valueName: "name=value"))
    var option: [String] = []

    @Option(
        name: .customLong("for"), help: ArgumentHelp("How long; else until Ctrl-C.", valueName: "duration"))
    var time: String?

    @Flag(name: .long, help: "Port only: show all bytes. For test cards.")
    var reveal = false

    @Flag(name: .long, help: "One JSON object a line: at, device, kind, bytes, byte_count, words.")
    var json = false

    private static let lookInterval = Duration.milliseconds(250)

    func validate() throws {
        if let time {
            guard let duration = Duration(text: time), duration >= .seconds(1), duration <= .seconds(86_400)
            else { throw ValidationError("--for must be a duration from 1s to 24h, such as 30s") }
        }
        for pair in option where !pair.contains("=") {
            throw ValidationError("--option takes name=value, not '\(pair)'")
        }
        guard subject.map(Self.isPort) == true || (driver == nil && option.isEmpty && !reveal) else {
            throw ValidationError("--driver, --option and --reveal are for a port: name it")
        }
    }

    func run() async throws {
        try await reportingFailure {
            let access = SiteAccess(try site.configuration())
            if let subject, Self.isPort(subject) {
                try await watchPort(subject, access)
            } else {
                try await watchService(access)
            }
        }
    }

    static func isPort(_ text: String) -> Bool { text.hasPrefix("/") || text.hasPrefix(".") }

    private func watchService(_ access: SiteAccess) async throws {
        let end = time.flatMap { Duration(text: $0) }.map { SystemSiteClock.uptime() + $0 }
        var next: Int?
        repeat {
            guard let seen = try access.traffic(of: subject, from: next, json ? .json : .text) else {
                throw CommandFailure(
                    "no service runs on \(access.configuration.stateDirectory): name a port to watch alone",
                    code: 69)
            }
            next = seen.next
            if !seen.lines.isEmpty { Terminal.print(seen.lines.joined(separator: "\n")) }
            try await Task.sleep(for: Self.lookInterval)
        } while end.map { SystemSiteClock.uptime() < $0 } ?? true
    }

    private func watchPort(_ path: String, _ access: SiteAccess) async throws {
        let claim = try access.devicePlan().claim(ofPort: path)
        guard let driver = driver ?? claim?.driver else {
            throw CommandFailure(
                "neither configuration nor profile knows \(path): name its --driver "
                    + "(muster device list --drivers), or try muster device probe \(path)",
                code: 64)
        }
        var options = self.driver == nil ? claim?.options ?? [:] : [:]
        for pair in option {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            options[String(parts[0])] = String(parts[1])
        }
        do {
            let watch = try DeviceWatch(path: path, driver: driver, options: options, reveals: reveal)
            try await watch.run(
                for: time.flatMap { Duration(text: $0) }, clock: try RunCommand.clock(),
                tell: { [json] notes in Self.print(notes, asJSON: json) })
        } catch let error as DriverError {
            throw CommandFailure(error.words, code: 64)
        } catch let error as CaptureRecordingError {
            throw CommandFailure(opening: error, claimedBy: claim)
        }
    }

    private static func print(_ notes: [TrafficNote], asJSON: Bool) {
        for note in notes {
            guard asJSON else {
                Terminal.print(note.line)
                continue
            }
            var json = JSONText()
            note.append(to: &json)
            Terminal.print(json.text)
        }
    }
}

extension CommandFailure {
    /// A port did not open; of one that the service has, how to see it all the same.
    init(opening error: CaptureRecordingError, claimedBy claim: PluggedDevice?) {
        guard error.isInUse else {
            self.init(error.words, code: 74)
            return
        }
        var hint = "stop that program first"
        if case .configured(let name)? = claim?.claim {
            hint = "muster device watch \(name) asks the service"
        }
        self.init("\(error.words); \(hint)", code: 75)
    }
}
