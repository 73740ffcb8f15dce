import SiteModel

/// Who of those present has a card or a wage card.
struct Owners {
    private(set) var cards: [CardNumber: WorkerID] = [:]
    private(set) var wageCards: [String: WorkerID] = [:]

    init(of roster: Roster, at instant: UTCInstant) {
        for member in roster.members where !member.worker.hasLeft(at: instant) {
            if let card = member.worker.card { cards[card] = member.id }
            if let wage = member.worker.dossier.wageCard { wageCards[wage.number] = member.id }
        }
    }
}
