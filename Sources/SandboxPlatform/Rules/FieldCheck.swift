import SiteModel

/// Holds one object against its fields. Lists are measured here; their elements are checked one by one later.
struct FieldCheck {
    let secret: AppSecret

    /// - Throws: the first refusal, in the platform's words.
    func check(_ object: JSONValue, against rules: [FieldRule]) throws(Refusal) {
        for rule in rules {
            switch object[rule.name] {
            case nil, .null?, .text("")?:
                if rule.isRequired { throw Refusal("[\(rule.name)]不能为空") }
            case let value?:
                try check(value, rule, in: object)
            }
        }
    }

    private func check(_ value: JSONValue, _ rule: FieldRule, in object: JSONValue) throws(Refusal) {
        switch rule.kind {
        case .anything: return
        case .list(let limit, _):
            guard case .array(let elements) = value else { throw Refusal("[\(rule.name)]格式不正确") }
            guard !elements.isEmpty || !rule.isRequired else { throw Refusal("[\(rule.name)]不能为空") }
            guard elements.count <= limit else { throw Refusal("[\(rule.name)]数量超过限制\(limit)") }
            guard elements.allSatisfy({ if case .object = $0 { true } else { false } }) else {
                throw Refusal("[\(rule.name)]格式不正确")
            }
        default:
            guard let text = value.scalarText else { throw Refusal("[\(rule.name)]格式不正确") }
            try check(text, rule, in: object)
        }
    }

    private func check(_ text: String, _ rule: FieldRule, in object: JSONValue) throws(Refusal) {
        let name = rule.name
        switch rule.kind {
        case .text(let limit):
            guard text.count <= limit else { throw Refusal("[\(name)]长度超过限制\(limit)") }
        case .code(let table):
            guard table.holds(text) else { throw Refusal("[\(name)]值超出范围或无效") }
        case .areaCode:
            guard text.utf8.count == 6, Int(text) != nil else {
                throw Refusal("[\(name)]参数值不正确,请参见行政区划字典表")
            }
        case .wholeNumber:
            guard Int64(text) != nil else { throw Refusal("[\(name)]值超出范围或无效") }
        case .number(let range):
            guard let number = Double(text), range.contains(number) else {
                throw Refusal("[\(name)]值超出范围或无效")
            }
        case .sealed(let limit):
            guard let opened = secret.opened(text) else { throw Refusal("[\(name)]解密失败") }
            guard opened.count <= limit else { throw Refusal("[\(name)]长度超过限制\(limit)") }
        case .identity(let type): try checkIdentity(text, name, type: object[type]?.scalarText)
        case .picture(let kilobytes): try checkPicture(text, name, kilobytes)
        case .day: guard CivilDate(iso8601: text) != nil else { throw Refusal("[\(name)]格式不正确") }
        case .second: guard PlatformTime.second(text) != nil else { throw Refusal("[\(name)]格式不正确") }
        case .month: guard CivilDate(iso8601: text + "-01") != nil else { throw Refusal("[\(name)]格式不正确") }
        case .list, .anything: return
        }
    }

    private func checkIdentity(_ sealed: String, _ name: String, type: String?) throws(Refusal) {
        guard let number = secret.opened(sealed), !number.isEmpty else { throw Refusal("[\(name)]解密失败") }
        guard number.count <= 30 else { throw Refusal("[\(name)]长度超过限制30") }
        guard type == nil || type == "01" else { return }
        // try?: whatever is wrong with it, the platform says one sentence.
        guard number.utf8.count == 18, (try? IDNumber(reading: number)) != nil else {
            throw Refusal("[\(name)]格式不正确")
        }
    }

    /// Pure Base64 of a JPEG or PNG. Whether the limit counts the text or the bytes is not documented: the
    /// text is longer, so it is counted.
    private func checkPicture(_ text: String, _ name: String, _ kilobytes: Int) throws(Refusal) {
        guard text.utf8.count <= kilobytes * 1_024 else {
            throw Refusal("[\(name)]大小超过限制\(kilobytes)KB")
        }
        guard let bytes = Base64Text.decoded(text),
            bytes.starts(with: [0xFF, 0xD8, 0xFF]) || bytes.starts(with: [0x89, 0x50, 0x4E, 0x47])
        else { throw Refusal("[\(name)]格式无效,目前仅支持:jpg,jpeg,png") }
    }
}
