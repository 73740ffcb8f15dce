import LocalWeb
import PersonnelChanges
import Reports
import SiteModel

/// What commands may ask the running service, over `STATE/muster.sock`.
struct ControlRoutes: Sendable {
    let composer: BoardComposer
    let personnel: PersonnelService
    let reads: ReadDesk
    let cards: CardDesk
    let manual: ManualDesk
    let commissioning: CommissioningRoute
    let traffic: TrafficRoute
    let lanes: LaneDesk
    let desk: EvidenceDesk
    let search: SearchDesk
    /// Nil when the ledger cannot be asked.
    let evidence: @Sendable () -> EvidenceStatus?
    let bundles: BundleService
    let clockDesk: ClockDesk
    let accountDesk: AccountDesk
    let sync: SyncDesk
    let configuration: Configuration

    var all: [ControlRoute] {
        [
            ControlRoute(.get, "/status") { request in
                let report = StatusReport(
                    running: composer.snapshot(), configuration, evidence: evidence())
                return Self.answer(request, lines: report.lines, json: report.json.bytes)
            },
            ControlRoute(.get, "/devices") { request in
                let listing = DeviceListing(composer.devices())
                return Self.answer(request, lines: listing.lines, json: listing.json.bytes)
            },
            ControlRoute(.post, "/roster", handler: importRoster),
            search.route,
            ControlRoute(.post, "/roster/insurance", handler: compareInsurance),
            manual.route, commissioning.route, traffic.route,
            lanes.route,
            ControlRoute(.get, "/roster/progress") { _ in
                let progress = await personnel.importProgress
                var json = JSONText()
                json.beginObject()
                json.member("done", progress?.done ?? 0)
                json.member("total", progress?.total ?? 0)
                json.endObject()
                return ControlResponse(body: json.bytes)
            },
            ControlRoute(.post, "/ledger/evidence", handler: makeBundle),
        ] + EvidenceRoutes(desk: desk).all + ClockRoutes(desk: clockDesk).all
            + PeopleRoutes(
                personnel: personnel, reads: reads, cards: cards, manual: manual,
                configuration: configuration
            ).all
            + AccountRoutes(desk: accountDesk).all + SyncRoutes(desk: sync).all
            + CarryRoutes(carried: sync.carried).all + PayrollRoutes(desk: sync).all
    }

    /// JSON, or lines for people when the command asks for `format=text`.
    private static func answer(
        _ request: ControlRequest, status: Int = 200, lines: [String], json: [UInt8]
    ) -> ControlResponse {
        guard request.query["format"] == "text" else { return ControlResponse(status: status, body: json) }
        return .text(status, lines.joined(separator: "\n"))
    }

    private func makeBundle(_ request: ControlRequest) async -> ControlResponse {
        do throws(BundleError) {
            let bundle = try await bundles.bundle(BundleQuery(request).request)
            return ControlResponse(contentType: "application/zip", body: bundle)
        } catch {
            return BundleQuery.answer(error)
        }
    }

    private func importRoster(_ request: ControlRequest) async -> ControlResponse {
        let rosterImport = RosterImport(
            bytes: request.body, name: request.fileName ?? "roster.csv", isFull: request.query["full"] == "1",
            isBaseline: request.query["baseline"] == "1")
        do throws(PersonnelError) {
            let report = try await personnel.importRoster(
                rosterImport, isDryRun: request.query["dry_run"] == "1",
                siteOffsetMilliseconds: configuration.site.offsetMilliseconds,
                ages: configuration.ages)
            return Self.answer(
                request, status: report.isRefused ? 422 : 200, lines: report.lines,
                json: Array(report.json.utf8))
        } catch {
            return Self.answer(error)
        }
    }

    private func compareInsurance(_ request: ControlRequest) async -> ControlResponse {
        do throws(PersonnelError) {
            let comparison = try await personnel.compareInsurance(
                request.body, siteOffsetMilliseconds: configuration.site.offsetMilliseconds)
            let report = InsuranceReport(comparison, showsNames: request.query["full_names"] == "1")
            return Self.answer(
                request, status: comparison.isRefused ? 422 : 200, lines: report.lines,
                json: Array(report.json.utf8))
        } catch {
            return Self.answer(error)
        }
    }

    private static func answer(_ error: PersonnelError) -> ControlResponse {
        var json = JSONText()
        json.beginObject()
        json.member("error", "\(error)")
        json.endObject()
        return ControlResponse(status: 500, body: json.bytes)
    }
}
