import SiteModel
import Testing

@testable import DeviceDrivers

/// Hostile input: whatever comes, no driver crashes, grows, loses count of its bytes or invents a credential.
struct FloodTests {
    /// Bytes of the captures, changed at random, in random pieces, with alarms at random.
    @Test(arguments: CaptureFile.all)
    func mutatedCapturesNeitherCrashNorGrow(file: CaptureFile) throws {
        let capture = try file.capture()
        for seed in UInt64(0)..<1_000 {
            var random = SeededGenerator(seed: seed)
            var probe = try DriverProbe(capture.driver, capture.options)
            probe.handle(.opened(random: 0), at: 0)
            for timed in capture.events {
                guard case .fromDevice(let bytes) = timed.event else {
                    if case .site(let event) = timed.event, let input = event.input {
                        probe.handle(input, at: timed.milliseconds)
                    }
                    continue
                }
                var rest = Self.mutated(bytes, &random)[...]
                while !rest.isEmpty {
                    let piece = rest.prefix(Int.random(in: 1...max(1, rest.count), using: &random))
                    probe.feed(Array(piece), at: timed.milliseconds)
                    rest = rest.dropFirst(piece.count)
                }
                if Int.random(in: 0..<4, using: &random) == 0 {
                    probe.handle(.woken, at: timed.milliseconds)
                }
            }
            #expect(probe.broken == nil, "seed \(seed)")
        }
    }

    private static func mutated(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            let end = min(bytes.count, index + Int.random(in: 1...20, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 2: bytes.removeSubrange(index..<end)
            case 3: bytes.insert(contentsOf: random.bytes(end - index), at: index)
            case 4: bytes.insert(contentsOf: bytes[index..<end], at: index)
            default: bytes.removeSubrange(index...)
            }
        }
        return bytes
    }

    struct Line: Sendable, CustomTestStringConvertible {
        let driver: String
        var options: [String: String] = [:]
        /// A capture of one good frame whose credential must come out after the flood.
        let good: [UInt8]
        let credential: Credential?
        var testDescription: String { "\(driver) \(options.count)" }
    }

    static let lines = [
        Line(driver: "rdm6300", good: Samples.rdmFrame, credential: Samples.card),
        Line(driver: "ascii-line", good: Array("0015219292\r\n".utf8), credential: Samples.card),
        Line(
            driver: "ascii-line", options: ["start": "02", "end": "03", "length": "10", "checksum": "xor"],
            good: [2] + Array("0015219292".utf8) + [0x07, 3], credential: Samples.card),
        Line(driver: "resident-id-card", good: Samples.cardReply, credential: Samples.person),
        Line(driver: "keyboard-wedge", good: Samples.typed("0015219292"), credential: Samples.card),
        Line(
            driver: "binary-frame",
            options: ["start": "01030400", "length": "3", "checksum": "crc16", "checksum_from": "start"],
            good: Samples.bytes("01 03 04 00 D5 07 D0")
                + ModbusFrame.check(of: Samples.bytes("01030400D507D0")),
            credential: Samples.card(0xD5_07D0, 24)),
        Line(
            driver: "wiegand-serial", good: Array("EA83E840\r\n".utf8),
            credential: Samples.card(0xD5_07D0, 24)),
        Line(
            driver: "vbar", good: Samples.bytes("55 AA 30 00 06 00 52 4E 30 30 30 31 D4"),
            credential: .qrToken("RN0001")),
        Line(driver: "hid-pos", good: Samples.scan("RN0001"), credential: .qrToken("RN0001")),
        Line(
            driver: "hid-id-card", good: Samples.reports(Samples.cardReply), credential: Samples.person),
        Line(driver: "osdp", good: Samples.bytes("53 80 08 00 04 40 1B B6"), credential: nil),
        Line(driver: "lcus-relay", good: [0xA0, 1, 1, 0xA2], credential: nil),
        Line(driver: "modbus-relay", good: ModbusFrame.write(1, coil: 0, isOn: false), credential: nil),
        Line(driver: "kmtronic-relay", good: [0xFF, 1, 0], credential: nil),
        Line(driver: "numato-relay", good: Array("relay read 0\n\roff\n\r>".utf8), credential: nil),
        Line(driver: "att203", good: Samples.bytes("FE 81 01 00 00 00 AB"), credential: nil),
        Line(driver: "catrax", good: Samples.bytes("02 02 00 1A 1A"), credential: nil),
        Line(driver: "ac-atri-018", good: Samples.bytes("EB 01 43 00 A9"), credential: nil),
        Line(driver: "tpw-321", good: Samples.bytes("02 28 02 30 31 04"), credential: nil),
    ]

