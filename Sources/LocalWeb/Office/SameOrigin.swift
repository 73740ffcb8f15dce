import HTTPTypes
import Hummingbird

/// Whether a POST comes from a page of ours, by what only browsers write: `Sec-Fetch-Site` (sent to this
/// machine itself and over TLS) and `Origin`. A client that sends neither is no browser, and cannot be made
/// by a foreign page to act for somebody; its form token is looked at all the same.
///
/// Pages with forms must not say `Referrer-Policy: no-referrer`: browsers then send `Origin: null`.
enum SameOrigin {
    static func allows(_ request: Request) -> Bool {
        if let site = request.headers[.secFetchSite], site != "same-origin" { return false }
        guard let origin = request.headers[.origin]?.lowercased() else { return true }
        guard let authority = request.head.authority?.lowercased(), !authority.isEmpty else { return false }
        return origin == "http://" + authority || origin == "https://" + authority
    }
}

extension HTTPField.Name {
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
    static let formToken = HTTPField.Name("X-Form-Token")!
}
