import ArgumentParser
import DeviceDrivers
import DeviceSessions
import GatewayService
import SiteModel

struct DeviceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device",
        abstract:
            "List readers and barriers, watch and capture what they send, find out what is plugged.",
        subcommands: [
            List.self, WatchCommand.self, ProbeCommand.self, CaptureCommand.self, Replay.self,
            Commission.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the running service's devices, or the drivers there are.",
            discussion: """
                Example:
                  muster device list
                  muster device list --drivers
                """)

        @OptionGroup var site: SiteOptions

        @Flag(name: .long, help: "The drivers with all their options instead; needs no service.")
        var drivers = false

        @Flag(name: .long, help: "A JSON array.")
        var json = false

        func run() async throws {
            if drivers {
                Terminal.print(json ? DriverListing.json : DriverListing.text)
                return
            }
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                guard let devices = try access.devices(json ? .json : .text) else {
                    throw CommandFailure(
                        "no service runs on \(access.configuration.stateDirectory): start it with muster run",
                        code: 69)
                }
                Terminal.print(devices)
            }
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Play a capture through driver and session, and compare the transcript.",
            discussion: """
                Prints what the driver made of the bytes. Exit code 1 when the capture's transcript says
                otherwise.

                Example:
                  muster device replay hardware/captures/rdm6300/two-cards.capture
                """)

        @Argument(help: ArgumentHelp("The capture.", valueName: "file"))
        var file: String

        func run() async throws {
            try await reportingFailure {
                let text = String(decoding: try InputFile.bytes(of: file, upTo: 16 << 20), as: UTF8.self)
                let capture: Capture
                let transcript: [String]
                do {
                    capture = try Capture(text: text)
                    transcript = try capture.replayedTranscript()
                } catch {
                    throw CommandFailure("\(file): \(error)", code: 66)
                }
                Terminal.print(transcript.joined(separator: "\n"))
                if try !DriverCatalogue.descriptor(capture.driver).isBarrier {
                    let status = try await DeviceReplay.play(
                        capture, clock: try RunCommand.clock(), logger: RunCommand.logger(isDebugging: false))
                    Terminal.printError(DeviceListing([status]).lines.joined(separator: "\n"))
                }
                if let expected = capture.transcript, expected != transcript {
                    throw CommandFailure("\(file): the transcript in the file says otherwise", code: 1)
                }
            }
        }
    }
}

/// Drivers and their options, for `device list --drivers`.
enum DriverListing {
    static var json: String {
        var json = JSONText()
        json.beginArray()
        for driver in DriverCatalogue.all {
            json.beginObject()
            json.member("driver", driver.name)
            json.member("barrier", driver.isBarrier)
            json.member("summary", driver.summary)
            json.member("evidence_level", driver.evidenceLevel)
            json.name("options")
            json.beginArray()
            for option in driver.options + driver.lineOptions {
                json.beginObject()
                json.member("name", option.name)
                json.member("type", option.type.name)
                json.member("default", option.defaultText)
                json.member("range", option.range)
                json.member("sentence", option.sentence)
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
        json.endArray()
        return json.text
    }

    static var text: String {
        DriverCatalogue.all.map { driver in
            let role = driver.isBarrier ? "barrier" : "reader"
            let head = "\(driver.name)  (\(role), evidence level \(driver.evidenceLevel))  \(driver.summary)"
            let options = (driver.options + driver.lineOptions).map {
                "    \($0.name) = \($0.defaultText)  \($0.sentence) \($0.range)"
            }
            return ([head] + options).joined(separator: "\n")
        }
        .joined(separator: "\n\n")
    }
}
