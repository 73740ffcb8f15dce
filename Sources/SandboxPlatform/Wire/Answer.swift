import SiteModel

/// What the platform says: `{"code": …, "message": …, "data": …}`.
struct Answer: Sendable, Equatable {
    /// The documented codes.
    enum Code: Int, Sendable {
        case accepted = 0
        case parameter = -1
        case signature = -2
        case permission = -3
        case address = -4
        case rate = -5
        case system = 9999
    }

    let code: Int
    let message: String
    let content: JSONValue

    init(_ code: Code, _ message: String, content: JSONValue = .null) {
        self.code = code.rawValue
        self.message = message
        self.content = content
    }

    static func accepted(_ content: JSONValue) -> Answer { Answer(.accepted, "成功", content: content) }

    init(_ refusal: Refusal) { self.init(refusal.code, refusal.message) }

    var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("code", code)
        json.member("message", message)
        json.endObject()
        return String(json.text.dropLast()) + ",\"data\":" + content.jsonText + "}"
    }
}

/// Why a call or one element of it is not taken, in the platform's words. The words may name an identity
/// number, as those of real platforms do: a client must not log them as they are.
struct Refusal: Error, Equatable {
    let code: Answer.Code
    let message: String

    init(_ message: String, code: Answer.Code = .parameter) {
        self.code = code
        self.message = message
    }
}
