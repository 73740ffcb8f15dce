import SiteModel

/// Reads dialect files strictly: an unknown key, source or word, a missing part and a repeated name stop it.
struct DialectReader {
    private let file: JSONValue
    private let base: OpenAPIDialect?

    private static let keys: Set = [
        "extends", "name", "version", "sign", "cipher", "limits", "valid_for_ever", "methods", "dictionaries",
        "texts", "codes", "receipt_states",
    ]

    /// - Parameter file: the bytes of `NAME.json`; nil when there is none.
    static func dialect(
        named name: String, depth: Int = 0, file: (String) -> [UInt8]?
    ) throws(DialectError) -> OpenAPIDialect {
        guard depth < 4 else { throw DialectError(path: "extends", reason: "goes round in a circle") }
        guard let bytes = file(name) else {
            let known = OpenAPIDialect.names.joined(separator: ", ")
            throw DialectError(path: "", reason: "there is no dialect of that name; known: \(known)")
        }
        guard let value = JSONValue(bytes), let members = value.members else {
            throw DialectError(path: "", reason: "is no JSON object")
        }
        for member in members where !keys.contains(member.name) {
            throw DialectError(path: member.name, reason: "is no key of a dialect")
        }
        var base: OpenAPIDialect?
        if let other = value["extends"] {
            guard let other = other.text else { throw DialectError(path: "extends", reason: "is no text") }
            base = try dialect(named: other, depth: depth + 1, file: file)
        }
        return try DialectReader(file: value, base: base).dialect(named: name)
    }

    private func dialect(named name: String) throws(DialectError) -> OpenAPIDialect {
        guard file["name"]?.text == name else { throw DialectError(path: "name", reason: "is not \(name)") }
        try expect("sign", "sorted-lowercase-sha256")
        try expect("cipher", "aes-256-cbc")
        return OpenAPIDialect(
            name: name, version: try text("version", or: base?.version),
            attendancePerCall: try limit("attendance", 1...10_000, or: base?.attendancePerCall),
            payrollPerCall: try limit("payroll", 1...1_000, or: base?.payrollPerCall),
            photoByteCountLimit: try limit("photo_bytes", 1...1_048_576, or: base?.photoByteCountLimit),
            pageSize: try limit("page_size", 1...1_000, or: base?.pageSize),
            validForEver: try text("valid_for_ever", or: base?.validForEver), methods: try methods(),
            dictionaries: try dictionaries(), texts: try texts(),
            codes: try words("codes", or: base?.codes),
            receiptStates: try words("receipt_states", or: base?.receiptStates))
    }

    private func expect(_ key: String, _ only: String) throws(DialectError) {
        guard let value = file[key] else {
            if base == nil { throw DialectError(path: key, reason: "is missing") }
            return
        }
        guard value.text == only else { throw DialectError(path: key, reason: "there is \(only) alone") }
    }

    private func text(_ key: String, or inherited: String?) throws(DialectError) -> String {
        guard let value = file[key] else {
            guard let inherited else { throw DialectError(path: key, reason: "is missing") }
            return inherited
        }
        guard let text = value.text else { throw DialectError(path: key, reason: "is no text") }
        return text
    }

    private func limit(_ key: String, _ range: ClosedRange<Int64>, or inherited: Int?) throws(DialectError)
        -> Int
    {
        let path = "limits.\(key)"
        guard let value = file["limits"]?[key] else {
            guard let inherited else { throw DialectError(path: path, reason: "is missing") }
            return inherited
        }
        guard case .number(let text) = value, let number = Int64(text), range.contains(number) else {
            throw DialectError(
                path: path, reason: "is no number of \(range.lowerBound) to \(range.upperBound)")
        }
        return Int(number)
    }

    private func methods() throws(DialectError) -> [OpenAPIDialect.MethodKey: OpenAPIDialect.Method] {
        var methods = base?.methods ?? [:]
        for member in try members("methods") {
            let path = "methods.\(member.name)"
            guard let key = OpenAPIDialect.MethodKey(rawValue: member.name) else {
                throw DialectError(path: path, reason: "is no method of ours")
            }
            guard let name = member.value["method"]?.text, let data = member.value["data"] else {
                throw DialectError(path: path, reason: "needs method and data")
            }
            methods[key] = OpenAPIDialect.Method(
                name: name, data: try TemplateReader.template(data, path: path + ".data", isNested: false))
        }
        for key in OpenAPIDialect.MethodKey.allCases where methods[key] == nil {
            throw DialectError(path: "methods.\(key.rawValue)", reason: "is missing")
        }
        return methods
    }

