import HTTPTypes
import Hummingbird

/// The cookie that holds a session's token. For scripts it is not there, and no foreign page sends it along.
///
/// It is not `Secure`: the server speaks plain HTTP, on this machine or on the site's network. Who listens on
/// that network can take the cookie. A board that is reached over a network belongs behind TLS; with it this
/// becomes `__Host-muster=…; Secure`.
enum SessionCookie {
    static let name = "muster"
    private static let properties = "; Path=/; HttpOnly; SameSite=Strict"

    static func value(in request: Request) -> String? { request.cookies[name]?.value }

    static func set(_ token: String) -> String { "\(name)=\(token)\(properties)" }

    static let cleared = "\(name)=\(properties); Max-Age=0"
}
