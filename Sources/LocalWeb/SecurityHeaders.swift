import HTTPTypes
import Hummingbird

/// Adds to every answer, errors too, what keeps a browser from doing more with it than the board needs.
struct SecurityHeaders: RouterMiddleware {
    typealias Context = WebContext

    let hostCheck: HostCheck

    /// Nothing but our own style, script and stream; no inline script or style, no form, no frame.
    static let contentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    static let fields: HTTPFields = [
        .contentSecurityPolicy: contentSecurityPolicy,
        .xContentTypeOptions: "nosniff",
        .referrerPolicy: "no-referrer",
        .crossOriginResourcePolicy: "same-origin",
        .cacheControl: "no-store",
    ]

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        if hostCheck.allows(authority: request.head.authority) {
            do {
                response = try await next(request, context)
            } catch let error as any HTTPResponseError {
                response = .text(error.status)
            }
        } else {
            response = .text(.misdirectedRequest)
        }
        // A page of the office has a policy of its own.
        for field in Self.fields where response.headers[field.name] == nil {
            response.headers[field.name] = field.value
        }
        return response
    }
}

extension HTTPField.Name {
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
}

extension Response {
    /// A status with its own phrase as the body.
    static func text(_ status: HTTPResponse.Status) -> Response {
        bytes(
            Array("\(status.code) \(status.reasonPhrase)\n".utf8), type: "text/plain; charset=utf-8", status)
    }

    static func bytes(_ bytes: [UInt8], type: String, _ status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