    private func dictionaries() throws(DialectError) -> [String: [String: PayloadValue]] {
        var dictionaries = base?.dictionaries ?? [:]
        for member in try members("dictionaries") {
            let path = "dictionaries.\(member.name)"
            guard Self.dictionaryNames.contains(member.name) else {
                throw DialectError(path: path, reason: "is no dictionary of ours")
            }
            var entries: [String: PayloadValue] = [:]
            for entry in member.value.members ?? [] {
                switch entry.value {
                case .text(let text): entries[entry.name] = .text(text)
                case .number(let text) where Int64(text) != nil:
                    entries[entry.name] = Int64(text).map { .number($0) }
                default:
                    throw DialectError(path: "\(path).\(entry.name)", reason: "is neither text nor number")
                }
            }
            dictionaries[member.name] = entries
        }
        for name in Self.dictionaryNames.sorted() where dictionaries[name]?.isEmpty ?? true {
            throw DialectError(path: "dictionaries.\(name)", reason: "is missing")
        }
        return dictionaries
    }

    private static let dictionaryNames: Set = [
        "direction", "means", "membership", "is_not", "sex", "role", "contract_period", "work_type",
    ]

    private func texts() throws(DialectError) -> [(fragment: String, reaction: OpenAPIDialect.TextReaction)] {
        guard let value = file["texts"] else { return base?.texts ?? [] }
        guard let elements = value.elements else { throw DialectError(path: "texts", reason: "is no list") }
        var texts: [(fragment: String, reaction: OpenAPIDialect.TextReaction)] = []
        for (index, element) in elements.enumerated() {
            guard let pair = element.elements, pair.count == 2, let fragment = pair[0].text,
                !fragment.isEmpty,
                let reaction = pair[1].text.flatMap(OpenAPIDialect.TextReaction.init)
            else {
                throw DialectError(path: "texts[\(index)]", reason: "is no pair of a fragment and a reaction")
            }
            texts.append((fragment, reaction))
        }
        return texts
    }

    private func words<Word: RawRepresentable<String>>(
        _ key: String, or inherited: [String: Word]?
    ) throws(DialectError) -> [String: Word] {
        if file[key] == nil, let inherited { return inherited }
        var words: [String: Word] = [:]
        for member in try members(key) {
            guard let word = member.value.text.flatMap(Word.init) else {
                throw DialectError(path: "\(key).\(member.name)", reason: "is no word of ours")
            }
            words[member.name] = word
        }
        guard !words.isEmpty else { throw DialectError(path: key, reason: "is missing") }
        return words
    }

    /// No members when the key is missing.
    private func members(_ key: String) throws(DialectError) -> [JSONValue.Member] {
        guard let value = file[key] else { return [] }
        guard let members = value.members else { throw DialectError(path: key, reason: "is no object") }
        return members
    }
}

/// Reads the `data` of a method.
private enum TemplateReader {
    static func template(_ value: JSONValue, path: String, isNested: Bool) throws(DialectError)
        -> PayloadTemplate
    {
        guard let members = value.members else { throw DialectError(path: path, reason: "is no object") }
        var fields: [PayloadTemplate.Field] = []
        for member in members {
            let place = "\(path).\(member.name)"
            fields.append(
                PayloadTemplate.Field(
                    name: member.name, content: try content(member.value, path: place, isNested: isNested)))
        }
        return PayloadTemplate(fields: fields)
    }

    private static func content(
        _ value: JSONValue, path: String, isNested: Bool
    ) throws(DialectError) -> PayloadTemplate.Content {
        if let elements = value.elements {
            guard elements.count == 1, !isNested else {
                throw DialectError(path: path, reason: "a list has one object, and no list within it")
            }
            return .records(try template(elements[0], path: path, isNested: true))
        }
        guard var text = value.text else { throw DialectError(path: path, reason: "is no text") }
        if text.hasPrefix("=") { return .constant(String(text.dropFirst())) }
        let isOptional = text.hasSuffix("?")
        if isOptional { text.removeLast() }
        let isEncrypted = text.hasSuffix(" aes")
        if isEncrypted { text.removeLast(4) }
        guard let source = PayloadSource(rawValue: text) else {
            throw DialectError(path: path, reason: "\(text) is nothing a site can tell")
        }
        return .source(source, isEncrypted: isEncrypted, isOptional: isOptional)
    }
}
