/// Writes server-sent events (HTML standard, section 9.2.6).
///
/// One event: `event:`, `id:` and one `data:` line for each line of the text, ended by an empty line.
enum EventText {
    /// How long a browser waits before it connects again.
    static let retryMilliseconds = 2_000

    static func opening() -> String {
        "retry: \(retryMilliseconds)\n\n"
    }

    static func event(_ name: String, id: Int, data: String) -> String {
        var text = "event: \(name)\nid: \(id)\n"
        // By scalar: CR LF is one Character, and each of the three line ends would end the data line.
        let lines = data.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r" }
        for line in lines { text += "data: " + String(line) + "\n" }
        return text + "\n"
    }

    /// Keeps proxies from closing the connection, and tells the page that it lives: the comment for them, the
    /// event for it, because a browser does not hand comments on.
    static func heartbeat(id: Int, siteMilliseconds: Int64) -> String {
        ": heartbeat\n" + event("clock", id: id, data: String(siteMilliseconds))
    }
}
