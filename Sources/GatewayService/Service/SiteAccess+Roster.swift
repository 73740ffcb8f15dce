import AttendanceLedger
import LocalWeb
import PersonnelChanges
public import SiteModel

extension SiteAccess {
    /// Imports through the running service, or straight into the ledger when none runs.
    ///
    /// - Parameter progress: changes on disk and all of them, of an import too large for one commit.
    public func importRoster(
        _ bytes: [UInt8], name: String, isFull: Bool, isBaseline: Bool, isDryRun: Bool, format: Format,
        clock: any SiteClock, progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws(GatewayError) -> RosterOutcome {
        var query = format.query
        if isDryRun { query["dry_run"] = "1" }
        if isFull { query["full"] = "1" }
        if isBaseline { query["baseline"] = "1" }
        let request = ControlRequest(query: query, fileName: name, body: bytes)
        let watch = watchImport(progress)
        defer { watch.cancel() }
        if let answer = try ask(.post, "/roster", request) {
            guard answer.status == 200 || answer.status == 422 else {
                throw .service(String(decoding: answer.body, as: UTF8.self))
            }
            return RosterOutcome(
                text: String(decoding: answer.body, as: UTF8.self), isRefused: answer.status == 422)
        }
        watch.cancel()
        let rosterImport = RosterImport(bytes: bytes, name: name, isFull: isFull, isBaseline: isBaseline)
        let report = try await importOffline(
            rosterImport, isDryRun: isDryRun, clock: clock, progress: progress)
        let text = format == .json ? report.json : report.lines.joined(separator: "\n")
        return RosterOutcome(text: text, isRefused: report.isRefused)
    }

    /// Asks the service five times a second how far it is; whatever goes wrong there is of no consequence.
    private func watchImport(
        _ progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void
    ) -> Task<Void, Never> {
        let client = client
        return Task {
            while !Task.isCancelled {
                // try?: cancelled, then the loop ends.
                try? await Task.sleep(for: .milliseconds(200))
                // try?: a bar that stands still is no failure of the import.
                guard !Task.isCancelled, let answer = try? client.get("/roster/progress") else { continue }
                if let (done, total) = Self.progress(in: answer.body) { progress(done, total) }
            }
        }
    }

    /// `{"done":256,"total":100000}`; nil while nothing is staged.
    private static func progress(in body: [UInt8]) -> (done: Int, total: Int)? {
        let numbers = String(decoding: body, as: UTF8.self).split { !$0.isNumber }.compactMap { Int($0) }
        guard numbers.count == 2, numbers[1] > 0 else { return nil }
        return (numbers[0], numbers[1])
    }

    private func importOffline(
        _ rosterImport: RosterImport, isDryRun: Bool, clock: any SiteClock,
        progress: @Sendable (_ done: Int, _ total: Int) -> Void
    ) async throws(GatewayError) -> RosterReport {
        try await offline(clock) { (service, _) throws(PersonnelError) in
            try await service.importRoster(
                rosterImport, isDryRun: isDryRun,
                siteOffsetMilliseconds: configuration.site.offsetMilliseconds,
                ages: configuration.ages, progress: progress)
        }
    }

    /// Holds the roster against an insurer's list, through the running service or on the ledger itself.
    ///
    /// - Parameter showsNames: names in full; numbers never are.
    public func compareInsurance(
        _ bytes: [UInt8], showsNames: Bool, format: Format, clock: any SiteClock
    ) async throws(GatewayError) -> RosterOutcome {
        var query = format.query
        if showsNames { query["full_names"] = "1" }
        if let answer = try ask(.post, "/roster/insurance", ControlRequest(query: query, body: bytes)) {
            guard answer.status == 200 || answer.status == 422 else {
                throw .service(String(decoding: answer.body, as: UTF8.self))
            }
            return RosterOutcome(
                text: String(decoding: answer.body, as: UTF8.self), isRefused: answer.status == 422)
        }
        let comparison = try await offline(clock) { (service, _) throws(PersonnelError) in
            try await service.compareInsurance(
                bytes, siteOffsetMilliseconds: configuration.site.offsetMilliseconds)
        }
        let report = InsuranceReport(comparison, showsNames: showsNames)
        return RosterOutcome(
            text: format == .json ? report.json : report.lines.joined(separator: "\n"),
            isRefused: comparison.isRefused)
    }

    /// The newest comparison that is kept; nil before the first.
    public func keptInsurance(
        showsNames: Bool, format: Format, clock: any SiteClock
    ) throws(GatewayError) -> String? {
        let view = try people(clock: clock)
        let reader = try openReader()
        do throws(LedgerError) {
            guard let entry = try reader.newestInsurance() else { return nil }
            do throws(CanonicalDecodingError) {
                let kept = KeptInsurance(
                    try InsuranceCompared(encoded: entry.body), entry: entry.sequence,
                    recordedAt: view.corrected(entry.clock).instant, roster: view.content.roster,
                    showsNames: showsNames)
                return format == .json ? kept.json : kept.lines.joined(separator: "\n")
            } catch {
                throw LedgerError.chainBroken(sequence: entry.sequence)
            }
        } catch {
            throw .ledger(error)
        }
    }

    /// What the service does, on the ledger itself, which nobody else writes meanwhile.
    func offline<Value: Sendable>(
        _ clock: any SiteClock,
        _ work: (PersonnelService, ReadDesk) async throws(PersonnelError) -> Value
    ) async throws(GatewayError) -> Value {
        try await writing { ledger throws(GatewayError) in
            let reader = try openReader()
            let time = try time(reader, clock)
            let service = PersonnelService(
                ledger: ledger, reader: reader, index: nil, clock: time, instant: time.instant)
            let reads = try reportingLedger { () throws(LedgerError) in try readDesk(reader, time) }
            do throws(PersonnelError) {
                return try await work(service, reads)
            } catch {
                if case .refused = error { throw .refused("\(error)") }
                throw .roster(error)
            }
        }
    }
}

/// What an import did, as the service or the command itself worked it out.
public struct RosterOutcome: Sendable {
    /// In the format that was asked for.
    public let text: String
    /// Nothing was written.
    public let isRefused: Bool
}
