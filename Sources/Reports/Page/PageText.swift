import SiteModel

/// Pieces of the page. Text from outside goes in by `\(outside:)` alone, which escapes it; what stands in
/// literals is ours.
struct PageText: ExpressibleByStringInterpolation {
    private(set) var html: String

    init(stringLiteral value: String) {
        html = value
    }

    init(stringInterpolation: StringInterpolation) {
        html = stringInterpolation.html
    }

    init(joining pieces: [PageText]) {
        html = pieces.map(\.html).joined()
    }

    static func + (left: PageText, right: PageText) -> PageText { PageText(joining: [left, right]) }
    static func += (left: inout PageText, right: PageText) { left.html += right.html }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var html: String

        init(literalCapacity: Int, interpolationCount: Int) {
            html = ""
            html.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        mutating func appendLiteral(_ literal: String) { html += literal }
        mutating func appendInterpolation(_ piece: PageText) { html += piece.html }
        mutating func appendInterpolation(_ number: Int) { html += String(number) }
        mutating func appendInterpolation(_ sequence: LedgerSequence) { html += sequence.description }

        /// - Parameter text: made by our own code of nothing but digits and letters, however long.
        mutating func appendInterpolation(ours text: String) { html += text }

        /// - Parameter text: from a person or a device: a name, a reason, a lane.
        mutating func appendInterpolation(outside text: String) {
            html += EscapedHTML(text, limit: 400).text
        }

        /// - Parameter words: Chinese, with the English beside it.
        mutating func appendInterpolation(_ words: (chinese: String, english: String)) {
            html += EscapedHTML(words.chinese, limit: 400).text
            html += " <span lang=\"en\">\(EscapedHTML(words.english, limit: 400).text)</span>"
        }
    }
}
