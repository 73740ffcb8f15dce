import AttendanceLedger
import LocalWeb
public import PersonnelChanges
public import SiteModel

/// Roster, changes and site as the ledger has them, with the time to measure their clocks by. Reading needs
/// no service and disturbs none.
public struct PeopleView {
    public let content: PeopleBook.Content
    public let calendar: SiteCalendar
    public let corrected: TimeCorrection

    public var changeListing: ChangeListing {
        ChangeListing(
            at: calendar.instant, offsetMilliseconds: calendar.offsetMilliseconds, corrected: corrected,
            shown: { words, worker in words.masking(content.roster.member(worker)?.worker) })
    }

    /// - Parameter reference: an id or an identity number.
    /// - Returns: nil when nobody has it.
    func sheet(of reference: String) -> WorkerSheet? {
        WorkerSheet(
            of: reference, in: content, calendar: calendar, corrected: corrected, isRevealed: false)
    }
}

extension SiteAccess {
    /// Today in site time, as far as this ledger knows the clock.
    public func calendar(clock: any SiteClock) throws(GatewayError) -> SiteCalendar {
        let time = try time(try openReader(), clock)
        return SiteCalendar(
            now: time.instant(of: time.now()), offsetMilliseconds: configuration.site.offsetMilliseconds)
    }

    public func people(clock: any SiteClock) throws(GatewayError) -> PeopleView {
        let reader = try openReader()
        let time = try time(reader, clock)
        let content: PeopleBook.Content
        do throws(PersonnelError) {
            content = try PeopleBook.Content.folded(from: reader)
        } catch {
            throw .roster(error)
        }
        return PeopleView(
            content: content,
            calendar: SiteCalendar(
                now: time.instant(of: time.now()), offsetMilliseconds: configuration.site.offsetMilliseconds),
            corrected: time.corrected)
    }

    /// A worker's copy of their own data (`WorkerCopyPage`), read from the ledger itself without a service.
    ///
    /// - Parameter reference: an id or an identity number.
    /// - Returns: nil when nobody has it.
    public func workerCopy(
        of reference: String, clock: any SiteClock
    ) throws(GatewayError) -> (worker: WorkerID, page: [UInt8])? {
        let view = try people(clock: clock)
        guard let sheet = view.sheet(of: reference) else { return nil }
        let reader = try openReader()
        let time = try time(reader, clock)
        let copy = WorkerCopy(
            reader: reader, content: view.content, calendar: view.calendar, corrected: time.corrected,
            siteName: configuration.site.name)
        do throws(LedgerError) {
            return try copy.html(of: sheet.member.id).map { (worker: sheet.member.id, page: $0) }
        } catch {
            throw .ledger(error)
        }
    }

    /// What of chips and papers is kept of a worker, read from the ledger itself without a service.
    ///
    /// - Parameter reference: an id or an identity number.
    /// - Returns: nil when nobody has it.
    public func workerFiles(
        of reference: String, clock: any SiteClock
    ) throws(GatewayError) -> (worker: WorkerID, files: [KeptFile])? {
        let view = try people(clock: clock)
        guard let sheet = view.sheet(of: reference) else { return nil }
        let id = sheet.member.id
        let reader = try openReader()
        do throws(LedgerError) {
            return (id, try reader.files(of: id, corrected: view.corrected))
        } catch {
            throw .ledger(error)
        }
    }

    public func change(
        _ request: ChangeRequest, format: Format, clock: any SiteClock
    ) async throws(GatewayError) -> String {
        try await answer("/people/change", request.encoded, format, clock) {
            (service, reads) throws(PersonnelError) in
            guard request.fromPresentation == nil else {
                throw .refusal(
                    "服务没有运行，无法读卡", "no service runs: nobody reads what is presented")
            }
            return PeopleAnswer(try await reads.carryOut(request, on: service, configuration))
        }
    }

    public func confirm(
        _ request: ConfirmationRequest, format: Format, clock: any SiteClock
    ) async throws(GatewayError) -> String {
        try await answer("/people/confirm", request.encoded, format, clock) {
            (service, _) throws(PersonnelError) in
            PeopleAnswer(confirmed: request.change, by: try await service.confirm(request))
        }
    }

    /// Records a `SiteProfile`, `EmployerProfile` or `TeamProfile`.
    public func record(
        _ body: some EntryBody, kind: LedgerEntryKind, format: Format, clock: any SiteClock
    ) async throws(GatewayError) -> String {
        try await answer("/people/\(kind.name)", body.encoded, format, clock) {
            (service, _) throws(PersonnelError) in
            PeopleAnswer(recorded: try await service.put(body, kind: kind))
        }
    }

    /// The service's answer, or that of a personnel service of our own when none runs.
    func answer(
        _ path: String, _ body: [UInt8], _ format: Format, _ clock: any SiteClock,
        _ work: (PersonnelService, ReadDesk) async throws(PersonnelError) -> PeopleAnswer
    ) async throws(GatewayError) -> String {
        if let answer = try ask(.post, path, ControlRequest(query: format.query, body: body)) {
            return try Self.words(of: answer)
        }
        let answer = try await offline(clock, work)
        return format == .json ? answer.json : answer.words
    }
}
