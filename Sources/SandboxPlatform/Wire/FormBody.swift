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
        PercentEncoding.decoded(
            String(decoding: bytes.map { $0 == UInt8(ascii: "+") ? 0x20 : $0 }, as: UTF8.self))
    }
}
