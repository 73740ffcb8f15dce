import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import SiteModel

/// Beside the platform: the page, the counts, the dumps, and the faults.
struct SandboxRoutes: Sendable {
    private static let orderLimit = 64 * 1_024
    private static let dumpStep = 500

    let configuration: SandboxConfiguration
    let book: PlatformBook
    let faults: FaultPlan

    func add(to router: Router<SandboxContext>) {
        router.get("/sandbox/state.json") { _, _ in Response.json(await state()) }
        router.get("/sandbox/faults") { _, _ in Response.json(faultsInForce()) }
        router.post("/sandbox/faults") { request, _ in try await order(request) }
        for kind in RecordKind.allCases {
            router.get(RouterPath("/sandbox/\(kind.plural).jsonl")) { _, _ in dump(kind) }
        }
        SandboxPage(configuration: configuration, book: book, faults: faults).add(to: router)
        router.get("/favicon.ico") { _, _ in Response(status: .noContent) }
    }

    private func state() async -> String {
        let tally = await book.state()
        var json = JSONText()
        json.beginObject()
        Self.write(tally.requests.map { ($0.key, $0.value) }, "requests", to: &json)
        Self.write(tally.answers.map { (String($0.key), $0.value) }, "answers", to: &json)
        Self.write(tally.verdicts.map { (String($0.key.rawValue), $0.value) }, "verdicts", to: &json)
        let kinds = RecordKind.allCases.map(\.plural)
        Self.write(
            zip(kinds, RecordKind.allCases).map { ($0, tally.rows[$1] ?? 0) }, "rows", to: &json)
        Self.write(
            zip(kinds, RecordKind.allCases).map { ($0, tally.duplicates[$1] ?? 0) }, "duplicates", to: &json)
        Self.write(faults.done.map { ($0.key.rawValue, $0.value) }, "faults", to: &json)
        json.member("last_accepted_at", tally.lastAcceptedAt?.rfc3339)
        json.endObject()
        return json.text + "\n"
    }

    private static func write(_ counts: [(String, Int)], _ name: String, to json: inout JSONText) {
        json.name(name)
        json.beginObject()
        for (key, count) in counts.sorted(by: { $0.0 < $1.0 }) { json.member(key, count) }
        json.endObject()
    }

    private func faultsInForce() -> String {
        var json = JSONText()
        json.beginObject()
        json.name("faults")
        json.beginArray()
        for rule in faults.rules { json.value(rule.text) }
        json.endArray()
        json.endObject()
        return json.text + "\n"
    }

    /// A page of elsewhere cannot send JSON here: the browser would ask first.
    private func order(_ request: Request) async throws -> Response {
        var request = request
        guard request.headers[.contentType]?.hasPrefix("application/json") ?? false else {
            throw HTTPError(.unsupportedMediaType)
        }
        let body = try await request.collectBody(upTo: Self.orderLimit)
        guard let order = FaultOrder(String(buffer: body)) else {
            throw HTTPError(.badRequest, message: "no list of faults")
        }
        if let rules = order.rules {
            faults.set(rules, seed: order.seed)
        } else if let seed = order.seed {
            faults.set(faults.rules, seed: seed)
        }
        if order.forgetsBadRecords { try await book.forgetBadKeys() }
        return .json(faultsInForce())
    }

    /// One row a line, as accepted, in the order of acceptance.
    private func dump(_ kind: RecordKind) -> Response {
        let body = ResponseBody { [book, lines] writer in
            var last: Int64 = 0
            while true {
                let rows = try await book.rows(of: kind, after: last, limit: Self.dumpStep)
                guard let end = rows.last else { break }
                last = end.id
                try await writer.write(ByteBuffer(string: rows.map(lines.line).joined()))
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "application/x-ndjson; charset=utf-8"], body: body)
    }

    private var lines: DumpLines {
        DumpLines(secret: configuration.secret, revealsNumbers: configuration.revealsNumbers)
    }
}

/// Rows as lines of JSON, with sealed numbers opened, and masked unless they may be shown.
struct DumpLines: Sendable {
    let secret: AppSecret
    let revealsNumbers: Bool

    private static let sealed: Set = [
        "idCardNumber", "pmIDCardNumber", "responsiblePersonIDNumber", "payRollBankCardNumber",
        "payBankCardNumber", "bankNumber",
    ]

    func line(_ stored: StoredRecord) -> String {
        let number = stored.record.kind == .team ? firstTeamSysNo + stored.id : stored.record.teamSysNo
        let outer = [
            JSONValue.Member("id", .number(String(stored.id))),
            JSONValue.Member("teamSysNo", .number(String(number))),
            JSONValue.Member("duplicate", .flag(stored.isDuplicate)),
            JSONValue.Member(
                "acceptedAt",
                .text(UTCInstant(milliseconds: stored.acceptedAtMilliseconds).rfc3339)),
        ]
        let inner = shown(stored.record.body).fields.filter { $0.name != "teamSysNo" }
        return JSONValue.object(outer + inner).jsonText + "\n"
    }

    private func shown(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(
                members.map { member in
                    guard Self.sealed.contains(member.name), let text = member.value.scalarText else {
                        return JSONValue.Member(member.name, shown(member.value))
                    }
                    let opened = secret.opened(text) ?? ""
                    return JSONValue.Member(
                        member.name, .text(revealsNumbers ? opened : Self.masked(opened)))
                })
        case .array(let values): .array(values.map(shown))
        default: value
        }
    }

    /// The last four characters.
    static func masked(_ number: String) -> String {
        String(repeating: "*", count: max(0, number.count - 4)) + number.suffix(4)
    }
}
