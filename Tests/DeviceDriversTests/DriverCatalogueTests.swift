import SiteModel
import Testing

@testable import DeviceDrivers

/// What configuration and help rely on.
struct DriverCatalogueTests {
    @Test(arguments: DriverCatalogue.all)
    func everyDriverIsMadeFromItsOwnDefaults(descriptor: DriverDescriptor) throws {
        let defaults = Dictionary(
            uniqueKeysWithValues: descriptor.options.map { ($0.name, $0.defaultText) })
        _ = try DriverCatalogue.make(descriptor.name, options: defaults)
        _ = try DriverCatalogue.make(descriptor.name, options: [:])
        for option in descriptor.options + descriptor.lineOptions {
            #expect(option.sentence.hasSuffix("."), "\(descriptor.name) \(option.name)")
            #expect(!option.range.isEmpty && !option.type.name.isEmpty)
            #expect(throws: DriverError.self) {
                let wrong = ["\(option.name)": "no such value"]
                _ = try descriptor.splittingLineOptions(wrong)
                _ = try DriverCatalogue.make(descriptor.name, options: wrong)
            }
        }
        #expect(descriptor.summary.hasSuffix("."))
        let line = descriptor.lineOptions.map { ($0.name, $0.defaultText) }
        let (link, rest) = try descriptor.splittingLineOptions(Dictionary(uniqueKeysWithValues: line))
        #expect(link == descriptor.link)
        #expect(rest == [:])
    }

    @Test func theNamesAreThoseOfTheConfiguration() {
        #expect(
            DriverCatalogue.all.map(\.name) == [
                "resident-id-card", "rdm6300", "ascii-line", "binary-frame", "wiegand-serial", "vbar",
                "keyboard-wedge", "osdp", "hid-pos", "hid-id-card", "lcus-relay", "modbus-relay",
                "kmtronic-relay",
                "numato-relay", "hid-relay", "att203", "catrax", "ac-atri-018", "tpw-321",
                "osdp-output",
            ])
        #expect(
            DriverCatalogue.all.filter(\.isBarrier).map(\.name) == [
                "lcus-relay", "modbus-relay", "kmtronic-relay", "numato-relay", "hid-relay", "att203",
                "catrax", "ac-atri-018", "tpw-321", "osdp-output",
            ])
    }

    @Test(
        arguments: [
            (
                "rdm-6300", [:],
                "no driver is called 'rdm-6300'; known: resident-id-card, rdm6300, ascii-line,"
            ),
            ("rdm6300", ["pulse": "1s"], "driver rdm6300 has no option 'pulse'; known: format"),
            ("lcus-relay", ["pulze": "1s"], "driver lcus-relay has no option 'pulze'; known: channel, pulse"),
            ("lcus-relay", ["channel": "0"], "option 'channel' of driver lcus-relay must be 1 to 8, not '0'"),
            (
                "lcus-relay", ["pulse": "99ms"],
                "option 'pulse' of driver lcus-relay must be 100ms to 10s, not '99ms'"
            ),
            (
                "lcus-relay", ["pulse": "500"],
                "option 'pulse' of driver lcus-relay must be 100ms to 10s, not '500'"
            ),
            (
                "ascii-line", ["start": "2"],
                "option 'start' of driver ascii-line must be 1 to 4 bytes in hexadecimal"
            ),
            ("ascii-line", ["start": "30"], "driver ascii-line: start must not hold a byte that may stand"),
            ("ascii-line", ["end": "30"], "driver ascii-line: end must not begin with a byte that may stand"),
            ("ascii-line", ["end": "none"], "driver ascii-line: end none needs a start mark and a length"),
            (
                "ascii-line", ["format": "10H"],
                "driver ascii-line: format 10H is hexadecimal: set charset to hex"
            ),
            ("ascii-line", ["credential": "chip"], "driver ascii-line: a chip serial is hexadecimal"),
            ("ascii-line", ["checksum": "xor"], "driver ascii-line: checksum_form byte needs a length"),
            (
                "ascii-line", ["checksum": "sum", "checksum_form": "hex"],
                "driver ascii-line: checksum_form hex is"
            ),
            (
                "wiegand-serial", ["bits": "any"],
                "driver wiegand-serial: bits any needs framing bit-line or a5"
            ),
            (
                "wiegand-serial", ["bits": "33", "byte_order": "little"],
                "driver wiegand-serial: byte_order little needs whole bytes"
            ),
            ("binary-frame", ["length": "8"], "driver binary-frame: a card number has at most 7 bytes"),
            (
                "binary-frame", ["length": "3", "credential": "chip"],
                "driver binary-frame: a chip serial has 4 to 8 bytes"
            ),
            (
                "binary-frame", ["length": "3", "format": "8H10D"],
                "driver binary-frame: format 8H10D is for card numbers of as many bytes"
            ),
            (
                "hid-id-card", ["report_size": "8", "report_id": "01", "skip": "7"],
                "driver hid-id-card: report_size leaves no room"
            ),
            (
                "modbus-relay", ["pass_input_leaving": "2"],
                "driver modbus-relay: pass_input_leaving is a second sensor"
            ),
            (
                "keyboard-wedge", ["silence": "301ms"],
                "option 'silence' of driver keyboard-wedge must be 20ms to 300ms"
            ),
            (
                "keyboard-wedge", ["terminator": "cr"],
                "option 'terminator' of driver keyboard-wedge must be one of enter, tab, none, not 'cr'"
            ),
        ] as [(String, [String: String], String)])
    func aWrongOptionIsExplained(driver: String, options: [String: String], words: String) {
        #expect {
            _ = try DriverCatalogue.make(driver, options: options)
        } throws: {
            ($0 as? DriverError)?.words.hasPrefix(words) == true
        }
    }

    @Test func lineOptionsAreTakenOut() throws {
        let descriptor = try DriverCatalogue.descriptor("ascii-line")
        let (link, rest) = try descriptor.splittingLineOptions([
            "baud": "115200", "data_bits": "7", "parity": "even", "stop_bits": "2", "length": "10",
        ])
        #expect(link == .serial(SerialSettings(baud: 115_200, dataBits: 7, parity: .even, stopBits: 2)))
        #expect(rest == ["length": "10"])
    }
}

