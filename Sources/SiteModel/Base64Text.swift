/// Base64 (RFC 4648, section 4): `+ / =`, one line.
public enum Base64Text {
    public static func encoded(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var start = 0
        while start < bytes.count {
            let count = min(3, bytes.count - start)
            var group: UInt32 = 0
            for offset in 0..<3 {
                group = group << 8 | (offset < count ? UInt32(bytes[start + offset]) : 0)
            }
            for place in 0..<4 {
                let digit = place <= count ? digits[Int(group >> (18 - 6 * UInt32(place)) & 63)] : padding
                text.append(digit)
            }
            start += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for a text that no encoder writes: of another length or alphabet, or with bits that no byte takes.
    public static func decoded(_ text: String) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: characters.count, by: 4) {
            let group = characters[start..<start + 4]
            let padded = group.reversed().prefix { $0 == padding }.count
            guard padded <= 2, padded == 0 || start + 4 == characters.count else { return nil }
            var value: UInt32 = 0
            for (place, character) in group.enumerated() {
                guard place < 4 - padded else {
                    value <<= 6
                    continue
                }
                let digit = values[Int(character)]
                guard digit < 64 else { return nil }
                value = value << 6 | UInt32(digit)
            }
            guard value << UInt32(32 - 8 * padded) == 0 || padded == 0 else { return nil }
            let whole = [UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
            bytes.append(contentsOf: whole.prefix(3 - padded))
        }
        return bytes
    }

    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    /// Of every byte its digit, or 255.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()
    private static let padding = UInt8(ascii: "=")
}
