/// One thing a command may ask the running service: `GET /status`.
public struct ControlRoute: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }

    public let method: Method
    /// Fixed, with its leading slash.
    public let path: String
    public let handler: @Sendable (ControlRequest) async -> ControlResponse

    public init(
        _ method: Method, _ path: String,
        handler: @escaping @Sendable (ControlRequest) async -> ControlResponse
    ) {
        self.method = method
        self.path = path
        self.handler = handler
    }
}

/// What a command sent.
public struct ControlRequest: Sendable, Equatable {
    /// `dry_run=1` is `["dry_run": "1"]`; the last of equal names counts.
    public let query: [String: String]
    /// The name of the file whose bytes are the body: header `X-File-Name`, percent-encoded UTF-8.
    public let fileName: String?
    /// At most `ControlServer.bodyLimitByteCount`.
    public let body: [UInt8]

    public init(query: [String: String] = [:], fileName: String? = nil, body: [UInt8] = []) {
        self.query = query
        self.fileName = fileName
        self.body = body
    }
}

/// What the service answers: an HTTP status and a body, JSON unless said otherwise.
public struct ControlResponse: Sendable, Equatable {
    public let status: Int
    public let contentType: String
    public let body: [UInt8]

    public init(status: Int = 200, contentType: String = "application/json", body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// Sentences for people.
    public static func text(_ status: Int, _ words: String) -> ControlResponse {
        ControlResponse(status: status, contentType: "text/plain; charset=utf-8", body: Array(words.utf8))
    }

    /// The body is not what this version writes.
    public static let otherVersion = text(400, "the request is of another version of this program")
}
