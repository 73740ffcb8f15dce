public import SiteModel

extension CardForms {
    /// Whether a reader of a short or reversed form takes the two for one card, though they differ.
    public func areMixedUp(with other: CardNumber) -> Bool {
        other != card && (Self.collide(card, other) || forms.contains { $0.card == other })
    }
}
