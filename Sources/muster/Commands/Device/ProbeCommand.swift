import ArgumentParser
import DeviceDrivers
import DeviceSessions
import GatewayService
import SiteModel

/// `muster device probe`.
struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Find out what hangs on a serial port, or list what is plugged.",
        discussion: """
            With a port: asks what moves nothing and reads no card (status of an ID card reader's security
            module, Vbar query, OSDP poll) and listens for known frames, at the usual speeds. Show a test
            card meanwhile: most readers speak only then. A port that the service has is refused.

            Without a port: lists what is plugged, and probes only what a profile knows. Nothing is sent to
            anything else: name it to probe it.

            Example:
              muster device probe
              muster device probe /dev/ttyUSB0 --listen 5s
            """)

    @OptionGroup var site: SiteOptions

    @Argument(help: ArgumentHelp("Device file of a serial line.", valueName: "port"))
    var port: String?

    @Option(
        name: .long, help: ArgumentHelp("How long to listen at each of five speeds.", valueName: "duration"))
    var listen = "3s"

    @Flag(name: .long, help: "A JSON array: port, device, claim, findings, bytes, error.")
    var json = false

    private var listening: Duration? { Duration(text: listen) }

    func validate() throws {
        guard let listening, listening >= .milliseconds(100), listening <= .seconds(60) else {
            throw ValidationError("--listen must be a duration from 100ms to 1min, such as 3s")
        }
        if let port, !WatchCommand.isPort(port) {
            throw ValidationError("name the port as a device file, such as /dev/ttyUSB0")
        }
    }

    func run() async throws {
        try await reportingFailure {
            let plan = try SiteAccess(try site.configuration()).devicePlan()
            let devices: [(path: String, device: PluggedDevice?)] =
                port.map { [($0, plan.claim(ofPort: $0))] }
                ?? plan.pluggedDevices().map { ($0.path, $0) }
            var results: [ProbeResult] = []
            for (path, device) in devices {
                let isNamed = port != nil
                guard isNamed || device?.mayBeProbedUnasked == true else {
                    results.append(ProbeResult(path: path, device: device))
                    continue
                }
                results.append(try await probe(path, device, isNamed: isNamed))
            }
            Terminal.print(json ? ProbeResult.json(results) : ProbeResult.text(results))
        }
    }

    private func probe(
        _ path: String, _ device: PluggedDevice?, isNamed: Bool
    ) async throws -> ProbeResult {
        let bar = ProgressBar("probe \(path)")
        defer { bar.finish() }
        do throws(CaptureRecordingError) {
            let probe = DeviceProbe(path: path, listening: listening ?? .seconds(3))
            let report = try await probe.run { bar.show(done: $0, of: $1) }
            return ProbeResult(path: path, device: device, report: report)
        } catch {
            guard !isNamed else { throw CommandFailure(opening: error, claimedBy: device) }
            return ProbeResult(path: path, device: device, failure: error.words)
        }
    }
}

extension PluggedDevice {
    /// A profile says what it is; a lane's own device belongs to the service.
    fileprivate var mayBeProbedUnasked: Bool {
        guard isSerial, case .profile = claim else { return false }
        return true
    }
}

/// What is said of one port.
struct ProbeResult {
    let path: String
    let device: PluggedDevice?
    /// Nil when the port was left alone or did not open.
    var report: DeviceProbe.Report?
    var failure: String?

    static func text(_ results: [ProbeResult]) -> String {
        guard !results.isEmpty else { return "nothing is plugged that could be a reader or barrier" }
        return results.flatMap(\.lines).joined(separator: "\n")
    }

    private var claimWords: String {
        switch device?.claim {
        case .configured(let name): "configured as \(name)"
        case .profile(let name): "known by profile \"\(name)\""
        case .nobody, nil: "named by nobody"
        }
    }

    private var lines: [String] {
        let words = device.map { $0.words.isEmpty ? "" : " (\($0.words))" } ?? ""
        let head = "\(path)\(words)  \(claimWords)"
        if let failure { return [head, "  \(failure)"] }
        guard let report else { return [head, "  left alone; muster device probe \(path) would ask it"] }
        guard report.findings.isEmpty else { return [head] + report.findings.map { "  " + Self.line($0) } }
        let heard = report.byteCounts.filter { $0.value > 0 }.sorted { $0.key < $1.key }
            .map { "\($0.value) at \($0.key) baud" }
        return [
            head,
            heard.isEmpty
                ? "  nothing answered and nothing came: show a card while it listens (--listen 10s)"
                : "  bytes came (\(heard.joined(separator: ", "))) in no form that is known",
        ]
    }

    private static func line(_ finding: ProbeFinding) -> String {
        let driver = finding.driver.map { "driver \($0), " } ?? ""
        return "\(finding.certainty.rawValue): \(driver)\(finding.settings.baud) baud: \(finding.words)"
    }

    static func json(_ results: [ProbeResult]) -> String {
        var json = JSONText()
        json.beginArray()
        for result in results { result.append(to: &json) }
        json.endArray()
        return json.text
    }

    private func append(to json: inout JSONText) {
        json.beginObject()
        json.member("port", path)
        json.member("device", device?.words)
        json.member("claim", claimWords)
        json.member("probed", report != nil)
        json.member("error", failure)
        json.name("findings")
        json.beginArray()
        for finding in report?.findings ?? [] {
            json.beginObject()
            json.member("driver", finding.driver)
            json.member("baud", finding.settings.baud)
            json.member("certainty", finding.certainty.rawValue)
            json.member("words", finding.words)
            json.endObject()
        }
        json.endArray()
        json.name("bytes")
        json.beginObject()
        for (baud, count) in (report?.byteCounts ?? [:]).sorted(by: { $0.key < $1.key }) {
            json.member("\(baud)", count)
        }
        json.endObject()
        json.endObject()
    }
}
