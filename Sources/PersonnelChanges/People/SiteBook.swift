public import SiteModel

/// The site, its companies and its crews as the ledger last said. No personal data.
public struct SiteBook: Sendable, Hashable {
    public private(set) var profile = SiteProfile()
    /// In the order in which they first came.
    public private(set) var employers: [EmployerProfile] = []
    public private(set) var teams: [TeamProfile] = []
    /// Oldest first; the newest one is shown to who joins.
    public private(set) var notices: [NoticePublished] = []
    /// Admitted and not seen to leave, oldest first; of more than `visitorLimit` the oldest are forgotten.
    public private(set) var visitors: [Visitor] = []

    /// A site whose guards let nobody out keeps no more than this in memory.
    static let visitorLimit = 1_000

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
            case .noticePublished: notices.append(try NoticePublished(encoded: entry.body))
            case .visitorAdmitted:
                admit(
                    Visitor(
                        sequence: entry.sequence, admitted: try VisitorAdmitted(encoded: entry.body),
                        since: entry.clock))
            case .visitorLeft:
                let left = try VisitorLeft(encoded: entry.body)
                visitors.removeAll { $0.sequence == left.admission }
            default: return
            }
        } catch {
            throw .damagedEntry(entry.sequence)
        }
    }

    public func employer(_ name: String) -> EmployerProfile? { employers.first { $0.name == name } }

    public func team(_ team: Team) -> TeamProfile? { teams.first { $0.team == team } }

    public func notice(_ version: String) -> NoticePublished? { notices.first { $0.version == version } }

    /// Why this notice cannot be published; nil when it can.
    func fault(of notice: NoticePublished) -> Refusal? {
        let isNamed =
            (1...NoticePublished.versionLimit).contains(notice.version.count) && notice.version != "-"
            && notice.version.allSatisfy { !$0.isWhitespace }
        guard isNamed else {
            return Refusal(
                "版本须为 1 至 32 个字符、不含空格，例如 2026-1",
                "the version is a name of 1 to 32 characters without blanks, like 2026-1")
        }
        guard notice.text.contains(where: { !$0.isWhitespace }) else {
            return Refusal("告知内容为空", "the notice is empty")
        }
        guard notice.text.utf8.count <= NoticePublished.textByteLimit else {
            return Refusal(
                "告知内容超过 \(NoticePublished.textByteLimit) 字节",
                "the notice has more than \(NoticePublished.textByteLimit) bytes")
        }
        guard self.notice(notice.version) == nil else {
            return Refusal(
                "版本 \(notice.version) 已经公布，内容不能再改：请换一个版本",
                "version \(notice.version) is published already and says the same for ever: take another")
        }
        return nil
    }

    private mutating func admit(_ visitor: Visitor) {
        visitors.append(visitor)
        if visitors.count > Self.visitorLimit { visitors.removeFirst() }
    }

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
