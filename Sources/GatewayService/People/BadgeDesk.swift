import LocalWeb
import PersonnelChanges
public import Reports
public import SiteModel

/// What a command asks for: a QR badge for a worker, or the code of a visitor's day pass.
public struct BadgeRequest: Sendable, Hashable {
    public let kind: BadgeCode.Kind
    /// Id of the worker, or number of the visitor.
    public let whom: String
    /// Nil: the end of the day. Of a visitor their pass says it.
    public let until: UTCInstant?
    /// The account, or the user of the machine.
    public let by: String

    public init(kind: BadgeCode.Kind, whom: String, until: UTCInstant? = nil, by: String) {
        self.kind = kind
        self.whom = whom
        self.until = until
        self.by = by
    }

    var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 4)
        encoder.append(Int(kind.rawValue))
        encoder.append(whom)
        encoder.append(until?.milliseconds)
        encoder.append(by)
        return encoder.bytes
    }

    init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() == 4,
            let kind = BadgeCode.Kind(rawValue: UInt8(clamping: try decoder.integer()))
        else { throw decoder.failure }
        self.kind = kind
        whom = try decoder.text()
        until = try decoder.optionalInteger().map { UTCInstant(milliseconds: $0) }
        by = try decoder.text()
    }
}

/// Gives QR badges and takes them back: an entry first, then the code.
struct BadgeDesk: Sendable {
    let personnel: PersonnelService
    let siteOffsetMilliseconds: Int64

    /// - Throws: `PersonnelError.refused`; then nothing was recorded.
    func give(_ request: BadgeRequest) async throws(PersonnelError) -> BadgeAnswer {
        let given: GivenBadge
        switch request.kind {
        case .worker:
            guard let worker = WorkerID(request.whom) else {
                throw .refusal("没有此人员编号", "that is no id of a worker like cc0eee-2")
            }
            given = try await personnel.giveBadge(
                to: worker, until: request.until, by: request.by,
                siteOffsetMilliseconds: siteOffsetMilliseconds)
        case .visitor:
            guard let number = Int64(request.whom) else {
                throw .refusal("没有此访客", "that is no number of a visitor")
            }
            given = try await personnel.pass(of: LedgerSequence(number))
        }
        return BadgeAnswer(
            kind: given.kind, number: given.number, until: given.until, code: try personnel.code(of: given))
    }

    func revoke(_ revoked: BadgeRevoked) async throws(PersonnelError) -> PeopleAnswer {
        PeopleAnswer(recorded: try await personnel.revokeBadge(revoked))
    }
}

/// A badge that was given.
public struct BadgeAnswer: Sendable, Hashable {
    public let kind: BadgeCode.Kind
    public let number: LedgerSequence
    public let until: UTCInstant
    public let code: String

    init(kind: BadgeCode.Kind, number: LedgerSequence, until: UTCInstant, code: String) {
        self.kind = kind
        self.number = number
        self.until = until
        self.code = code
    }

    /// `{badge, kind: worker | visitor, until, code}`
    public var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("badge", number.rawValue)
        json.member("kind", kind == .worker ? "worker" : "visitor")
        json.member("until", until.rfc3339)
        json.member("code", code)
        json.endObject()
        return json.text
    }

    /// Nil for what a service of another version says.
    init?(json bytes: [UInt8]) {
        guard let value = JSONValue(bytes), let number = value["badge"]?.wholeNumber,
            let until = value["until"]?.text.flatMap({ UTCInstant(rfc3339: $0) }),
            let code = value["code"]?.text
        else { return nil }
        self.init(
            kind: value["kind"]?.text == "visitor" ? .visitor : .worker, number: LedgerSequence(number),
            until: until, code: code)
    }

    var peopleAnswer: PeopleAnswer {
        PeopleAnswer(words: "badge \(number), valid until \(until.rfc3339)\n\(code)", json: json)
    }
}

extension SiteAccess {
    /// Gives a badge; the answer carries the code.
    public func badge(
        _ request: BadgeRequest, clock: any SiteClock
    ) async throws(GatewayError) -> BadgeAnswer {
        let text = try await answer("/people/badge", request.encoded, .json, clock) {
            (service, _) throws(PersonnelError) in
            try await offlineDesk(service).give(request).peopleAnswer
        }
        guard let answer = BadgeAnswer(json: Array(text.utf8)) else {
            throw .service("the service answers in words of another version: restart it")
        }
        return answer
    }

    public func revokeBadge(
        _ revoked: BadgeRevoked, format: Format, clock: any SiteClock
    ) async throws(GatewayError) -> String {
        try await answer("/people/badgeRevoked", revoked.encoded, format, clock) {
            (service, _) throws(PersonnelError) in
            try await offlineDesk(service).revoke(revoked)
        }
    }

    /// As people read it and printers print it.
    public func page(of badge: BadgeAnswer) -> BadgePage {
        BadgePage(badge, configuration)
    }

    private func offlineDesk(_ service: PersonnelService) -> BadgeDesk {
        BadgeDesk(personnel: service, siteOffsetMilliseconds: configuration.site.offsetMilliseconds)
    }
}

extension BadgePage {
    init(_ badge: BadgeAnswer, _ configuration: Configuration) {
        self.init(
            code: badge.code, kind: badge.kind, number: badge.number,
            until: String(
                badge.until.localText(offsetMilliseconds: configuration.site.offsetMilliseconds).prefix(16)),
            siteName: configuration.site.name)
    }
}
