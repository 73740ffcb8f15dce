/// Reads one HTTP/1.1 answer as our own server writes it: a status line, headers, `Content-Length`, the body,
/// the end of the connection. Chunks are not read, because the control server never sends them.
enum HTTPAnswer {
    static func response(from bytes: [UInt8]) throws(ControlError) -> ControlResponse {
        guard let end = headEnd(in: bytes) else { throw .badAnswer }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let statusLine = lines.first?.split(separator: " ", maxSplits: 2) ?? []
        guard statusLine.count >= 2, statusLine[0] == "HTTP/1.1", statusLine[1].utf8.count == 3,
            let status = Int(statusLine[1])
        else { throw .badAnswer }
        var headers: [String: Substring] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { throw .badAnswer }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers[line[..<colon].lowercased()] = value
        }
        let body = bytes[(end + 4)...]
        guard headers["transfer-encoding"] == nil,
            headers["content-length"].flatMap({ Int($0) }) == body.count
        else { throw .badAnswer }
        return ControlResponse(
            status: status, contentType: headers["content-type"].map(String.init) ?? "", body: Array(body))
    }

    /// Where the empty line begins that ends the headers.
    private static func headEnd(in bytes: [UInt8]) -> Int? {
        let mark = Array("\r\n\r\n".utf8)
        guard bytes.count >= mark.count else { return nil }
        return (0...(bytes.count - mark.count)).first { bytes[$0..<($0 + mark.count)].elementsEqual(mark) }
    }
}
