import Accounts
import Hummingbird
public import SiteModel

/// A QR badge that was given to a worker. Nothing of it is personal.
public struct BadgeFacts: Sendable, Hashable {
    public var number: LedgerSequence
    public var until: UTCInstant
    public var code: String
    /// Dark modules as the `d` of an SVG path, and the side of the picture in modules.
    public var path: String
    public var side: Int

    public init(number: LedgerSequence, until: UTCInstant, code: String, path: String, side: Int) {
        self.number = number
        self.until = until
        self.code = code
        self.path = path
        self.side = side
    }
}

/// What the pages ask about QR badges.
public struct OfficeBadges: Sendable {
    /// Gives a worker one for today; then its number.
    let give: @Sendable (WorkerID, _ by: String) async -> Result<LedgerSequence, BadgeRefusal>
    /// One that is still valid; nil for any other, and for another worker's.
    let badge: @Sendable (WorkerID, LedgerSequence) async throws -> BadgeFacts?

    public init(
        give: @escaping @Sendable (WorkerID, _ by: String) async -> Result<LedgerSequence, BadgeRefusal>,
        badge: @escaping @Sendable (WorkerID, LedgerSequence) async throws -> BadgeFacts?
    ) {
        self.give = give
        self.badge = badge
    }
}

/// Why no badge was given; nothing was written.
public struct BadgeRefusal: Error, Sendable, Hashable {
    public let sentences: [BoardWords]

    public init(_ sentences: [BoardWords]) {
        self.sentences = sentences
    }
}

/// The page of a badge, to be shown on a screen or printed.
struct BadgePageView: Sendable {
    let title: HTMLText
    let back: HTMLText
    let site: HTMLText
    let number: HTMLText
    let until: HTMLText
    let code: HTMLText
    let path: HTMLText
    let side: Int

    init(
        _ facts: BadgeFacts, _ title: BoardWords, back: String, _ office: Office, _ language: Language
    ) {
        self.title = title.html(in: language)
        self.back = HTMLText(back)
        site = HTMLText(office.siteName, limit: 100)
        number = HTMLText(facts.number.description)
        until = HTMLText(
            String(facts.until.localText(offsetMilliseconds: office.offsetMilliseconds).prefix(16)))
        code = HTMLText(facts.code)
        path = HTMLText(facts.path, limit: 100_000)
        side = facts.side
    }
}

extension WorkerPage {
    /// A QR badge for whoever forgot their card.
    func addBadges(to guarded: Guarded, _ path: String) {
        guarded.post(path + "/badge", needs: .changePersonnel) { request, session in
            let worker = try Self.worker(of: request)
            switch await office.people.badges.give(worker, session.account.text) {
            case .success(let number):
                return .seeOther("\(Self.path(of: worker))/badge/\(number)")
            case .failure(let refusal):
                return .page(try await page(request, session, refused: refusal.sentences, form: "badge"))
            }
        }
        guarded.get(path + "/badge/:number", needs: .changePersonnel) { request, _ in
            let title = BoardWords("临时二维码", "QR badge")
            let worker = try Self.worker(of: request)
            guard let number = request.parameters.get("number").flatMap({ Int64($0) }),
                let facts = try await office.people.badges.badge(worker, LedgerSequence(number))
            else { throw OfficeProblem.notFound }
            return .page(
                OfficePage(
                    title, "qr-badge",
                    BadgePageView(facts, title, back: Self.path(of: worker), office, request.language)))
        }
    }
}
