import Accounts
import Hummingbird
import Logging

/// All pages behind the login.
///
/// **To add a page**, say `/people`:
/// 1. `Pages/office-people.mustache`: what stands in `<main>`. Words are `[[人员|People]]`; values are
///    `HTMLText` of the view; pieces are `{{> field}}`, `{{> choice}}`, `{{> badge}}`, `{{> clockbar}}` (see
///    `OfficePieces`). A form says `<input type="hidden" name="csrf" value="{{csrf}}">` with
///    `session.formToken`. Classes: see the list at the top of `pages.css`.
/// 2. Its line in `OfficeTemplates.texts` and in the resources of `Package.swift`.
/// 3. `Office/PeoplePage.swift`: a value with `add(to: Guarded)` that declares its routes and permissions.
///    What it needs of ledger or roster are closures in `Office`, given by `GatewayService`.
/// 4. Its line in `pages` and, if it has a place of its own, in `navigation` below.
///
/// Before a page shows a whole name or number it calls `office.personalData.record(…)`. A POST that did
/// something answers `.seeOther(path, note:)`; one that found errors answers the page again with status 422.
/// Nothing that names a person goes into an address: searches are POSTs.
struct OfficeRoutes {
    let office: Office
    /// Served over TLS.
    let isSecure: Bool
    let logger: Logger

    static let navigation = [
        OfficeShell.Place(path: "/office", label: BoardWords("首页", "Start"), needs: nil),
        OfficeShell.Place(path: "/", label: BoardWords("看板", "Board"), needs: nil),
        OfficeShell.Place(path: "/people", label: BoardWords("人员", "People"), needs: .readMasked),
        OfficeShell.Place(path: "/teams", label: BoardWords("班组", "Teams"), needs: .readMasked),
        OfficeShell.Place(path: "/changes", label: BoardWords("变动", "Changes"), needs: .readMasked),
        OfficeShell.Place(
            path: CorrectionsPage.path, label: BoardWords("更正", "Corrections"), needs: .readMasked),
        OfficeShell.Place(path: "/enrolment", label: BoardWords("登记", "Enrolment"), needs: .readMasked),
        OfficeShell.Place(path: ExportPage.path, label: BoardWords("导出", "Export"), needs: .export),
        OfficeShell.Place(path: "/visitors", label: BoardWords("访客", "Visitors"), needs: nil),
        OfficeShell.Place(path: "/gate", label: BoardWords("门岗", "Gate"), needs: .openLane),
        OfficeShell.Place(path: "/sync", label: BoardWords("上报", "Deliveries"), needs: .readMasked),
    ]

    private func pages(on guarded: Guarded) {
        StartPage(office: office).add(to: guarded)
        PeoplePage(office: office).add(to: guarded)
        JoinPage(office: office).add(to: guarded)
        WorkerPage(office: office).add(to: guarded)
        TeamsPage(office: office).add(to: guarded)
        ChangesPage(office: office).add(to: guarded)
        StatisticsPage(office: office).add(to: guarded)
        CorrectionsPage(office: office).add(to: guarded)
        EnrolmentPage(office: office).add(to: guarded)
        ExportPage(office: office).add(to: guarded)
        VisitorsPage(office: office).add(to: guarded)
        GatePage(office: office).add(to: guarded)
        SyncPage(office: office).add(to: guarded)
        PayrollPage(office: office).add(to: guarded)
    }

    /// - Throws: `MustacheTemplate.ParserError` when an embedded template is broken, which the tests exclude.
    func add(to router: Router<WebContext>) throws -> Guarded {
        let shell = OfficeShell(
            office: office, templates: try OfficeTemplates(), navigation: Self.navigation,
            cookie: SessionCookie(isSecure: isSecure))
        let guarded = Guarded(router: router, door: OfficeDoor(shell: shell, logger: logger))
        router.get("/pages.css") { _, _ in
            Response.bytes(PackageResources.pages_css, type: "text/css; charset=utf-8")
        }
        LoginRoutes(shell: shell).add(to: guarded)
        pages(on: guarded)
        return guarded
    }
}
