import Accounts
import SiteModel

/// `/enrolment`: whose enrolment lacks what, by time left of its ten days; and the companies with theirs.
struct EnrolmentPage: Sendable {
    static let rowLimit = 200

    let office: Office

    private static let title = BoardWords("登记", "Enrolment")

    func add(to guarded: Guarded) {
        guarded.get("/enrolment", needs: .readMasked) { request, _ in
            .page(OfficePage(Self.title, "enrolment", try await view(request)))
        }
        guarded.get("/enrolment/board", needs: .readMasked) { request, _ in
            .fragment(OfficePage(Self.title, "enrolment-board", try await view(request)))
        }
    }

    private func view(_ request: OfficeRequest) async throws -> EnrolmentView {
        EnrolmentView(try await office.people.enrolments(), request.language)
    }
}

struct EnrolmentView: Sendable {
    struct RowView: Sendable {
        let line: PersonView
        let missing: [BadgeView]
        let term: ClockBarView?
        let takenOver: BadgeView?
    }

    struct CompanyView: Sendable {
        let company: HTMLText
        let enteredOn: HTMLText
        let term: ClockBarView?
        let registered: BadgeView?
    }

    let summary: HTMLText
    let rows: [RowView]
    let hasRows: Bool
    let companies: [CompanyView]
    let hasCompanies: Bool

    init(_ board: EnrolmentBoard, _ language: Language) {
        let late = board.incomplete.count { $0.elapsed.map { $0 >= .seconds(240 * 3_600) } ?? false }
        let warned = board.incomplete.count { $0.elapsed.map { $0 >= .seconds(168 * 3_600) } ?? false } - late
        let more = max(0, board.incomplete.count - EnrolmentPage.rowLimit)
        summary = BoardWords(
            "未完成 \(board.incomplete.count) 人，其中逾期 \(late) 人，已过 7 天 \(warned) 人；已完成 \(board.completeCount) 人"
                + (more > 0 ? "；另有 \(more) 人未显示" : ""),
            "\(board.incomplete.count) incomplete, \(late) of them late, \(warned) beyond 7 days; "
                + "\(board.completeCount) complete"
                + (more > 0 ? "; \(more) more are not shown" : "")
        ).html(in: language)
        rows = board.incomplete.prefix(EnrolmentPage.rowLimit).map { line in
            RowView(
                line: PersonView(line.person, language),
                missing: line.missing.map { BadgeView(.caution, $0, language) },
                term: line.elapsed.map { .enrolment(elapsed: $0, language) },
                takenOver: line.elapsed == nil ? .takenOver(language) : nil)
        }
        hasRows = !rows.isEmpty
        companies = board.companies.map { company in
            CompanyView(
                company: HTMLText(company.name), enteredOn: HTMLText(company.enteredOn),
                term: company.registeredOn == nil
                    ? .enrolment(elapsed: company.elapsed, language) : nil,
                registered: company.registeredOn.map {
                    BadgeView(.good, BoardWords("已登记 \($0)", "Registered \($0)"), language)
                })
        }
        hasCompanies = !companies.isEmpty
    }
}
