import SiteModel

/// A JSON object as bundles have them: texts, whole numbers, null, and objects of these. Anything else, a
/// name that stands there twice, or a byte too many is no such object.
struct JSONObject: Equatable {
    enum Value: Equatable {
        case text(String)
        case number(Int64)
        case null
        case object(JSONObject)
    }

    /// `keys.json` has two.
    private static let depthLimit = 4

    private var members: [String: Value] = [:]

    init?(_ bytes: some Collection<UInt8>) {
        guard let value = JSONValue(bytes) else { return nil }
        self.init(value, depth: 0)
    }

    private init?(_ value: JSONValue, depth: Int) {
        guard depth < Self.depthLimit, case .object(let all) = value else { return nil }
        for member in all {
            switch member.value {
            case .text(let text): members[member.name] = .text(text)
            case .null: members[member.name] = .null
            case .number(let text):
                // Only as it is written: no leading zero, no minus zero.
                guard let number = Int64(text), String(number) == text else { return nil }
                members[member.name] = .number(number)
            case .object:
                guard let object = JSONObject(member.value, depth: depth + 1) else { return nil }
                members[member.name] = .object(object)
            case .array, .flag: return nil
            }
        }
    }

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
}
