/// Percent-encoding of one header or query value (RFC 3986, section 2.1): everything but unreserved
/// characters becomes `%XX` of its UTF-8 bytes.
public enum PercentEncoding {
    public static func encoded(_ text: String) -> String {
        var encoded: [UInt8] = []
        append(text, to: &encoded)
        return String(decoding: encoded, as: UTF8.self)
    }

    /// The same at the end of `encoded`, for long values.
    public static func append(_ text: String, to encoded: inout [UInt8]) {
        var text = text
        let unreserved = unreserved
        text.withUTF8 { utf8 in
            let escapeCount = utf8.reduce(0) { unreserved.contains($1) ? $0 : $0 + 1 }
            let part = [UInt8](unsafeUninitializedCapacity: utf8.count + 2 * escapeCount) { buffer, count in
                for byte in utf8 {
                    buffer[count] = byte
                    count += 1
                    guard !unreserved.contains(byte) else { continue }
                    buffer[count - 1] = UInt8(ascii: "%")
                    buffer[count] = upperDigit(byte >> 4)
                    buffer[count + 1] = upperDigit(byte & 15)
                    count += 2
                }
            }
            encoded.append(contentsOf: part)
        }
    }

    /// A bit for each ASCII character.
    private struct Characters {
        private var low: UInt64 = 0
        private var high: UInt64 = 0

        init(_ text: String) {
            for byte in text.utf8 {
                if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte - 64) }
            }
        }

        func contains(_ byte: UInt8) -> Bool {
            byte < 128 && (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 == 1
        }
    }

    /// What stands for itself.
    private static let unreserved = Characters(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    private static func upperDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    /// Nil when a `%` is not followed by two digits or the bytes are no UTF-8.
    public static func decoded(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexadecimalValue),
                let low = rest.popFirst().flatMap(hexadecimalValue)
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