/// `lcus-relay` beyond its captures.
struct LCUSRelayTests {
    static let on = Samples.bytes("A0 01 01 A2")
    static let off = Samples.bytes("A0 01 00 A1")

    @Test func theDefaultPulseIs500Milliseconds() throws {
        var probe = try DriverProbe("lcus-relay")
        probe.handle(.open(.entering), at: 1_000)
        #expect(probe.outputs == [.send(Self.on), .wake(after: .milliseconds(500))])
        probe.handle(.woken, at: 1_499)
        #expect(probe.outputs.last == .wake(after: .milliseconds(1)))
        probe.handle(.woken, at: 1_500)
        #expect(probe.sent == [Self.on, Self.off])
        probe.handle(.woken, at: 9_000)
        #expect(probe.sent == [Self.on, Self.off])
    }

    @Test func anAlarmOfAnEarlierGrantDoesNotCutALaterPulse() throws {
        var probe = try DriverProbe("lcus-relay")
        probe.handle(.open(.entering), at: 0)
        probe.handle(.open(.leaving), at: 400)
        probe.handle(.woken, at: 500)
        #expect(probe.sent == [Self.on, Self.on])
        #expect(probe.outputs.last == .wake(after: .milliseconds(400)))
    }

    @Test func aReopenedPortIsOff() throws {
        var probe = try DriverProbe("lcus-relay")
        probe.handle(.open(.entering), at: 0)
        probe.handle(.opened(random: 0), at: 100)
        probe.handle(.woken, at: 500)
        #expect(probe.sent == [Self.on, Self.off])
    }
}

struct RDM6300FormatTests {
    /// Printed forms of the EM card 01 02FAF49A; the frame is the one worked there.
    @Test(arguments: [
        ("10H", "0102FAF49A"), ("8H10D", "0050001050"), ("6H8D", "16446618"), ("2H4H", "250,62618"),
        ("10H12D", "004344968346"), ("4H4H", "00762,62618"),
    ])
    func aCardReadMatchesTheRosterInThePrintedForm(format: String, printed: String) throws {
        var driver = try DriverCatalogue.make("rdm6300", options: ["format": format])
        let frame: [UInt8] = [0x02] + Array("0102FAF49A97".utf8) + [0x03]
        let outputs = driver.handle(.bytes(frame), at: Uptime(milliseconds: 1))
        let card = try #require(CardNumberFormat(rawValue: format)?.number(reading: printed))
        #expect(outputs == [.credential(.cardNumber(card), reader: 0)])
    }
}
