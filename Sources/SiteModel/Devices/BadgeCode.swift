/// What a QR badge of this site says: 40 characters, upper-case letters and digits, so that it is one short
/// alphanumeric code and every keyboard layout types it alike.
///
///     text     MB1, then 37 characters of Base32 (RFC 4648, no padding): 23 bytes and one bit, 0
///     bytes    0       1..3          4..8      9..12                      13..22
///              kind    origin tag    number    until, minutes since 1970  MAC
///
/// - Nothing in it is personal: the number is that of the entry which gave the badge.
/// - Integrity: the first 10 bytes of a MAC over bytes 0..12 under a key of the site (`BadgeKey`): 80 bits.
/// - Reading: lower-case letters are taken for upper-case ones, as a wedge with caps lock types them; a spare
///   bit that is set is refused, so that no other text is the same badge.
public struct BadgeCode: Sendable, Hashable {
    /// Raw values are printed.
    public enum Kind: UInt8, Sendable, Hashable {
        case worker = 1
        case visitor = 2
    }

    public static let macByteCount = 10
    /// A day pass on paper; nothing that is carried about is good for longer.
    public static let longestValidity: Int64 = 86_400_000
    private static let mark = "MB1"
    private static let statedByteCount = 13
    private static let characterCount = 40
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    public let kind: Kind
    /// `LedgerOrigin.tag` of the node that gave it.
    public let originTag: UInt32
    public let number: LedgerSequence
    public let until: UTCInstant

    /// - Parameter until: counts in whole minutes; what is over is cut off.
    public init(kind: Kind, originTag: UInt32, number: LedgerSequence, until: UTCInstant) {
        self.kind = kind
        self.originTag = originTag & 0xFF_FFFF
        self.number = number
        let minutes = UInt32(clamping: until.milliseconds / 60_000)
        self.until = UTCInstant(milliseconds: Int64(minutes) * 60_000)
    }

    /// The bytes that the MAC is made over.
    public var stated: [UInt8] {
        var bytes = [kind.rawValue]
        Self.append(UInt64(originTag), byteCount: 3, to: &bytes)
        Self.append(UInt64(number.rawValue), byteCount: 5, to: &bytes)
        Self.append(UInt64(until.milliseconds / 60_000), byteCount: 4, to: &bytes)
        return bytes
    }

    /// - Parameter mac: `macByteCount` bytes.
    public func text(mac: [UInt8]) -> String {
        precondition(mac.count == Self.macByteCount, "a badge's MAC has \(Self.macByteCount) bytes")
        var (text, held, bitCount) = (Array(Self.mark.utf8), 0, 0)
        for byte in stated + mac + [0] {
            held = (held << 8 | Int(byte)) & 0xFFFF
            bitCount += 8
            while bitCount >= 5, text.count < Self.characterCount {
                bitCount -= 5
                text.append(Self.alphabet[held >> bitCount & 31])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads a text that looks like a badge; whether it is one of ours, its MAC says.
    ///
    /// - Returns: nil for any other text.
    public static func read(_ text: String) -> (code: BadgeCode, mac: [UInt8])? {
        let characters = Array(text.utf8)
        guard characters.count == characterCount, text.uppercased().hasPrefix(mark) else { return nil }
        var (bytes, held, bitCount) = ([UInt8](), 0, 0)
        for character in characters.dropFirst(mark.utf8.count) {
            guard let value = value(of: character) else { return nil }
            held = (held << 5 | value) & 0xFFFF
            bitCount += 5
            guard bitCount >= 8 else { continue }
            bitCount -= 8
            bytes.append(UInt8(held >> bitCount & 0xFF))
        }
        guard held & (1 << bitCount - 1) == 0, let kind = Kind(rawValue: bytes[0]) else { return nil }
        let minutes = Int64(number(bytes[9..<13]))
        let code = BadgeCode(
            kind: kind, originTag: UInt32(number(bytes[1..<4])),
            number: LedgerSequence(Int64(number(bytes[4..<9]))),
            until: UTCInstant(milliseconds: minutes * 60_000))
        return (code, Array(bytes[statedByteCount...]))
    }

    private static func value(of character: UInt8) -> Int? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(character - UInt8(ascii: "a"))
        case UInt8(ascii: "2")...UInt8(ascii: "7"): Int(character - UInt8(ascii: "2")) + 26
        default: nil
        }
    }

    private static func append(_ value: UInt64, byteCount: Int, to bytes: inout [UInt8]) {
        for shift in stride(from: 8 * (byteCount - 1), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
