import SiteModel

/// One call, after its envelope was found right.
struct Call: Sendable {
    let method: String
    let nonce: String
    let content: JSONValue
}

/// Checks what stands around the business object: names, app, time, signature. The nonce is looked up later,
/// by whoever remembers nonces.
struct Envelope {
    static let parameters = ["method", "version", "appid", "format", "timestamp", "nonce", "data", "sign"]
    static let versions: Set = ["1.0", "1.1"]

    let appID: String
    let secret: AppSecret
    let window: Duration

    func call(of form: FormBody, now: UTCInstant) throws(Refusal) -> Call {
        for name in Self.parameters where (form[name] ?? "").isEmpty {
            throw Refusal("[\(name)]不能为空")
        }
        guard form["appid"] == appID else { throw Refusal("appid无效", code: .permission) }
        guard Self.versions.contains(form["version"] ?? "") else { throw Refusal("[version]值超出范围或无效") }
        guard form["format"] == "json" else { throw Refusal("[format]值超出范围或无效") }
        guard let sent = PlatformTime.compact(form["timestamp"] ?? "") else {
            throw Refusal("[timestamp]格式不正确")
        }
        guard secret.verifies(form["sign"] ?? "", of: form) else {
            throw Refusal("签名校验错误", code: .signature)
        }
        guard abs(now.milliseconds - sent.milliseconds) <= window.wholeMilliseconds else {
            throw Refusal("timestamp超出允许的时间范围", code: .signature)
        }
        let nonce = form["nonce"] ?? ""
        guard (6...64).contains(nonce.utf8.count) else { throw Refusal("[nonce]值超出范围或无效") }
        guard let content = JSONValue((form["data"] ?? "").utf8), case .object = content else {
            throw Refusal("[data]格式不正确")
        }
        return Call(method: form["method"] ?? "", nonce: nonce, content: content)
    }
}

/// Times as the platform writes them: Beijing time, UTC+8 all year.
enum PlatformTime {
    static let offsetMilliseconds: Int64 = 8 * 3_600_000

    /// `yyyyMMddHHmmss`.
    static func compact(_ text: String) -> UTCInstant? {
        let digits = Array(text.utf8)
        guard digits.count == 14, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        func part(_ range: Range<Int>) -> String { String(decoding: digits[range], as: UTF8.self) }
        return second(
            "\(part(0..<4))-\(part(4..<6))-\(part(6..<8)) \(part(8..<10)):\(part(10..<12)):\(part(12..<14))")
    }

    /// `yyyy-MM-dd HH:mm:ss`.
    static func second(_ text: String) -> UTCInstant? {
        let bytes = Array(text.utf8)
        guard bytes.count == 19, bytes[10] == 0x20 else { return nil }
        let rfc3339 = text.replacing(" ", with: "T", maxReplacements: 1) + "Z"
        return UTCInstant(rfc3339: rfc3339)?.advanced(byMilliseconds: -offsetMilliseconds)
    }

    static func day(of instant: UTCInstant) -> String {
        instant.day(offsetMilliseconds: offsetMilliseconds).description
    }

    /// `yyyyMMddHH`, as it stands in a serial code.
    static func hour(of instant: UTCInstant) -> String {
        String(secondText(of: instant).prefix(13).filter(\.isNumber))
    }

    static func secondText(of instant: UTCInstant) -> String {
        String(instant.localText(offsetMilliseconds: offsetMilliseconds).prefix(19))
    }
}
