/// What somebody typed and the ledger keeps in clear for ever: nobody may be found in it.
enum ClearWords {
    private static let mask = "***"
    /// Dates and lane numbers stay; identity numbers, phones and cards go.
    private static let digitLimit = 5

    /// The text without `name`, and without runs of six and more digits (an X that ends one goes with it).
    /// Never longer in bytes than it was.
    static func masked(_ text: String, without name: String? = nil) -> String {
        var text = text
        // A single character is a word of the language, too.
        if let name, name.count > 1 { text = text.replacing(name, with: mask.prefix(name.utf8.count)) }
        var (result, run) = ("", "")
        func end() {
            result += run.filter(\.isDecimalDigit).count > digitLimit ? mask : run
            run = ""
        }
        for character in text {
            if character.isDecimalDigit || !run.isEmpty && character.isCheckX {
                run.append(character)
            } else {
                end()
                result.append(character)
            }
        }
        end()
        return result
    }
}

extension Character {
    /// Also the wide digits of Chinese keyboards.
    fileprivate var isDecimalDigit: Bool {
        isWholeNumber && unicodeScalars.first?.properties.numericType == .decimal
    }

    fileprivate var isCheckX: Bool { self == "X" || self == "x" || self == "Ｘ" || self == "ｘ" }
}
