import AccessControl
import LocalWeb
import PersonnelChanges
import SiteModel

/// What a presented card is, whose it is, and with whose it could be taken for another's.
struct CardDesk: Sendable {
    let presented: PresentedCards
    let index: WorkerIndex
    let people: PeopleBook
    let time: SiteTime

    /// - Parameter number: only a card presented after it.
    func answer(after number: Int64, at reader: String?) async -> CardAnswer? {
        guard let presented = presented.newest(after: number, at: reader) else { return nil }
        return await answer(to: presented)
    }

    func answer(to presented: PresentedCard) async -> CardAnswer {
        let forms = CardForms(presented.card)
        let now = time.instant(of: time.now())
        var collisions: [WorkerID] = []
        // Before the roster is folded nobody is compared: a page asks again.
        if people.isFolded {
            for member in await people.latest().roster.members {
                guard let card = member.worker.card, !member.worker.hasLeft(at: now),
                    forms.areMixedUp(with: card)
                else { continue }
                collisions.append(member.id)
            }
        }
        return CardAnswer(
            presented: presented, forms: forms,
            worker: index.lookUp(.cardNumber(presented.card))?.id, collisions: collisions,
            presentedAt: time.instant(of: time.reading(atUptime: presented.arrivedAt)))
    }

    /// The request with the card that it says was presented.
    func resolved(_ request: ChangeRequest) throws(PersonnelError) -> ChangeRequest {
        guard let number = request.fromPresentation else { return request }
        guard let presented = presented.card(number) else {
            throw .refusal(
                "刷卡已超过一分钟：请再刷一次", "that card was presented longer than a minute ago: present it again")
        }
        guard request.fields[.cardNumber] == nil else {
            throw .refusal(
                "卡号与刷卡只能选一种", "say the card's number or present it: not both")
        }
        var resolved = request
        resolved.fields[.cardNumber] = String(presented.card.value)
        resolved.fields[.cardFormat] = "\(presented.card.bitLength)bit"
        return resolved
    }

    /// `after`: the number of a card, from an earlier answer; `reader`: a lane or `lane/reader`. While none
    /// was presented, 404 with the number to ask after; 409 when a chip's serial was read instead.
    var route: ControlRoute {
        ControlRoute(.get, "/reads/card") { request in
            let after = request.query["after"].flatMap { Int64($0) } ?? 0
            if let chip = presented.newestChip(after: after, at: request.query["reader"]) {
                return .text(409, "\(chip.reader): \(PresentedChip.english)")
            }
            guard let answer = await answer(after: after, at: request.query["reader"]) else {
                return .text(404, String(presented.count))
            }
            if request.query["format"] == "number" {
                return ControlResponse(body: Array(String(answer.presented.number).utf8))
            }
            let isText = request.query["format"] == "text"
            return ControlResponse(
                contentType: isText ? "text/plain; charset=utf-8" : "application/json",
                body: Array((isText ? answer.lines.joined(separator: "\n") : answer.json).utf8))
        }
    }
}

/// A presented card for people and for programs.
struct CardAnswer: Sendable {
    let presented: PresentedCard
    let forms: CardForms
    /// Whose card it is, also of somebody who has left.
    let worker: WorkerID?
    /// Workers with another card that a reader of a short or reversed form takes for this one.
    let collisions: [WorkerID]
    let presentedAt: UTCInstant

    /// `{presentation, reader, presented_at, bit_length, worker, forms: [{form, text}], collides_with: [id]}`
    var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("presentation", presented.number)
        json.member("reader", presented.reader.description)
        json.member("presented_at", presentedAt.rfc3339)
        json.member("bit_length", Int64(presented.card.bitLength))
        json.member("worker", worker?.description)
        json.name("forms")
        json.beginArray()
        for form in forms.forms {
            json.beginObject()
            json.member("form", form.name)
            json.member("text", form.text)
            json.endObject()
        }
        json.endArray()
        json.name("collides_with")
        json.beginArray()
        for worker in collisions { json.value(worker.description) }
        json.endArray()
        json.endObject()
        return json.text
    }

    var lines: [String] {
        var lines = [
            "card at \(presented.reader), \(presentedAt.rfc3339), \(presented.card.bitLength) bits",
            worker.map { "belongs to \($0)" } ?? "belongs to nobody",
        ]
        let width = forms.forms.map(\.name.count).max() ?? 0
        for form in forms.forms {
            let gap = String(repeating: " ", count: width - form.name.count)
            lines.append("  \(form.name)\(gap)  \(form.text)")
        }
        for other in collisions {
            lines.append("warning: a reader of a short or reversed form takes it for the card of \(other)")
        }
        return lines
    }
}
