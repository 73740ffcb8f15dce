import SiteModel

/// The fields of a form or of a query (`application/x-www-form-urlencoded`, WHATWG URL standard, section 5),
/// in their order. A name may come several times, as boxes ticked in a list do.
struct FormFields: Sendable, Equatable {
    static let fieldLimit = 4_096

    private let fields: [(name: String, value: String)]

    static let none = FormFields(fields: [])

    /// Nil when the bytes are not UTF-8, a `%` is not followed by two digits, or there are too many fields.
    init?(_ bytes: some Collection<UInt8>) {
        var fields: [(String, String)] = []
        for part in bytes.split(separator: UInt8(ascii: "&")) {
            guard fields.count < Self.fieldLimit else { return nil }
            let halves = part.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(halves[0]),
                let value = halves.count > 1 ? Self.decoded(halves[1]) : ""
            else { return nil }
            fields.append((name, value))
        }
        self.fields = fields
    }

    /// Those of a form of another encoding.
    init(fields: [(name: String, value: String)]) {
        self.fields = fields
    }

    /// The first value of that name; nil when there is none.
    subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    /// Every value of that name.
    func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// For an address, without the fields of that name.
    func encoded(without name: String) -> [String] {
        fields.filter { $0.name != name }
            .map { "\(PercentEncoding.encoded($0.name))=\(PercentEncoding.encoded($0.value))" }
    }

    static func == (left: FormFields, right: FormFields) -> Bool {
        left.fields.elementsEqual(right.fields) { $0.name == $1.name && $0.value == $1.value }
    }

    private static func decoded(_ bytes: some Collection<UInt8>) -> String? {
        PercentEncoding.decoded(
            String(decoding: bytes.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }, as: UTF8.self))
    }
}
