import Glibc

/// The character encodings that spreadsheets on site write. Raw values are for people.
public enum TextEncoding: String, Sendable, Hashable, CaseIterable {
    case utf8 = "UTF-8"
    case utf16LittleEndian = "UTF-16LE"
    case utf16BigEndian = "UTF-16BE"
    /// A superset of GBK and GB 2312, what Chinese Windows writes as "ANSI".
    case gb18030 = "GB18030"
}

/// A file's text as valid UTF-8 bytes without a byte order mark, and what it was.
///
/// The encoding is found in this order: byte order mark; valid UTF-8; GB18030. Bytes that are valid UTF-8 are
/// never taken for GB18030: very short GBK texts exist that are both (联通), whole rosters do not.
struct DecodedText: Sendable {
    let bytes: [UInt8]
    /// Where the text begins in `bytes`, after a UTF-8 byte order mark.
    let start: Int
    let encoding: TextEncoding

    init(_ raw: [UInt8]) throws(TableError) {
        if raw.starts(with: [0xEF, 0xBB, 0xBF]) {
            if let offset = Self.firstInvalidUTF8Offset(in: raw) {
                throw .invalidText(textPosition(of: offset, in: raw), encoding: .utf8)
            }
            self.init(bytes: raw, start: 3, encoding: .utf8)
        } else if raw.starts(with: [0xFF, 0xFE]) {
            try self.init(utf16: raw, encoding: .utf16LittleEndian)
        } else if raw.starts(with: [0xFE, 0xFF]) {
            try self.init(utf16: raw, encoding: .utf16BigEndian)
        } else if Self.firstInvalidUTF8Offset(in: raw) == nil {
            self.init(bytes: raw, start: 0, encoding: .utf8)
        } else {
            self.init(bytes: try utf8(fromGB18030: raw), start: 0, encoding: .gb18030)
        }
    }

    private init(bytes: [UInt8], start: Int, encoding: TextEncoding) {
        self.bytes = bytes
        self.start = start
        self.encoding = encoding
    }

    private init(utf16 raw: [UInt8], encoding: TextEncoding) throws(TableError) {
        var units: [UInt16] = []
        units.reserveCapacity(raw.count / 2)
        for index in stride(from: 2, to: raw.count - 1, by: 2) {
            let (first, second) = (UInt16(raw[index]), UInt16(raw[index + 1]))
            units.append(encoding == .utf16LittleEndian ? second << 8 | first : first << 8 | second)
        }
        if let offset = Self.firstUnpairedSurrogate(in: units) {
            throw .invalidText(textPosition(of: offset, in: units), encoding: encoding)
        }
        guard raw.count.isMultiple(of: 2) else {
            throw .invalidText(textPosition(of: units.count, in: units), encoding: encoding)
        }
        self.init(bytes: Array(String(decoding: units, as: UTF16.self).utf8), start: 0, encoding: encoding)
    }

    private static func firstInvalidUTF8Offset(in bytes: [UInt8]) -> Int? {
        do {
            _ = try UTF8Span(validating: bytes.span)
            return nil
        } catch {
            return error.byteOffsets.lowerBound
        }
    }

    private static func firstUnpairedSurrogate(in units: [UInt16]) -> Int? {
        var index = 0
        while index < units.count {
            switch units[index] & 0xFC00 {
            case 0xD800:
                guard index + 1 < units.count, units[index + 1] & 0xFC00 == 0xDC00 else { return index }
                index += 2
            case 0xDC00: return index
            default: index += 1
            }
        }
        return nil
    }
}

/// Line and cell of an offset in text that is not yet known to be sound; quotes are not looked at. Neither
/// UTF-8 nor GB18030 has ASCII control characters or commas inside a longer character.
private func textPosition(of offset: Int, in text: [some FixedWidthInteger]) -> TablePosition {
    var line = 1
    var column = 1
    for index in 0..<min(offset, text.count) {
        switch text[index] {
        case 0x0D where index + 1 < text.count && text[index + 1] == 0x0A: continue
        case 0x0A, 0x0D: (line, column) = (line + 1, 1)
        case 0x2C: column += 1
        default: continue
        }
    }
    return TablePosition(line: line, column: column)
}

/// Converts by the C library. Two bytes become at most three, four at most four, so one buffer of one and a
/// half times the input holds all.
private func utf8(fromGB18030 raw: [UInt8]) throws(TableError) -> [UInt8] {
    let converter = iconv_open("UTF-8", "GB18030")
    guard let converter, Int(bitPattern: converter) != -1 else { throw .converterMissing(code: errno) }
    defer { iconv_close(converter) }
    var input = raw
    var remainingInput = raw.count
    var code: Int32 = 0
    let converted = [UInt8](unsafeUninitializedCapacity: raw.count / 2 * 3 + 16) { output, count in
        let capacity = output.count
        var remainingOutput = capacity
        input.withUnsafeMutableBytes { bytes in
            output.withMemoryRebound(to: CChar.self) { characters in
                var from = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                var to = characters.baseAddress
                if iconv(converter, &from, &remainingInput, &to, &remainingOutput) == -1 { code = errno }
            }
        }
        count = capacity - remainingOutput
    }
    guard code == 0, remainingInput == 0 else {
        throw .invalidText(textPosition(of: raw.count - remainingInput, in: raw), encoding: .gb18030)
    }
    return converted
}
