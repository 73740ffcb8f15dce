/// Writes the one and only byte form of a value: CBOR in core deterministic encoding (RFC 8949, section
/// 4.2.1), definite lengths, shortest heads.
///
/// Bodies are CBOR arrays whose elements stand in a fixed, documented order; a later version may append
/// elements, never insert or remove.
/// What is absent is `null`. No floats, no tags, no maps: nothing has two encodings.
public struct CanonicalEncoder: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init(reservingByteCount byteCount: Int = 64) {
        bytes.reserveCapacity(byteCount)
    }

    /// Forgets what was written; the room stays for what is written next.
    public mutating func clear() { bytes.removeAll(keepingCapacity: true) }

    /// Head of an array; the next `count` appends are its elements.
    public mutating func array(count: Int) {
        head(majorType: 4, UInt64(count))
    }

    public mutating func append(_ value: Int64) {
        if value >= 0 { head(majorType: 0, UInt64(value)) } else { head(majorType: 1, UInt64(-1 - value)) }
    }

    public mutating func append(_ value: Int) { append(Int64(value)) }

    public mutating func append(_ value: UInt64) { head(majorType: 0, value) }

    public mutating func append(_ value: Bool) { bytes.append(value ? 0xF5 : 0xF4) }

    public mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            head(majorType: 3, UInt64(utf8.count))
            bytes.append(contentsOf: utf8)
        }
    }

    public mutating func append(byteString: some Collection<UInt8>) {
        head(majorType: 2, UInt64(byteString.count))
        bytes.append(contentsOf: byteString)
    }

    /// As a byte string of 16.
    public mutating func append(_ boot: BootID) {
        head(majorType: 2, 16)
        appendBytes(of: boot.high, count: 8)
        appendBytes(of: boot.low, count: 8)
    }

    public mutating func appendNull() { bytes.append(0xF6) }

    public mutating func append(_ value: Int64?) {
        if let value { append(value) } else { appendNull() }
    }

    public mutating func append(_ value: UInt64?) {
        if let value { append(value) } else { appendNull() }
    }

    public mutating func append(_ text: String?) {
        if let text { append(text) } else { appendNull() }
    }

    private mutating func head(majorType: UInt8, _ value: UInt64) {
        let type = majorType << 5
        let (length, byteCount): (UInt8, Int) =
            switch value {
            case 0..<24: (UInt8(value), 0)
            case 24...0xFF: (24, 1)
            case 0x100...0xFFFF: (25, 2)
            case 0x1_0000...0xFFFF_FFFF: (26, 4)
            default: (27, 8)
            }
        bytes.append(type | length)
        appendBytes(of: value, count: byteCount)
    }

    /// The last `count` of the eight bytes of a number, big-endian.
    private mutating func appendBytes(of value: UInt64, count: Int) {
        var shift = UInt64(count) &* 8
        while shift > 0 {
            shift &-= 8
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}

/// The bytes are not the canonical encoding of the expected value. Carries the offset where reading stopped,
/// never the content.
public struct CanonicalDecodingError: Error, Equatable, Sendable {
    public let byteOffset: Int
}

/// Reads what `CanonicalEncoder` wrote, in the same order. Every length is compared with what is there before
/// it is used.
public struct CanonicalDecoder: Sendable {
    private let bytes: [UInt8]
    public private(set) var byteOffset = 0

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public var isAtEnd: Bool { byteOffset == bytes.count }

    /// - Returns: how many elements follow.
    public mutating func array() throws(CanonicalDecodingError) -> Int {
        let count = try head(majorType: 4)
        guard count <= UInt64(bytes.count) else { throw failure }
        return Int(count)
    }

    public mutating func integer() throws(CanonicalDecodingError) -> Int64 {
        guard byteOffset < bytes.count else { throw failure }
        if bytes[byteOffset] >> 5 == 1 {
            let value = try head(majorType: 1)
            guard value <= UInt64(Int64.max) else { throw failure }
            return -1 - Int64(value)
        }
        let value = try head(majorType: 0)
        guard value <= UInt64(Int64.max) else { throw failure }
        return Int64(value)
    }

    public mutating func unsigned() throws(CanonicalDecodingError) -> UInt64 {
        try head(majorType: 0)
    }

    public mutating func bool() throws(CanonicalDecodingError) -> Bool {
        guard byteOffset < bytes.count, bytes[byteOffset] == 0xF4 || bytes[byteOffset] == 0xF5 else {
            throw failure
        }
        byteOffset += 1
        return bytes[byteOffset - 1] == 0xF5
    }

    public mutating func text() throws(CanonicalDecodingError) -> String {
        let range = try payload(majorType: 3)
        guard let text = String(validating: bytes[range], as: UTF8.self) else { throw failure }
        return text
    }

    public mutating func byteString() throws(CanonicalDecodingError) -> [UInt8] {
        Array(bytes[try payload(majorType: 2)])
    }

    /// Passes over one text without making a string of it.
    public mutating func skipText() throws(CanonicalDecodingError) {
        _ = try payload(majorType: 3)
    }

    /// True, and the null is consumed, when the next value is null.
    public mutating func null() -> Bool {
        guard byteOffset < bytes.count, bytes[byteOffset] == 0xF6 else { return false }
        byteOffset += 1
        return true
    }

    public mutating func optionalInteger() throws(CanonicalDecodingError) -> Int64? {
        null() ? nil : try integer()
    }

    public mutating func optionalUnsigned() throws(CanonicalDecodingError) -> UInt64? {
        null() ? nil : try unsigned()
    }

    public mutating func optionalText() throws(CanonicalDecodingError) -> String? {
        null() ? nil : try text()
    }

    /// Milliseconds that fit in an uptime: 292 years.
    mutating func uptime() throws(CanonicalDecodingError) -> Uptime {
        let milliseconds = try integer()
        guard (0...Int64.max / 1_000_000).contains(milliseconds) else { throw failure }
        return Uptime(milliseconds: milliseconds)
    }

    /// Days since 1970 within the years 0001 to 9999.
    mutating func date() throws(CanonicalDecodingError) -> CivilDate {
        let days = try integer()
        guard (-719_162...2_932_896).contains(days) else { throw failure }
        return CivilDate(daysSince1970: days)
    }

    public var failure: CanonicalDecodingError { CanonicalDecodingError(byteOffset: byteOffset) }

    private mutating func payload(majorType: UInt8) throws(CanonicalDecodingError) -> Range<Int> {
        let count = try head(majorType: majorType)
        guard count <= UInt64(bytes.count - byteOffset) else { throw failure }
        let start = byteOffset
        byteOffset += Int(count)
        return start..<byteOffset
    }

    private mutating func head(majorType: UInt8) throws(CanonicalDecodingError) -> UInt64 {
        guard byteOffset < bytes.count, bytes[byteOffset] >> 5 == majorType else { throw failure }
        let short = bytes[byteOffset] & 31
        if short < 24 {
            byteOffset += 1
            return UInt64(short)
        }
        guard short <= 27 else { throw failure }
        let byteCount = 1 << Int(short - 24)
        guard bytes.count - byteOffset > byteCount else { throw failure }
        var value: UInt64 = 0
        for index in 1...byteCount {
            value = value << 8 | UInt64(bytes[byteOffset + index])
        }
        let least: UInt64 = [24, 0x100, 0x1_0000, 0x1_0000_0000][Int(short - 24)]
        guard value >= least else { throw failure }  // not the shortest form: not canonical
        byteOffset += 1 + byteCount
        return value
    }
}
