import ArgumentParser
import DeviceDrivers
import DeviceSessions
import GatewayService
import SiteModel

/// `muster device capture`.
struct CaptureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Record what a reader sends as a capture file, with the driver's transcript.",
        discussion: """
            Stop the service first: a port has one user. Show test cards only; the file holds what they say.

            Example:
              muster device capture /dev/serial/by-id/usb-… --driver rdm6300 --for 20s > new.capture
            """)

    @Argument(help: ArgumentHelp("Device file of the reader.", valueName: "port"))
    var port: String

    @Option(name: .long, help: "The reader's driver; muster device list --drivers names them.")
    var driver: String

    @Option(
        name: .long, help: ArgumentHelp("A driver or line option; may be repeated.", valueName: "name=value"))
    var option: [String] = []

    @Option(name: .customLong("for"), help: ArgumentHelp("How long.", valueName: "duration"))
    var time = "20s"

    @Option(name: .long, help: "Maker, model and marking of the device.")
    var reader = "unnamed reader"

    @Option(name: .long, help: "What the capture shows, with the number printed on the card.")
    var shows = "cards as they were presented"

    func validate() throws {
        guard let duration = Duration(text: time), duration >= .seconds(1), duration <= .seconds(3_600) else {
            throw ValidationError("--for must be a duration from 1s to 1h, such as 20s")
        }
        for pair in option where !pair.contains("=") {
            throw ValidationError("--option takes name=value, not '\(pair)'")
        }
    }

    func run() async throws {
        try await reportingFailure {
            let today = try RunCommand.clock().now().wall.day(offsetMilliseconds: 28_800_000)
            let pairs = option.map {
                $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            }
            let header = Capture(
                reader: reader, link: "", driver: driver,
                options: Dictionary(pairs.map { (String($0[0]), String($0[1])) }) { $1 },
                made: "\(today), muster device capture", shows: shows)
            do {
                let recorder = try CaptureRecorder(path: port, capture: header)
                let capture = try await recorder.record(for: Duration(text: time) ?? .seconds(20))
                Terminal.write(capture.text, to: 1)
            } catch let error as DriverError {
                throw CommandFailure(error.words, code: 64)
            } catch let error as CaptureRecordingError {
                throw CommandFailure("\(error.path): \(error.words)", code: 74)
            }
        }
    }
}
