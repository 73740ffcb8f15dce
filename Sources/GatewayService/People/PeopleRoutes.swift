import AttendanceLedger
import LocalWeb
import PersonnelChanges
import SiteModel

/// What commands may change of people and site, over the service's socket. Requests are bodies in the
/// ledger's own encoding: they name persons, and an address may not.
struct PeopleRoutes: Sendable {
    let personnel: PersonnelService
    let reads: ReadDesk
    let cards: CardDesk
    let manual: ManualDesk
    let configuration: Configuration

    var all: [ControlRoute] {
        [
            ControlRoute(.post, "/people/change") { request in
                await answering(request, as: ChangeRequest.init) { asked throws(PersonnelError) in
                    PeopleAnswer(
                        try await reads.carryOut(try cards.resolved(asked), on: personnel, configuration))
                }
            },
            ControlRoute(.post, "/people/confirm") { request in
                await answering(request, as: ConfirmationRequest.init) { asked throws(PersonnelError) in
                    PeopleAnswer(confirmed: asked.change, by: try await personnel.confirm(asked))
                }
            },
            ControlRoute(.post, "/people/visitorAdmitted") { request in
                await answering(request, as: VisitorAdmitted.init) { asked throws(PersonnelError) in
                    try await visitors.admit(asked).peopleAnswer
                }
            },
            ControlRoute(.post, "/people/visitorLeft") { request in
                await answering(request, as: VisitorLeft.init) { asked throws(PersonnelError) in
                    try await visitors.leave(asked).peopleAnswer
                }
            },
            ControlRoute(.post, "/people/badge") { request in
                await answering(request, as: BadgeRequest.init) { asked throws(PersonnelError) in
                    try await badges.give(asked).peopleAnswer
                }
            },
            ControlRoute(.post, "/people/badgeRevoked") { request in
                await answering(request, as: BadgeRevoked.init) { asked throws(PersonnelError) in
                    try await badges.revoke(asked)
                }
            },
            reads.route,
            cards.route,
            record(SiteProfile.self, .siteProfile),
            record(EmployerProfile.self, .employerProfile),
            record(TeamProfile.self, .teamProfile),
            record(NoticePublished.self, .noticePublished),
        ]
    }

    private var badges: BadgeDesk {
        BadgeDesk(
            personnel: personnel, siteOffsetMilliseconds: configuration.site.offsetMilliseconds)
    }

    private var visitors: VisitorDesk {
        VisitorDesk(
            personnel: personnel, lanes: manual,
            siteOffsetMilliseconds: configuration.site.offsetMilliseconds)
    }

    private func record<Body: EntryBody>(_ body: Body.Type, _ kind: LedgerEntryKind) -> ControlRoute {
        ControlRoute(.post, "/people/\(kind.name)") { request in
            await answering(request, as: Body.init) { asked throws(PersonnelError) in
                PeopleAnswer(recorded: try await personnel.put(asked, kind: kind))
            }
        }
    }

    private func answering<Request: Sendable>(
        _ request: ControlRequest, as decode: ([UInt8]) throws(CanonicalDecodingError) -> Request,
        _ work: (Request) async throws(PersonnelError) -> PeopleAnswer
    ) async -> ControlResponse {
        let asked: Request
        do throws(CanonicalDecodingError) {
            asked = try decode(request.body)
        } catch {
            return .otherVersion
        }
        do throws(PersonnelError) {
            let answer = try await work(asked)
            guard request.query["format"] == "text" else {
                return ControlResponse(body: Array(answer.json.utf8))
            }
            return .text(200, answer.words)
        } catch {
            let isRefused = if case .refused = error { true } else { false }
            return .text(isRefused ? 422 : 500, "\(error)")
        }
    }
}

/// What a command on people did, for people and for programs.
struct PeopleAnswer {
    let words: String
    let json: String

    init(words: String, json: String) {
        self.words = words
        self.json = json
    }

    init(_ outcome: ChangeOutcome) {
        words = outcome.lines.joined(separator: "\n")
        json = outcome.json
    }

    init(confirmed change: LedgerSequence, by entry: LedgerSequence) {
        words = "change \(change) is confirmed, entry \(entry): its clock has stopped"
        json = Self.json(entry)
    }

    init(recorded entry: LedgerSequence) {
        words = "recorded, entry \(entry)"
        json = Self.json(entry)
    }

    private static func json(_ entry: LedgerSequence) -> String {
        var json = JSONText()
        json.beginObject()
        json.member("entry", entry.rawValue)
        json.endObject()
        return json.text
    }
}
