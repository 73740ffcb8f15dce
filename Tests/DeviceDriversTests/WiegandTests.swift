import SiteModel
import Testing

@testable import DeviceDrivers

/// Bits, parities and numbers of Wiegand frames.
struct WiegandTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let bits: String
        let packed: String
        let card: UInt64
        let bitLength: Int
        var testDescription: String { "\(bits.count) bits, \(card)" }
    }

    /// The examples of section 3; 33 bits and 35 bits computed with a second program.
    static let rows = [
        Row(
            bits: "11101010100000111110100001", packed: "EA 83 E8 40", card: 213 << 16 | 2_000,
            bitLength: 24),
        Row(
            bits: "10001001011010110100001111", packed: "89 6B 43 C0", card: 18 << 16 | 54_919,
            bitLength: 24),
        Row(
            bits: "110011010001001011010110100001110", packed: "CD 12 D6 87 00", card: 77 << 24 | 1_234_567,
            bitLength: 31),
        Row(
            bits: "1000000001101010100000111110100001", packed: "80 6A 83 E8 40", card: 0x00D5_07D0,
            bitLength: 32),
        Row(
            bits: "1000000101111101011110100100110100", packed: "81 7D 7A 4D 00", card: 0x02FA_F49A,
            bitLength: 32),
        Row(
            bits: "10100000000001000111100010010000000", packed: "A0 04 78 90 00",
            card: 2_049 << 20 | 123_456,
            bitLength: 32),
        Row(
            bits: "0000001001101001010101000110010011101", packed: "02 69 54 64 E8",
            card: 1_234 << 19 | 345_678, bitLength: 35),
        Row(
            bits: "0000000000001101010100000111110100000", packed: "00 0D 50 7D 00", card: 13_961_168,
            bitLength: 35),
    ]

    @Test(arguments: rows)
    func aFrameGivesItsCardAndAnyWrongBitIsFound(row: Row) throws {
        let format = try #require(WiegandFormat.format(bitCount: row.bits.count))
        let frame = try #require(UInt64(row.bits, radix: 2))
        #expect(WiegandFormat.bits(packed: Samples.bytes(row.packed), bitCount: row.bits.count) == frame)
        #expect(format.card(inFrame: frame) == CardNumber(value: row.card, bitLength: row.bitLength))
        // A bit in both halves (19 of 37, 17 of 33) breaks both parities: found too.
        for bit in 0..<row.bits.count {
            #expect(format.card(inFrame: frame ^ 1 << UInt64(bit)) == nil, "bit \(bit)")
        }
    }

    @Test(arguments: rows)
    func everyFramingGivesTheSameCard(row: Row) throws {
        let format = try #require(WiegandFormat.format(bitCount: row.bits.count))
        let packed = Samples.bytes(row.packed)
        let frame = try #require(UInt64(row.bits, radix: 2))
        let head = [0xA5, UInt8(packed.count + 1), UInt8(row.bits.count)] + packed
        let bits = "\(row.bits.count)"
        let payloadDigits = String(row.card, radix: 16)
        let digitCount = (format.payloadBitCount + 3) / 4
        let cases: [([String: String], [UInt8])] = [
            (["bits": bits], Array((packed.hexadecimal + "\r\n").utf8)),
            (
                ["bits": bits, "align": "right"],
                Array((String(frame, radix: 16).padded(to: packed.count * 2) + "\n").utf8)
            ),
            (["bits": bits, "framing": "dec-line"], Array("\(frame)\r".utf8)),
            (["bits": bits, "framing": "dec-line", "content": "payload"], Array("\(row.card)\r\n".utf8)),
            (
                ["bits": bits, "content": "payload", "align": "right"],
                Array((payloadDigits.padded(to: digitCount) + "\r\n").utf8)
            ),
            (["bits": "any", "framing": "bit-line"], Array((row.bits + "\r\n").utf8)),
            (["bits": "any", "framing": "a5"], head + [head.reduce(0, ^)]),
            (["bits": bits, "framing": "a5", "checksum": "sum"], head + [head.reduce(0, &+)]),
        ]
        for (options, bytes) in cases {
            var probe = try DriverProbe("wiegand-serial", options)
            probe.feed(bytes, at: 0)
            #expect(probe.credentials == [Samples.card(row.card, row.bitLength)], "\(options)")
            #expect(probe.broken == nil)
        }
    }

    /// Printed 213,02000 and 0013961168; the lowest byte first gives another card.
    @Test func facilityAndCardAreReadAndBytesTurnedRound() throws {
        var probe = try DriverProbe("wiegand-serial", ["framing": "dec-line", "bits": "34"])
        probe.feed(Array("213,02000\r\n".utf8), at: 0)
        #expect(probe.credentials == [Samples.card(213 << 16 | 2_000, 32)])
        probe = try DriverProbe("wiegand-serial", ["byte_order": "little", "bits": "34"])
        probe.feed(Array("817D7A4D00\r\n".utf8), at: 0)
        #expect(probe.credentials == [Samples.card(0x9AF4_FA02, 32)])
    }

    /// The top byte is lost at a 26-bit reader: two cards become one there, and enrolment is told.
    @Test func twoCardsCollideAtAShortReader() throws {
        let one = try #require(CardNumber(value: 0x02FA_F49A, bitLength: 32))
        let other = try #require(CardNumber(value: 0x03FA_F49A, bitLength: 32))
        #expect(CardForms.collide(one, other))
        let format = try #require(WiegandFormat.format(bitCount: 26))
        #expect(
            format.card(inPayload: one.value & 0xFF_FFFF) == format.card(inPayload: other.value & 0xFF_FFFF))
    }

    @Test func aLineOfAnyLengthEndsAtItsEnd() throws {
        for count in [65, 66, 5_000] {
            var probe = try DriverProbe("wiegand-serial")
            let line =
                Array(String(repeating: "E", count: count).utf8) + Array("A83E840\r\nEA83E840\r\n".utf8)
            for byte in line { probe.feed([byte], at: 1) }
            #expect(probe.credentials == [Samples.card(0xD5_07D0, 24)])
            #expect(probe.discards.keys.contains(.tooLong))
            #expect(probe.broken == nil)
        }
    }

    /// One in four of random 26-bit frames passes two parities: 20,000 trials, 5,000 expected, deviation 61.
    @Test func aRandomFramePassesOnceInFour() throws {
        var random = SeededGenerator(seed: 4)
        let format = try #require(WiegandFormat.format(bitCount: 26))
        let passed = (0..<20_000).filter { _ in
            format.card(inFrame: random.next() & (1 << 26 - 1)) != nil
        }
        #expect((4_700...5_300).contains(passed.count))
    }
}

extension String {
    fileprivate func padded(to count: Int) -> String {
        String(repeating: "0", count: Swift.max(0, count - self.count)) + self
    }
}
