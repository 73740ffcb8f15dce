import Hummingbird
import NIOCore

/// What a page is given of a request.
struct OfficeRequest: Sendable {
    /// Without the query: `/people`.
    let path: String
    let query: FormFields
    /// Of a POST whose token was right; empty for a GET.
    let form: FormFields
    /// The body of a POST that is no form, such as a photo; of a form with a file, the file.
    let body: [UInt8]
    let language: Language
    /// Values of `:name` in the route's path.
    let parameters: Parameters

    /// A field of the form without the blanks around it; empty when it is missing.
    func field(_ name: String) -> String {
        let text = form[name] ?? ""
        let start = text.drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}

extension OfficeRequest {
    init(
        _ request: Request, _ context: WebContext?, query: FormFields, form: FormFields = .none,
        body: [UInt8] = []
    ) {
        self.init(
            path: request.uri.path, query: query, form: form, body: body,
            language: Language(of: request, query: query), parameters: context?.parameters ?? Parameters())
    }

    /// Reads the body of a POST.
    static func read(
        _ request: Request, _ context: WebContext, upTo byteLimit: Int
    ) async throws(OfficeProblem) -> OfficeRequest {
        let bytes: [UInt8]
        do {
            bytes = Array(try await request.body.collect(upTo: byteLimit).readableBytesView)
        } catch {
            // Else the connection broke, and nobody reads the answer.
            throw .tooLarge
        }
        let type = request.headers[.contentType]?.lowercased() ?? ""
        let isForm = type.hasPrefix("application/x-www-form-urlencoded")
        if type.hasPrefix("multipart/form-data") {
            guard let query = query(of: request),
                let sent = MultipartForm(bytes, contentType: request.headers[.contentType] ?? "")
            else { throw .unreadableForm }
            return OfficeRequest(request, context, query: query, form: sent.form, body: sent.file)
        }
        guard let query = query(of: request), let form = isForm ? FormFields(bytes) : FormFields.none else {
            throw .unreadableForm
        }
        return OfficeRequest(request, context, query: query, form: form, body: isForm ? [] : bytes)
    }

    /// Nil when it is not readable.
    static func query(of request: Request) -> FormFields? { FormFields((request.uri.query ?? "").utf8) }

    /// Enough of a request to answer it with a page that something is wrong.
    static func plain(_ request: Request) -> OfficeRequest {
        OfficeRequest(request, nil, query: query(of: request) ?? .none)
    }
}
