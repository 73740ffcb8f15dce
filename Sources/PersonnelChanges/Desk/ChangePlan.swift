import SiteModel

/// A request worked out against one state of the roster and not yet written. Pure.
struct ChangePlan {
    let drafts: [EntryDraft]
    private(set) var warnings: [Refusal] = []
    /// The newest roster entry that the plan knows. With a newer one in the ledger the plan is void.
    let basis: LedgerSequence

    /// - Throws: `PersonnelError.refused` with every fault of the request.
    init(
        _ request: ChangeRequest, against roster: Roster, site: SiteBook, clock: ClockReading,
        calendar: SiteCalendar, ages: AgeLimits
    ) throws(PersonnelError) {
        basis = roster.position
        var planning = Planning(
            request: request, roster: roster, clock: clock, calendar: calendar,
            ages: ages, namedTeams: site.teams.map(\.team))
        planning.checkNotice(among: Set(site.notices.map(\.version)))
        planning.resolveEmployer()
        let moment = planning.moment()
        let photo = planning.photo()
        let targets = planning.targets()
        if planning.faults.isEmpty {
            for target in targets where planning.faults.count < Planning.faultLimit {
                planning.plan(target, at: moment, photo: photo?.reference)
            }
        }
        guard planning.faults.isEmpty else { throw .refused(planning.faults) }
        warnings = planning.warnings
        var drafts: [EntryDraft] = []
        if let photo, let worker = planning.changes.first?.worker {
            drafts.append(
                EntryDraft(
                    WorkerPhoto(jpeg: photo.jpeg), kind: .workerPhoto, subject: .worker(worker), clock: clock)
            )
        }
        drafts += planning.changes.map { change in
            EntryDraft(
                change.change, kind: .personnelChange,
                subject: change.worker.map(EntrySubject.worker) ?? .newWorker, clock: clock)
        }
        if !request.cardPhoto.isEmpty, let change = planning.changes.first {
            drafts.append(
                EntryDraft(
                    WorkerFile(.cardPhoto, .wlt, request.cardPhoto), kind: .workerFile,
                    subject: change.worker.map(EntrySubject.worker) ?? .broughtWorker, clock: clock))
        }
        self.drafts = drafts
    }
}
