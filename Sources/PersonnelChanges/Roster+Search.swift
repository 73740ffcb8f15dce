public import SiteModel

/// What a search asks for. Every condition that is set must hold.
public struct RosterQuery: Sendable, Hashable {
    /// Part of a name or team; or a whole identity number, its last four or more characters, or a card number
    /// in any printed form. Empty: everybody.
    public var text: String
    /// The exact name of a team.
    public var team: String?
    /// Also those who have left by then.
    public var includesLeft: Bool

    public init(text: String = "", team: String? = nil, includesLeft: Bool = true) {
        self.text = text
        self.team = team
        self.includesLeft = includesLeft
    }
}

extension Roster {
    /// In roster order. A look at every worker: some 0.2 s for 100,000.
    public func members(matching query: RosterQuery, now: UTCInstant) -> [RosterMember] {
        let terms = SearchTerms(query.text)
        return members.filter { member in
            (query.includesLeft || !member.worker.hasLeft(at: now))
                && (query.team == nil || query.team == member.worker.team.name)
                && terms.match(member.worker)
        }
    }
}

/// A search text, read once in all the ways it can be meant.
private struct SearchTerms {
    private let text: String
    private let number: IDNumber?
    /// Upper-case end of an identity number, at least four characters.
    private let numberEnd: String?
    private let cards: [CardNumber]
    /// Upper and lower case make a difference to the text; Chinese and digits have none.
    private let hasCase: Bool

    init(_ query: String) {
        text = CellText.trimmed(query).lowercased()
        hasCase = text != text.uppercased()
        let digits = CellText.digits(text).uppercased()
        // try?: whatever the reason, the text is no whole number.
        number = try? IDNumber(reading: digits)
        let isEnd =
            digits.utf8.count >= 4
            && digits.dropLast().utf8.allSatisfy { (0x30...0x39).contains($0) }
            && (digits.hasSuffix("X") || digits.utf8.last.map { (0x30...0x39).contains($0) } ?? false)
        numberEnd = isEnd ? digits : nil
        cards = CardNumberFormat.allCases.compactMap { $0.number(reading: digits) }
    }

    func match(_ worker: ProjectWorker) -> Bool {
        if text.isEmpty || worker.idNumber == number { return true }
        if let numberEnd, worker.idNumber.revealed.hasSuffix(numberEnd) { return true }
        if let card = worker.card, cards.contains(where: { isPrint($0, of: card) }) { return true }
        return contains(worker.name) || contains(worker.team.name)
    }

    /// A short print shows the low bits of a longer card.
    private func isPrint(_ print: CardNumber, of card: CardNumber) -> Bool {
        card.bitLength >= print.bitLength && card.value & (1 << UInt64(print.bitLength) - 1) == print.value
    }

    private func contains(_ name: String) -> Bool {
        name.contains(text) || (hasCase && name.lowercased().contains(text))
    }
}
