import Mustache

/// Text that may stand in HTML as it is. The only string type that the views hand to the templates.
///
/// The templates switch Mustache's own escaping off: it compares whole characters, and `U+0600` + `<` is one
/// character, so a name that begins so would bring a tag along. Here every scalar is looked at by itself.
struct HTMLText: MustacheCustomRenderable, Hashable {
    let renderText: String
    /// Always shown; what may be absent is an optional.
    var isNull: Bool { false }

    /// Escapes text from outside: a name, a port, a team.
    ///
    /// Dropped: control characters, and those that turn or hide the text around them (direction marks, zero
    /// width, tags). At most `limit` scalars are kept, so that nobody's name covers the board.
    init(_ text: String, limit: Int = 80) {
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
        renderText = escaped
    }

    /// Takes what a template of ours has rendered.
    init(rendered html: String) {
        renderText = html
    }

    private static func isDropped(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
