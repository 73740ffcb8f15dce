/// Writes one JSON value (RFC 8259) as UTF-8, without spaces and without line breaks.
///
/// The caller says what begins and ends; the commas are set here. Strings are escaped so that the text is
/// also safe in one line of a log, an event stream or a JSON Lines file: every control character becomes an
/// escape, U+2028 and U+2029 too.
///
///     var json = JSONText()
///     json.beginObject()
///     json.member("sequence", 17)
///     json.name("clock")
///     json.beginObject()
///     json.member("synchronised", true)
///     json.endObject()
///     json.endObject()              // {"sequence":17,"clock":{"synchronised":true}}
public struct JSONText: Sendable {
    /// A member's name, quoted once for many objects.
    public struct Name: Sendable, Hashable {
        fileprivate let bytes: [UInt8]

        public init(_ text: String) {
            var json = JSONText(reservingByteCount: text.utf8.count + 3)
            json.name(text)
            bytes = json.bytes
        }
    }

    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    public init(reservingByteCount byteCount: Int = 256) {
        bytes.reserveCapacity(byteCount)
    }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    public mutating func beginObject() { begin(UInt8(ascii: "{")) }
    public mutating func endObject() { end(UInt8(ascii: "}")) }
    public mutating func beginArray() { begin(UInt8(ascii: "[")) }
    public mutating func endArray() { end(UInt8(ascii: "]")) }

    /// Name of the next member of an object; a value or a `begin` follows.
    public mutating func name(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func name(_ name: Name) {
        separate()
        bytes.append(contentsOf: name.bytes)
        needsComma = false
    }

    public mutating func value(_ text: String) {
        separate()
        quote(text)
        needsComma = true
    }

    public mutating func value(_ number: Int64) { literal(String(number)) }

    public mutating func value(_ number: Int) { literal(String(number)) }

    /// A number with at most one decimal place: 1761 is 176.1, 1760 is 176. Not negative.
    public mutating func value(tenths: Int64) {
        precondition(tenths >= 0, "only counts have tenths here")
        literal(tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)")
    }

    public mutating func value(_ flag: Bool) { literal(flag ? "true" : "false") }

    public mutating func null() { literal("null") }

    public mutating func member(_ name: String, _ text: String?) {
        self.name(name)
        if let text { value(text) } else { null() }
    }

    public mutating func member(_ name: String, _ number: Int64?) {
        self.name(name)
        if let number { value(number) } else { null() }
    }

    public mutating func member(_ name: String, _ number: Int) {
        self.name(name)
        value(number)
    }

    public mutating func member(_ name: String, _ flag: Bool) {
        self.name(name)
        value(flag)
    }

    private mutating func begin(_ mark: UInt8) {
        separate()
        bytes.append(mark)
        needsComma = false
    }

    private mutating func end(_ mark: UInt8) {
        bytes.append(mark)
        needsComma = true
    }

    private mutating func literal(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        let isPlain = text.withUTF8 { utf8 in
            guard utf8.allSatisfy(Self.isPlain) else { return false }
            bytes.append(contentsOf: utf8)
            return true
        }
        if !isPlain { escape(text) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Of nothing that needs an escape; U+2028 and U+2029 begin with 0xE2, as much else does.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && byte != 0x7F
            && byte != 0xE2
    }

    private mutating func escape(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": bytes.append(contentsOf: #"\""#.utf8)
            case "\\": bytes.append(contentsOf: #"\\"#.utf8)
            case "\n": bytes.append(contentsOf: #"\n"#.utf8)
            case "\u{00}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                bytes.append(contentsOf: #"\u"#.utf8)
                bytes.append(contentsOf: (String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            default: bytes.append(contentsOf: UTF8.encode(scalar)!)
            }
        }
    }
}
