import SiteModel

/// How a roster file writes a card number: as printed on the card, or, for the lengths that no print form
/// has, as the decimal value of so many bits (`35bit`).
enum RosterCardFormat: Sendable, Hashable {
    case printed(CardNumberFormat)
    case bits(Int)

    init(reading cell: String) throws(CellError) {
        let text = CellText.digits(cell).uppercased()
        if let format = CardNumberFormat(rawValue: text) {
            self = .printed(format)
        } else if text.hasSuffix("BIT"), let count = Int(text.dropLast(3)), (1...56).contains(count) {
            self = .bits(count)
        } else {
            let names = CardNumberFormat.allCases.map(\.rawValue)
            throw CellError(
                "应为 \(names.joined(separator: "、")) 之一", "is none of \(names.joined(separator: ", "))")
        }
    }

    /// The form that shows all of a card's bits, so that an export reads back to the same card.
    init(showing card: CardNumber) {
        switch card.bitLength {
        case 40: self = .printed(.tenHexadecimal)
        case 32: self = .printed(.eightHexadecimalTenDecimal)
        case 24: self = .printed(.sixHexadecimalEightDecimal)
        default: self = .bits(card.bitLength)
        }
    }

    /// By the shape of the number alone, when the file does not say:
    /// ten decimal digits are 8H10D (the common print; a 10H number without any letter and a 4H4H one without
    /// its comma need their `card_format`), ten hexadecimal digits with a letter 10H, a comma after five
    /// digits 4H4H, any other 2H4H, eight digits 6H8D. Twelve digits are not guessed: their `card_format` is
    /// 10H12D.
    init(guessedFrom number: String) throws(CellError) {
        let isDecimal = number.utf8.allSatisfy { (0x30...0x39).contains($0) }
        switch number.utf8.count {
        case 11 where number.utf8.dropFirst(5).first == UInt8(ascii: ","):
            self = .printed(.fourHexadecimalFourHexadecimal)
        case _ where number.contains(","): self = .printed(.twoHexadecimalFourHexadecimal)
        case 10: self = .printed(isDecimal ? .eightHexadecimalTenDecimal : .tenHexadecimal)
        case 8 where isDecimal: self = .printed(.sixHexadecimalEightDecimal)
        case let count:
            throw CellError(
                "有 \(count) 个字符，不是卡面上的任何格式；是否丢了开头的零？否则请选择卡号格式",
                "has \(count) characters, which is no printed form; did a spreadsheet program drop leading"
                    + " zeros? Otherwise say the card_format")
        }
    }

    var name: String {
        switch self {
        case .printed(let format): format.rawValue
        case .bits(let count): "\(count)bit"
        }
    }

    func text(of card: CardNumber) -> String? {
        switch self {
        case .printed(let format): format.text(of: card)
        case .bits: String(card.value)
        }
    }

    /// Leading zeros that a spreadsheet program dropped are put back when the format is stated.
    func number(reading text: String, isStated: Bool) throws(CellError) -> CardNumber {
        let number: CardNumber? =
            switch self {
            case .printed(let format):
                format.number(reading: isStated ? Self.padded(text, for: format) : text)
            case .bits(let count):
                text.utf8.allSatisfy { (0x30...0x39).contains($0) }
                    ? UInt64(text).flatMap { CardNumber(value: $0, bitLength: count) } : nil
            }
        guard let number else {
            let how =
                isStated ? "" : " (taken for \(name) by its shape; if it is another, say the card_format)"
            throw CellError(
                "不是 \(name) 格式的卡号" + (isStated ? "" : "（按位数推断，若是其他格式请选择）"),
                "is not a number printed as \(name)" + how)
        }
        guard number.value != 0 else { throw CellError("为零，没有这样的卡", "is zero, which no card has") }
        return number
    }

    private static func padded(_ text: String, for format: CardNumberFormat) -> String {
        let width =
            switch format {
            case .tenHexadecimalTwelveDecimal: 12
            case .eightHexadecimalTenDecimal: 10
            case .fourHexadecimalFourHexadecimal: text.contains(",") ? 0 : 10
            case .sixHexadecimalEightDecimal: 8
            case .tenHexadecimal, .twoHexadecimalFourHexadecimal: 0
            }
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
