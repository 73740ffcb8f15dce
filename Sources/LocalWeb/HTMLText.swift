import Mustache
import SiteModel

/// Text that may stand in HTML as it is. The only string type that the views hand to the templates.
///
/// The templates switch Mustache's own escaping off: it compares whole characters, and `EscapedHTML` says why
/// that is not enough.
struct HTMLText: MustacheCustomRenderable, Hashable {
    let renderText: String
    /// Always shown; what may be absent is an optional.
    var isNull: Bool { false }

    /// Escapes text from outside: a name, a port, a team. At most `limit` scalars are kept.
    init(_ text: String, limit: Int = 80) {
        renderText = EscapedHTML(text, limit: limit).text
    }

    /// Takes what a template of ours has rendered.
    init(rendered html: String) {
        renderText = html
    }
}
