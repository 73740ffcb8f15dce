import Accounts
import Hummingbird

/// `/people`: finds workers. What is typed travels in bodies alone, for it names persons.
struct PeoplePage: Sendable {
    static let hitLimit = 50

    let office: Office

    func add(to guarded: Guarded) {
        guarded.router.get("/people.js") { _, _ in
            Response.bytes(PackageResources.people_js, type: "text/javascript; charset=utf-8")
        }
        guarded.get("/people", needs: .readMasked) { request, session in
            .page(try await page(request, session))
        }
        guarded.post("/people", needs: .readMasked) { request, session in
            .page(try await page(request, session))
        }
        guarded.post("/people/hits", needs: .readMasked) { request, _ in
            .fragment(OfficePage(Self.title, "hits", try await hits(request)))
        }
    }

    private static let title = BoardWords("人员", "People")

    private func page(_ request: OfficeRequest, _ session: Session) async throws -> OfficePage {
        OfficePage(
            Self.title, "people",
            PeopleView(
                csrf: HTMLText(session.formToken), mayChange: session.may(.changePersonnel),
                query: FieldView(
                    "q", BoardWords("查找人员", "Find somebody"), value: request.field("q"), request.language,
                    type: "search", lengthLimit: 100,
                    help: BoardWords(
                        "姓名、拼音或首字母、证件号码或末四位、手机、卡号、班组",
                        "Name, pinyin or initials, number or its last four, phone, card, team")),
                hits: try await hits(request)))
    }

    private func hits(_ request: OfficeRequest) async throws -> HitsView {
        let text = request.field("q")
        guard !text.isEmpty else {
            return HitsView(
                summary: BoardWords("输入后显示结果。", "Results appear as you type.").html(in: request.language),
                hasRows: false, people: [])
        }
        let found = try await office.people.find(String(text.prefix(100)), Self.hitLimit)
        let words =
            found.totalCount > found.lines.count
            ? BoardWords(
                "共 \(found.totalCount) 人，显示前 \(found.lines.count) 人",
                "\(found.totalCount) people, the first \(found.lines.count) are shown")
            : BoardWords("共 \(found.totalCount) 人", "\(found.totalCount) people")
        return HitsView(
            summary: words.html(in: request.language), hasRows: !found.lines.isEmpty,
            people: found.lines.map { PersonView($0, request.language) })
    }
}

struct PeopleView: Sendable {
    let csrf: HTMLText
    let mayChange: Bool
    let query: FieldView
    let hits: HitsView
}

struct HitsView: Sendable {
    let summary: HTMLText
    let hasRows: Bool
    let people: [PersonView]
}
