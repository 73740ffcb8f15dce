/// Text from outside (a name, a port, a reason) as it may stand in HTML, between tags or in a quoted
/// attribute.
///
/// Every scalar is looked at by itself, never whole characters: `U+0600` + `<` is one character, so a name
/// that begins so would bring a tag along.
/// Dropped: control characters, and those that turn or hide the text around them (direction marks, zero
/// width, tags).
public struct EscapedHTML: Sendable, Hashable {
    public let text: String

    /// - Parameter limit: scalars that are kept, so that nobody's name covers the page; an ellipsis follows.
    public init(_ text: String, limit: Int = 80) {
        var escaped = ""
        var count = 0
        for scalar in text.unicodeScalars where !Self.isDropped(scalar) {
            if count == limit {
                escaped += "…"
                break
            }
            count += 1
            switch scalar {
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        self.text = escaped
    }

    private static func isDropped(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
