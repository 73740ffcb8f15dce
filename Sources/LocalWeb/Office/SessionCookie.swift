import HTTPTypes
import Hummingbird

/// The cookie that holds a session's token. For scripts it is not there, and no foreign page sends it along.
///
/// Over TLS it is `__Host-muster` and `Secure` (RFC 6265bis, section 4.1.3.2): a browser sends it over TLS
/// alone, and takes it from nobody else who claims the host's name. Over plain HTTP, on this machine or the
/// site's network, who listens there can take it; the board warns of that.
struct SessionCookie: Sendable {
    let isSecure: Bool

    var name: String { isSecure ? "__Host-muster" : "muster" }

    private var properties: String {
        "; Path=/; HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
    }

    func value(in request: Request) -> String? { request.cookies[name]?.value }

    func set(_ token: String) -> String { "\(name)=\(token)\(properties)" }
}
