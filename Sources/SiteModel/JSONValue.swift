/// Any JSON value (RFC 8259) from outside. Members keep their order, a number keeps its text.
///
/// Strict: UTF-8 without byte order mark, no name twice in an object, no half of a surrogate pair, 32 levels.
/// The caller bounds the bytes.
public enum JSONValue: Sendable, Hashable {
    case object([Member])
    case array([JSONValue])
    case text(String)
    /// As written: `1900000001`, `-5`, `1e3`.
    case number(String)
    case flag(Bool)
    case null

    public struct Member: Sendable, Hashable {
        public let name: String
        public let value: JSONValue

        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// Nil for anything that is not exactly one value.
    public init?(_ bytes: some Collection<UInt8>) {
        var reader = JSONValueReader(Array(bytes))
        guard let value = reader.whole() else { return nil }
        self = value
    }

    /// The member of that name; nil when there is none or this is no object.
    public subscript(_ name: String) -> JSONValue? { members?.first { $0.name == name }?.value }

    public var members: [Member]? { if case .object(let members) = self { members } else { nil } }
    public var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    public var text: String? { if case .text(let text) = self { text } else { nil } }

    /// Text, or a number's digits: platforms write either, as they please.
    public var scalarText: String? {
        switch self {
        case .text(let text), .number(let text): text
        default: nil
        }
    }

    /// A whole number, written as a number or as a text.
    public var wholeNumber: Int64? { scalarText.flatMap { Int64($0) } }
}

/// Goes once through the bytes. Every method gives nil at the first byte that does not belong there.
private struct JSONValueReader {
    private static let depthLimit = 32

    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func whole() -> JSONValue? {
        guard let value = value(depth: 0) else { return nil }
        return peek() == nil ? value : nil
    }

    private mutating func value(depth: Int) -> JSONValue? {
        guard depth < Self.depthLimit, let next = peek() else { return nil }
        switch next {
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "["): return array(depth: depth)
        case UInt8(ascii: "\""): return text().map(JSONValue.text)
        case UInt8(ascii: "t"): return take("true") ? .flag(true) : nil
        case UInt8(ascii: "f"): return take("false") ? .flag(false) : nil
        case UInt8(ascii: "n"): return take("null") ? .null : nil
        default: return number().map(JSONValue.number)
        }
    }

    private mutating func object(depth: Int) -> JSONValue? {
        at += 1
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        if take("}") { return .object([]) }
        repeat {
            guard peek() == UInt8(ascii: "\""), let name = text(), names.insert(name).inserted, take(":"),
                let value = value(depth: depth + 1)
            else { return nil }
            members.append(JSONValue.Member(name, value))
        } while take(",")
        return take("}") ? .object(members) : nil
    }

    private mutating func array(depth: Int) -> JSONValue? {
        at += 1
        var elements: [JSONValue] = []
        if take("]") { return .array([]) }
        repeat {
            guard let value = value(depth: depth + 1) else { return nil }
            elements.append(value)
        } while take(",")
        return take("]") ? .array(elements) : nil
    }

    private mutating func number() -> String? {
        let start = at
        while at < bytes.count, Self.isOfNumber(bytes[at]) { at += 1 }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        return Double(text) == nil ? nil : text
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || "+-.eE".utf8.contains(byte)
    }

    private mutating func text() -> String? {
        at += 1
        var characters: [UInt8] = []
        while let byte = next() {
            switch byte {
            case UInt8(ascii: "\""): return String(validating: characters, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = escaped() else { return nil }
                characters.append(contentsOf: String(scalar).utf8)
            case 0..<0x20: return nil
            default: characters.append(byte)
            }
        }
        return nil
    }

    private mutating func escaped() -> Unicode.Scalar? {
        guard let byte = next() else { return nil }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return codePoint()
        default: return nil
        }
    }

    private mutating func codePoint() -> Unicode.Scalar? {
        guard let unit = codeUnit() else { return nil }
        guard (0xD800..<0xDC00).contains(unit) else { return Unicode.Scalar(unit) }
        guard next() == UInt8(ascii: "\\"), next() == UInt8(ascii: "u"), let low = codeUnit(),
            (0xDC00..<0xE000).contains(low)
        else { return nil }
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    }

    private mutating func codeUnit() -> UInt32? {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = next().flatMap(hexadecimalValue) else { return nil }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    private mutating func next() -> UInt8? {
        guard at < bytes.count else { return nil }
        defer { at += 1 }
        return bytes[at]
    }

    /// The next byte that is no space.
    private mutating func peek() -> UInt8? {
        while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
        return at < bytes.count ? bytes[at] : nil
    }

    private mutating func take(_ word: StaticString) -> Bool {
        guard peek() != nil else { return false }
        let expected = word.withUTF8Buffer(Array.init)
        guard bytes[at...].starts(with: expected) else { return false }
        at += expected.count
        return true
    }
}
