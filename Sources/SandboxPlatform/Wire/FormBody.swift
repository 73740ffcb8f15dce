import SiteModel

/// The parameters of an `application/x-www-form-urlencoded` body, decoded.
struct FormBody: Sendable, Equatable {
    private var values: [String: String] = [:]

    subscript(name: String) -> String? { values[name] }

    var names: some Collection<String> { values.keys }

    /// - Returns: nil when an escape is broken, a text is no UTF-8, or a name stands there twice.
    init?(_ bytes: some Sequence<UInt8>) {
        for pair in Array(bytes).split(separator: UInt8(ascii: "&")) {
            let cut = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let name = Self.decoded(pair[..<cut]), let value = Self.decoded(pair[cut...].dropFirst()),
                values.updateValue(value, forKey: name) == nil
            else { return nil }
        }
    }

    init(_ values: [String: String]) { self.values = values }

    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String? {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var position = bytes.startIndex
        while position < bytes.endIndex {
            let byte = bytes[position]
            position += 1
            guard byte == UInt8(ascii: "%") else {
                text.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
                continue
            }
            guard position + 2 <= bytes.endIndex, let high = hexadecimalValue(of: bytes[position]),
                let low = hexadecimalValue(of: bytes[position + 1])
            else { return nil }
            text.append(high << 4 | low)
            position += 2
        }
        return String(validating: text, as: UTF8.self)
    }
}
