import AttendanceLedger
import LocalWeb
public import Reports
public import SiteModel

extension SiteAccess {
    /// The bytes of a bundle of evidence, made by the running service, which alone may write the checkpoint
    /// it ends at; or by this process when none runs.
    ///
    /// - Parameter progress: only called when this process makes it.
    public func bundle(
        _ request: BundleRequest, clock: any SiteClock,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void
    ) async throws(GatewayError) -> [UInt8] {
        if let answer = try ask(.post, "/ledger/evidence", BundleQuery(request).control) {
            guard answer.status == 200 else { throw BundleQuery.failure(answer) }
            return answer.body
        }
        // Read first: where there is no ledger yet, none is made for this.
        let reader = try openReader()
        let ledger = try openWriter()
        let service = BundleService(
            ledger: ledger, reader: reader, site: BundleSite(configuration), clock: clock)
        let result: Result<[UInt8], GatewayError>
        do throws(BundleError) {
            result = .success(try await service.bundle(request, progress: progress))
        } catch {
            result = .failure(.bundle(error))
        }
        await ledger.close()
        return try result.get()
    }
}

extension BundleSite {
    init(_ configuration: Configuration) {
        self.init(
            name: configuration.site.name, projectCode: configuration.site.projectCode,
            offsetMilliseconds: configuration.site.offsetMilliseconds)
    }
}

/// A request for evidence on its way through the control socket. Whom it is about travels in the body: an
/// identity number belongs in no address.
struct BundleQuery {
    let request: BundleRequest

    init(_ request: BundleRequest) {
        self.request = request
    }

    /// - Throws: `BundleError.workerUnreadable`, `.daysTurned`.
    init(_ control: ControlRequest) throws(BundleError) {
        guard let from = control.query["from"].flatMap(CivilDate.init(iso8601:)),
            let to = control.query["to"].flatMap(CivilDate.init(iso8601:))
        else { throw .daysTurned }
        request = try BundleRequest(
            worker: BundleRequest.Worker(String(decoding: control.body.prefix(100), as: UTF8.self)),
            from: from, to: to, isRevealed: control.query["reveal"] == "1")
    }

    var control: ControlRequest {
        let worker =
            switch request.worker {
            case .id(let id): id.description
            case .number(let number): number.revealed
            }
        var query = ["from": request.from.description, "to": request.to.description]
        if request.isRevealed { query["reveal"] = "1" }
        return ControlRequest(query: query, body: Array(worker.utf8))
    }

    /// What the service answers when there is no bundle; the status says which error, the body is its words.
    static func answer(_ error: BundleError) -> ControlResponse {
        let status =
            switch error {
            case .workerUnknown: 404
            case .workerUnreadable, .daysTurned: 400
            case .spanEmpty: 422
            case .tooManyEntries: 413
            case .ledger, .archive: 500
            }
        return ControlResponse(
            status: status, contentType: "text/plain; charset=utf-8", body: Array("\(error)".utf8))
    }

    static func failure(_ answer: ControlResponse) -> GatewayError {
        switch answer.status {
        case 404 where answer.contentType.hasPrefix("text/plain"): .bundle(.workerUnknown)
        case 404: .service("it is of another version and makes no evidence: restart it")
        case 422: .bundle(.spanEmpty)
        default: .service(String(decoding: answer.body, as: UTF8.self))
        }
    }
}
