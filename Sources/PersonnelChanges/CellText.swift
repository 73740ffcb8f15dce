/// What spreadsheets and hands do to text, undone. Knows no column.
enum CellText {
    /// Without white space (full-width and no-break too) and zero-width marks at the ends.
    static func trimmed(_ cell: String) -> String {
        let scalars = cell.unicodeScalars
        guard let first = scalars.first, let last = scalars.last else { return cell }
        guard isBlank(first) || isBlank(last) else { return cell }
        guard let start = scalars.firstIndex(where: { !isBlank($0) }),
            let end = scalars.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(scalars[start...end])
    }

    /// Full-width ASCII (`１`, `－`, `／`) as ASCII.
    static func halfWidth(_ text: String) -> String {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isFullWidth = (0xFF01...0xFF5E).contains(scalar.value)
            result.append(isFullWidth ? UnicodeScalar(UInt8(scalar.value - 0xFEE0)) : scalar)
        }
        return String(result)
    }

    /// For cells that hold a number: half-width, without the apostrophe that marks text in a spreadsheet, and
    /// without blanks inside.
    static func digits(_ text: String) -> String {
        let plain = halfWidth(text)
        let unmarked = plain.hasPrefix("'") ? String(plain.dropFirst()) : plain
        guard unmarked.unicodeScalars.contains(where: isBlank) else { return unmarked }
        return String(String.UnicodeScalarView(unmarked.unicodeScalars.filter { !isBlank($0) }))
    }

    /// A control character, or one that makes text look like other text (zero width, direction overrides).
    static func hasInvisibleCharacter(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            switch scalar.value {
            case 0...0x1F, 0x7F...0x9F, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF,
                0xFFFD:
                true
            default: false
            }
        }
    }

    /// A spreadsheet program took the number for a quantity: `1.10101E+17`.
    static func isScientific(_ text: String) -> Bool {
        text.contains { $0 == "E" || $0 == "e" } && text.contains(".")
            && text.allSatisfy { "0123456789.+Ee".contains($0) }
    }

    private static func isBlank(_ scalar: UnicodeScalar) -> Bool {
        switch scalar.value {
        case 0x21...0x7E, 0x4E00...0x9FFF: false
        case 0x200B, 0xFEFF: true
        default: scalar.properties.isWhitespace
        }
    }
}
