import AttendanceLedger
import LocalWeb
import Logging
import PersonnelChanges
import SiteModel

/// Where full reads of identity documents go: kept while somebody may be enrolled from them, put into the
/// change that does so, and destroyed.
struct ReadDesk: Sendable {
    let cards: CardReads
    /// Nil for a command while no service runs.
    let people: PeopleBook?
    let time: SiteTime
    let logger: Logger

    init(
        directory: String, siteKey: SiteKey, time: SiteTime, people: PeopleBook?, logger: Logger
    ) {
        cards = CardReads(
            directory: directory, siteKey: siteKey, clock: time, instant: { time.instant(of: $0) })
        self.people = people
        self.time = time
        self.logger = logger
    }

    /// Keeps a read that enrolment may need. A gate pass needs the number alone (personal information law,
    /// Article 6): of somebody whose identity the roster has as the card says it, nothing is kept.
    func take(_ card: IdentityCard, from reader: ReaderName) async {
        guard await isWanted(card) else { return }
        do throws(LedgerError) {
            try await cards.keep(card, from: reader)
        } catch {
            logger.error(
                "card read not kept", metadata: ["reader": "\(reader)", "reason": "\(error)"])
        }
    }

    private func isWanted(_ card: IdentityCard) async -> Bool {
        // Before the roster is folded nobody knows: it goes by itself in a day.
        guard let people, people.isFolded,
            let member = await people.latest().roster.member(card.idNumber),
            !member.worker.hasLeft(at: time.instant(of: time.now())),
            let identity = member.worker.dossier.identity, let readAt = identity.readAt
        else { return true }
        return identity != IdentityRead(card, readAt: readAt)
    }

    /// Carries out what a person asked for, with the identity of the read it names. The read is gone
    /// afterwards.
    ///
    /// - Throws: `PersonnelError`; then the read is still there.
    func carryOut(
        _ request: ChangeRequest, on personnel: PersonnelService, siteOffsetMilliseconds: Int64,
        ages: AgeLimits
    ) async throws(PersonnelError) -> ChangeOutcome {
        let outcome = try await personnel.change(
            try await resolved(request),
            siteOffsetMilliseconds: siteOffsetMilliseconds, ages: ages)
        if let id = request.fromRead {
            do throws(LedgerError) {
                try await cards.forget(id)
            } catch {
                // The change is on disk; the read goes by itself in a day.
                logger.error("card read not destroyed", metadata: ["reason": "\(error)"])
            }
        }
        return outcome
    }

    func carryOut(
        _ request: ChangeRequest, on personnel: PersonnelService, _ configuration: Configuration
    ) async throws(PersonnelError) -> ChangeOutcome {
        try await carryOut(
            request, on: personnel, siteOffsetMilliseconds: configuration.site.offsetMilliseconds,
            ages: configuration.ages)
    }

    /// The request with what its read says: whom it is about, their identity, and for somebody new the name.
    func resolved(_ request: ChangeRequest) async throws(PersonnelError) -> ChangeRequest {
        guard let id = request.fromRead else { return request }
        guard request.action == .join || request.action == .update else {
            throw .refusal(
                "读卡信息只能用于登记进场或更正身份", "a read tells who joins, or whose identity is updated")
        }
        let read: CardRead?
        do throws(LedgerError) { read = try await cards.read(id) } catch { throw .ledger(error) }
        guard let read else {
            throw .refusal(
                "这次读卡的信息已不在（只保留 24 小时）：请重新读卡",
                "no read \(id) is kept: reads are there for 24 hours (muster read list)")
        }
        let card = read.card
        var resolved = request
        resolved.identity = IdentityRead(card, readAt: time.instant(of: read.clock))
        resolved.identityNumber = card.idNumber
        resolved.cardPhoto = card.photo
        if resolved.workers.isEmpty, resolved.ofTeam == nil { resolved.workers = [card.idNumber.revealed] }
        guard request.action == .join, request.fields[.name] == nil else { return resolved }
        let name = card.name.isEmpty ? card.englishName : card.name
        guard !Self.needsTyping(name) else {
            throw .refusal(
                "芯片中的姓名含生僻字，无法显示：请手工输入姓名",
                "the chip writes the name with characters that no font but the issuer's shows (生僻字): "
                    + "type it, --name")
        }
        resolved.fields[.name] = name
        return resolved
    }

    /// Private-use code points stand for rare characters.
    static func needsTyping(_ name: String) -> Bool {
        name.isEmpty || name.unicodeScalars.contains { $0.properties.generalCategory == .privateUse }
    }
}

extension ReadDesk {
    var route: ControlRoute {
        ControlRoute(.get, "/reads") { request in
            do throws(LedgerError) {
                let listing = ReadListing(reads: try await cards.reads(), time: time)
                return listing.answer(asText: request.query["format"] == "text")
            } catch {
                return .text(500, "\(error)")
            }
        }
    }
}

/// The kept reads for people and for programs, masked.
struct ReadListing {
    let reads: [CardRead]
    let time: SiteTime

    /// One object a line, newest first: `read, name, id_number, document, reader, read_at, kept_until`.
    var jsonLines: [String] {
        reads.map { read in
            var json = JSONText()
            json.beginObject()
            json.member("read", read.id)
            json.member("name", read.card.maskedName)
            json.member("id_number", read.card.idNumber.masked)
            json.member("document", read.card.kind.name)
            json.member("reader", read.reader.description)
            json.member("read_at", readAt(read).rfc3339)
            json.member("kept_until", keptUntil(read).rfc3339)
            json.endObject()
            return json.text
        }
    }

    var lines: [String] {
        guard !reads.isEmpty else { return ["no read is kept: present an identity card at a reader"] }
        return reads.map { read in
            "\(read.id)  \(read.card.maskedName)  \(read.card.idNumber.masked)  \(read.reader)  "
                + "\(readAt(read).rfc3339)"
        }
    }

    func answer(asText: Bool) -> ControlResponse {
        ControlResponse(
            contentType: asText ? "text/plain; charset=utf-8" : "application/x-ndjson",
            body: Array((asText ? lines : jsonLines).joined(separator: "\n").utf8))
    }

    private func readAt(_ read: CardRead) -> UTCInstant { time.instant(of: read.clock) }

    private func keptUntil(_ read: CardRead) -> UTCInstant {
        readAt(read).advanced(byMilliseconds: CardReads.lifetime.wholeMilliseconds)
    }
}

extension IdentityCard {
    /// `张*`
    var maskedName: String { (name.isEmpty ? englishName : name).prefix(1) + "*" }
}

extension IdentityCard.Kind {
    /// Printed in JSON: never renamed.
    var name: String {
        switch self {
        case .resident: "resident"
        case .residencePermit: "residence_permit"
        case .foreigner2017: "foreigner_2017"
        case .foreigner2023: "foreigner_2023"
        }
    }
}