    /// 5 MB a driver. An RDM6300 frame appears in them with 5·10^6 · 2^-72, about 10^-15; the others are
    /// rarer still, but for the keyboard, whose random records are keys too seldom to make a text.
    @Test("C2: five megabytes of random bytes give no credential", arguments: lines)
    func fiveMegabytesOfRandomBytesGiveNoCredential(line: Line) throws {
        var random = SeededGenerator(seed: 2)
        var probe = try DriverProbe(line.driver, line.options)
        probe.handle(.opened(random: 0), at: 0)
        probe.forgetOutputs()
        var time: Int64 = 0
        for _ in 0..<1_250 {
            time += 1
            probe.feed(random.bytes(4_000), at: time)
            #expect(probe.credentials == [])
            probe.forgetOutputs()
        }
        #expect(probe.broken == nil)
        // A good frame is read at once or, where garbage may reach into it, the one after it.
        for _ in 0..<2 {
            time += 5_000
            probe.handle(.woken, at: time)
            probe.feed(line.good, at: time)
        }
        if let credential = line.credential { #expect(probe.credentials.last == credential) }
        #expect(probe.broken == nil)
    }

    /// Frames whose digits are exchanged for random ones: an XOR of 8 bits lets one in 256 through, as the
    /// driver's document says. 40,000 trials: 156 expected, standard deviation 12.5.
    @Test func aFrameOfRandomDigitsPassesOnceIn256() throws {
        var random = SeededGenerator(seed: 3)
        var probe = try DriverProbe("rdm6300")
        let digits = Array("0123456789ABCDEF".utf8)
        for index in 0..<40_000 {
            let frame = [2] + (0..<12).map { _ in digits.randomElement(using: &random) ?? 0 } + [3]
            probe.feed(frame, at: Int64(index) * 400)
        }
        #expect((100...212).contains(probe.credentials.count))
        #expect(probe.broken == nil)
    }

    /// Alarms at any time, inputs of the wrong kind, everything twice: nothing breaks the sums.
    @Test(arguments: DriverCatalogue.all.map(\.name))
    func inputsInAnyOrderAreSurvived(name: String) throws {
        let good = FloodTests.lines.first { $0.driver == name }?.good ?? []
        for seed in UInt64(0)..<300 {
            var random = SeededGenerator(seed: seed)
            var probe = try DriverProbe(name)
            var time: Int64 = 0
            for _ in 0..<60 {
                time += Int64.random(in: 0...400, using: &random)
                switch Int.random(in: 0..<9, using: &random) {
                case 8: probe.handle(.release(Bool.random(using: &random)), at: time)
                case 0: probe.handle(.opened(random: 1), at: time)
                case 1: probe.handle(.woken, at: time)
                case 2: probe.handle(.open(.entering), at: time)
                case 3: probe.handle(.show(.granted, reader: 0), at: time)
                case 4: probe.handle(.closing, at: time)
                case 5:
                    probe.feed(Array(good.prefix(Int.random(in: 0...good.count, using: &random))), at: time)
                case 6: probe.feed(random.bytes(30), at: time)
                default: probe.feed(good, at: time)
                }
            }
            #expect(probe.broken == nil, "seed \(seed)")
        }
    }
}
