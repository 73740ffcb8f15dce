import SiteModel

/// A form with a file as browsers send it without a script (`multipart/form-data`, RFC 7578): its text
/// fields, and the bytes of its one file.
struct MultipartForm: Sendable {
    /// Of all parts; our forms have three.
    static let partLimit = 64

    let form: FormFields
    /// Empty when none was chosen.
    let file: [UInt8]

    private static let lineEnd: [UInt8] = [13, 10]

    /// Nil when the bytes are not such a form.
    ///
    /// - Parameter contentType: the header as it came; it names the boundary.
    init?(_ bytes: [UInt8], contentType: String) {
        guard let boundary = Self.parameter("boundary", of: contentType),
            (1...70).contains(boundary.utf8.count)
        else { return nil }
        let delimiter = Array("--\(boundary)".utf8)
        guard bytes.starts(with: delimiter) else { return nil }
        var fields: [(name: String, value: String)] = []
        var file: [UInt8] = []
        var partCount = 0
        var rest = bytes.dropFirst(delimiter.count)
        while !rest.starts(with: Array("--".utf8)) {
            partCount += 1
            guard partCount <= Self.partLimit, rest.starts(with: Self.lineEnd),
                let head = rest.firstRange(of: Self.lineEnd + Self.lineEnd),
                let end = rest[head.upperBound...].firstRange(of: Self.lineEnd + delimiter),
                let part = Part(rest[rest.startIndex..<head.lowerBound])
            else { return nil }
            let content = rest[head.upperBound..<end.lowerBound]
            if part.isFile {
                if file.isEmpty { file = Array(content) }
            } else {
                guard let text = String(validating: content, as: UTF8.self) else { return nil }
                fields.append((part.name, text))
            }
            rest = rest[end.upperBound...]
        }
        form = FormFields(fields: fields)
        self.file = file
    }

    /// What a part says of itself.
    private struct Part {
        let name: String
        let isFile: Bool

        init?(_ head: ArraySlice<UInt8>) {
            let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
            let line = lines.first { $0.lowercased().hasPrefix("content-disposition: form-data") }
            guard let line, let name = MultipartForm.parameter("name", of: String(line)) else { return nil }
            self.name = name
            isFile = MultipartForm.parameter("filename", of: String(line)) != nil
        }
    }

    /// `name` of `form-data; name="photo"`.
    private static func parameter(_ name: String, of header: String) -> String? {
        for piece in header.split(separator: ";").dropFirst() {
            let halves = piece.drop { $0 == " " }.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2, halves[0].lowercased() == name else { continue }
            return halves[1].hasPrefix("\"")
                ? String(halves[1].dropFirst().prefix { $0 != "\"" }) : String(halves[1])
        }
        return nil
    }
}
