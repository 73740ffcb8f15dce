/// Where a login leads on: a path of this server and nothing else, or the visitor ends on a foreign page that
/// looks like ours.
struct LocalPath: Sendable, Hashable {
    static let start = "/office"

    let text: String

    /// Nil unless the text is one slash and then letters, digits and `-._~/?&=%:,+`: no second slash at the
    /// start and no backslash, which browsers take for one.
    init?(_ text: String?) {
        guard let text, (1...512).contains(text.utf8.count), text.utf8.first == UInt8(ascii: "/"),
            text.utf8.dropFirst().first != UInt8(ascii: "/"),
            text.utf8.allSatisfy(Self.isAllowed), !text.hasPrefix("/login"), !text.hasPrefix("/logout")
        else { return nil }
        self.text = text
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~/?&=%:,+".utf8.contains(byte)
        }
    }
}
