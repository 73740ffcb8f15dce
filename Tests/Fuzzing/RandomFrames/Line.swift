import SiteModel

@testable import DeviceDrivers

/// A driver whose protocol has a check, and frames to try it with.
struct Line: Sendable {
    let name: String
    let driver: String
    var options: [String: String] = [:]
    /// Bytes of a frame of nothing but chance.
    let byteCount: ClosedRange<Int>
    /// What guards the frame, in words.
    let check: String
    /// Accepted among frames that have marks, length and characters right and all else by chance; nil where
    /// such a frame is not made here.
    var expectedRate: Double?
    /// Such a frame.
    var shaped: @Sendable (inout SeededGenerator) -> [UInt8] = { _ in [] }

    static let all = [
        Line(
            name: "rdm6300", driver: "rdm6300", byteCount: 14...14, check: "XOR, 8 bits",
            expectedRate: 0x1p-8,
            shaped: { random in
                [0x02] + (0..<12).map { _ in hexadecimal[Int.random(in: 0..<16, using: &random)] } + [0x03]
            }),
        Line(
            name: "resident-id-card", driver: "resident-id-card", byteCount: 8...40,
            check: "XOR, 8 bits, lengths inside, check digit of the number", expectedRate: idCardRate,
            shaped: idCardFrame),
        Line(
            name: "ascii-line, check none", driver: "ascii-line", byteCount: 12...12, check: "none",
            expectedRate: cardShare, shaped: { digits(10, &$0) + [0x0D, 0x0A] }),
        Line(
            name: "ascii-line, check xor", driver: "ascii-line",
            options: ["start": "02", "end": "03", "length": "10", "checksum": "xor"], byteCount: 13...13,
            check: "XOR, 8 bits", expectedRate: 0x1p-8 * cardShare,
            shaped: { [0x02] + digits(10, &$0) + $0.bytes(1) + [0x03] }),
        Line(
            name: "binary-frame, check crc16", driver: "binary-frame",
            options: ["start": "01030400", "length": "3", "checksum": "crc16", "checksum_from": "start"],
            byteCount: 9...9, check: "CRC, 16 bits", expectedRate: 0x1p-16,
            shaped: { [0x01, 0x03, 0x04, 0x00] + $0.bytes(5) }),
        Line(
            name: "wiegand-serial, 26 bits", driver: "wiegand-serial", byteCount: 10...10,
            check: "two parity bits", expectedRate: 0x1p-2,
            shaped: { random in
                // Six padding bits are zero, as the converters send them.
                let bytes = random.bytes(3) + [random.bytes(1)[0] & 0xC0]
                return Array(bytes.hexadecimal.uppercased().utf8) + [0x0D, 0x0A]
            }),
        Line(
            name: "vbar", driver: "vbar", byteCount: 8...24, check: "XOR, 8 bits", expectedRate: 0x1p-8,
            shaped: { [0x55, 0xAA, 0x30, 0x00, 0x06, 0x00] + digits(6, &$0) + $0.bytes(1) }),
        Line(
            name: "osdp", driver: "osdp", options: ["secure": "off"], byteCount: 8...24,
            check: "CRC, 16 bits; in the secure channel a MAC of 32 bits more", expectedRate: 0x1p-16,
            // The sequence is that of the command that is answered: see `Trial`.
            shaped: { [0x53, 0x80, 0x10, 0x00, 0x04, 0x50, 0x00, 0x00, 0x20, 0x00] + $0.bytes(6) }),
        Line(
            name: "hid-id-card", driver: "hid-id-card", byteCount: 64...64,
            check: "as resident-id-card, and USB's own CRC"),
        Line(name: "hid-pos", driver: "hid-pos", byteCount: 64...64, check: "USB's own CRC alone"),
    ]

    /// Of ten decimal digits, those that are a card's 32 bits; larger numbers no card has.
    private static let cardShare = 0x1p32 / 1e10

    private static let hexadecimal = Array("0123456789ABCDEF".utf8)

    private static func digits(_ count: Int, _ random: inout SeededGenerator) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0x30...0x39, using: &random) }
    }

    /// One in 256 by the XOR, one in 11 by the check digit.
    private static let idCardRate = 1.0 / 256 / 11

    /// A card's answer: the worked text of an invented person, the sequence digits of the number and both
    /// checks by chance. The photo is left out, which the lengths say.
    private static func idCardFrame(_ random: inout SeededGenerator) -> [UInt8] {
        let number = "11010119000101"
        let tail = digits(3, &random) + ["0123456789X".utf8.randomElement(using: &random) ?? 0x30]
        let fields: [(text: String, byteCount: Int)] = [
            ("张三", 30), ("1", 2), ("01", 4), ("19000101", 16), ("新疆伊吾县测试路1号", 70),
            (number + String(decoding: tail, as: UTF8.self), 36), ("伊吾县公安局", 30), ("20200102", 16),
            ("长期", 16), ("", 36),
        ]
        var text: [UInt8] = []
        for field in fields {
            var bytes = field.text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
            while bytes.count < field.byteCount { bytes += [0x20, 0x00] }
            text += bytes
        }
        let body: [UInt8] = [0x00, 0x00, 0x90, 0x01, 0x00, 0x00, 0x00] + text
        let length = body.count + 1
        return SAMFrame.preamble + [UInt8(length >> 8), UInt8(length & 0xFF)] + body + random.bytes(1)
    }
}
