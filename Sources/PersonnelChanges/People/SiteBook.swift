public import SiteModel

/// The site, its companies and its crews as the ledger last said. No personal data.
public struct SiteBook: Sendable, Hashable {
    public private(set) var profile = SiteProfile()
    /// In the order in which they first came.
    public private(set) var employers: [EmployerProfile] = []
    public private(set) var teams: [TeamProfile] = []

    public init() {}

    /// Takes in the next entry; others are passed over.
    ///
    /// - Throws: `PersonnelError.damagedEntry`; the book is then as before.
    public mutating func apply(_ entry: LedgerEntry) throws(PersonnelError) {
        do throws(CanonicalDecodingError) {
            switch entry.kind {
            case .siteProfile: profile = try SiteProfile(encoded: entry.body)
            case .employerProfile: put(try EmployerProfile(encoded: entry.body))
            case .teamProfile: put(try TeamProfile(encoded: entry.body))
            default: return
            }
        } catch {
            throw .damagedEntry(entry.sequence)
        }
    }

    public func employer(_ name: String) -> EmployerProfile? { employers.first { $0.name == name } }

    public func team(_ team: Team) -> TeamProfile? { teams.first { $0.team == team } }

    private mutating func put(_ employer: EmployerProfile) {
        if let place = employers.firstIndex(where: { $0.name == employer.name }) {
            employers[place] = employer
        } else {
            employers.append(employer)
        }
    }

    private mutating func put(_ team: TeamProfile) {
        if let place = teams.firstIndex(where: { $0.team == team.team }) {
            teams[place] = team
        } else {
            teams.append(team)
        }
    }
}
