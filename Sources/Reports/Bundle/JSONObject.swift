import SiteModel

/// A JSON object (RFC 8259) as bundles have them: texts, whole numbers, null, and objects of these. Anything
/// else, a name that stands there twice, or a byte too many is no such object.
struct JSONObject: Equatable {
    enum Value: Equatable {
        case text(String)
        case number(Int64)
        case null
        case object(JSONObject)
    }

    private var members: [String: Value] = [:]

    init?(_ bytes: [UInt8]) {
        self.init(bytes[...])
    }

    init?(_ bytes: ArraySlice<UInt8>) {
        var reader = JSONObjectReader(bytes)
        guard let object = reader.object(depth: 0), reader.isAtEnd else { return nil }
        self = object
    }

    init() {}

    var names: [String] { Array(members.keys) }

    func text(_ name: String) -> String? {
        if case .text(let text) = members[name] { text } else { nil }
    }

    func number(_ name: String) -> Int64? {
        if case .number(let number) = members[name] { number } else { nil }
    }

    func object(_ name: String) -> JSONObject? {
        if case .object(let object) = members[name] { object } else { nil }
    }

    func isNull(_ name: String) -> Bool { members[name] == .null }

    /// Hexadecimal digits of any number of bytes, or of so many.
    func bytes(_ name: String, count: Int? = nil) -> [UInt8]? {
        guard let bytes = text(name).flatMap({ [UInt8](hexadecimal: $0) }) else { return nil }
        return count == nil || count == bytes.count ? bytes : nil
    }

    /// - Returns: false when the name is there already.
    fileprivate mutating func add(_ name: String, _ value: Value) -> Bool {
        members.updateValue(value, forKey: name) == nil
    }
}

/// Goes once through the bytes. Every method gives nil at the first byte that does not belong there.
private struct JSONObjectReader {
    /// `keys.json` has two.
    private static let depthLimit = 4

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    var isAtEnd: Bool {
        mutating get {
            skipSpace()
            return rest.isEmpty
        }
    }

    mutating func object(depth: Int) -> JSONObject? {
        guard depth < Self.depthLimit, take("{") else { return nil }
        var object = JSONObject()
        if take("}") { return object }
        repeat {
            skipSpace()
            guard let name = text(), take(":"), let value = value(depth: depth), object.add(name, value)
            else { return nil }
        } while take(",")
        return take("}") ? object : nil
    }

    private mutating func value(depth: Int) -> JSONObject.Value? {
        skipSpace()
        switch rest.first {
        case UInt8(ascii: "\""): return text().map { .text($0) }
        case UInt8(ascii: "{"): return object(depth: depth + 1).map { .object($0) }
        case UInt8(ascii: "n"):
            guard rest.starts(with: "null".utf8) else { return nil }
            rest = rest.dropFirst(4)
            return .null
        default: return number().map { .number($0) }
        }
    }

    private mutating func number() -> Int64? {
        let digits = rest.prefix { (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
        rest = rest.dropFirst(digits.count)
        let text = String(decoding: digits, as: UTF8.self)
        // Only as it is written: no leading zero, no minus zero.
        return Int64(text).flatMap { String($0) == text ? $0 : nil }
    }

    private mutating func text() -> String? {
        guard rest.first == UInt8(ascii: "\"") else { return nil }
        rest = rest.dropFirst()
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(validating: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = escaped() else { return nil }
                bytes += Array(String(scalar).utf8)
            case 0..<0x20: return nil
            default: bytes.append(byte)
            }
        }
        return nil
    }

    private mutating func escaped() -> Unicode.Scalar? {
        switch rest.popFirst() {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            guard let unit = codeUnit() else { return nil }
            guard (0xD800..<0xDC00).contains(unit) else { return Unicode.Scalar(unit) }
            guard rest.starts(with: #"\u"#.utf8) else { return nil }
            rest = rest.dropFirst(2)
            guard let low = codeUnit(), (0xDC00..<0xE000).contains(low) else { return nil }
            return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        default: return nil
        }
    }

    private mutating func codeUnit() -> UInt32? {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = rest.popFirst().flatMap(hexadecimalValue) else { return nil }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    private mutating func take(_ mark: Unicode.Scalar) -> Bool {
        skipSpace()
        guard rest.first == UInt8(ascii: mark) else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func skipSpace() {
        while let byte = rest.first, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            rest = rest.dropFirst()
        }
    }
}
