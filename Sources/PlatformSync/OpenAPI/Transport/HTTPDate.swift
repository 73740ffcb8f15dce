import SiteModel

/// `Date` of an HTTP answer (RFC 9110, 5.6.7), the form that is in use: `Mon, 02 Mar 2026 07:31:05 GMT`.
enum HTTPDate {
    static func instant(reading text: String) -> UTCInstant? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])),
            parts[1].count == 2
        else { return nil }
        let monthText = month < 9 ? "0\(month + 1)" : String(month + 1)
        return UTCInstant(rfc3339: "\(parts[3])-\(monthText)-\(parts[1])T\(parts[4])Z")
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
