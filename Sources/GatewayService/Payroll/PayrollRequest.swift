public import SiteModel

/// What a person asks about the months of teams.
///
/// Array of 4: `[month as 202611, team or null, is dry, by]`.
public struct PayrollRequest: Sendable, Hashable {
    let month: CivilMonth
    /// Nil: all teams.
    let team: String?
    /// Nothing is written: what would go is shown.
    let isDry: Bool
    let by: String

    public init(month: CivilMonth, team: String? = nil, isDry: Bool, by: String) {
        self.month = month
        self.team = team
        self.isDry = isDry
        self.by = by
    }

    var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 4)
        encoder.append(month.number)
        encoder.append(team)
        encoder.append(isDry)
        encoder.append(by)
        return encoder.bytes
    }

    init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() == 4, let month = CivilMonth(number: try decoder.integer()) else {
            throw decoder.failure
        }
        self.month = month
        team = try decoder.optionalText()
        isDry = try decoder.bool()
        by = try decoder.text()
    }
}
