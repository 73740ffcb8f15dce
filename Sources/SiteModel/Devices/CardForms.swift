/// Everything that a presented card may be printed as, to be compared with what stands on it.
public struct CardForms: Sendable, Hashable {
    /// One way to write it.
    public struct Form: Sendable, Hashable {
        /// Printed in JSON: never renamed.
        public let name: String
        public let text: String
        /// The card that a reader of this form tells.
        public let card: CardNumber
    }

    public let card: CardNumber
    /// Printed forms from the longest to the shortest, Wiegand, then the same of the bytes in reverse:
    /// readers differ in which end they send first. Forms that show more bits than were read are left out.
    public let forms: [Form]

    public init(_ card: CardNumber) {
        self.card = card
        var forms = Self.forms(of: card, suffix: "")
        if let reversed = Self.reversed(card), reversed != card {
            forms += Self.forms(of: reversed, suffix: "_reversed")
        }
        self.forms = forms
    }

    /// The bits that the shortest form leaves: two cards that share them are one card to such a reader.
    public static let shortBitLength = 24

    /// Whether a reader of a short form could not tell the two apart, though they are different cards.
    public static func collide(_ one: CardNumber, _ other: CardNumber) -> Bool {
        guard one != other else { return false }
        let mask: UInt64 = 1 << UInt64(shortBitLength) - 1
        return one.value & mask == other.value & mask
    }

    private static func forms(of card: CardNumber, suffix: String) -> [Form] {
        var forms: [Form] = []
        for format in CardNumberFormat.allCases {
            if let text = format.text(of: card), let short = format.card(lowBitsOf: card.value) {
                forms.append(Form(name: format.rawValue + suffix, text: text, card: short))
            }
        }
        for wiegand in Wiegand.allCases {
            if let form = wiegand.form(of: card, suffix: suffix) { forms.append(form) }
        }
        return forms
    }

    /// Nil for a card that is not of whole bytes.
    private static func reversed(_ card: CardNumber) -> CardNumber? {
        guard card.bitLength % 8 == 0 else { return nil }
        var value: UInt64 = 0
        for byte in 0..<card.bitLength / 8 {
            value = value << 8 | card.value >> UInt64(byte * 8) & 0xFF
        }
        return CardNumber(value: value, bitLength: card.bitLength)
    }

    /// Payload without parity: facility, then card number of 16 bits.
    private enum Wiegand: CaseIterable {
        case twentySix
        case thirtyFour

        func form(of card: CardNumber, suffix: String) -> Form? {
            let bitLength = self == .twentySix ? 24 : 32
            guard card.bitLength >= bitLength,
                let short = CardNumber(
                    value: card.value & (1 << UInt64(bitLength) - 1), bitLength: bitLength)
            else { return nil }
            let name = self == .twentySix ? "wiegand26" : "wiegand34"
            return Form(
                name: name + suffix, text: "\(short.value >> 16)/\(short.value & 0xFFFF)", card: short)
        }
    }
}
