import AttendanceLedger
import LocalWeb
import PersonnelChanges
import Reports
import SiteModel

/// What the pages of the labour officer see and do of people: reading from the people book, writing through
/// the personnel service. Everything is worked out on a thread of its own, for a site may have 100,000
/// workers and the lanes need the others.
struct PeoplePages: Sendable {
    /// Confirmed changes on the board.
    static let confirmedLimit = 200

    let people: PeopleBook
    let personnel: PersonnelService
    let reader: LedgerReader
    let reads: ReadDesk
    let cards: CardDesk
    let time: SiteTime
    let siteOffsetMilliseconds: Int64
    let ages: AgeLimits
    let bundles: BundleService
    let siteName: String

    var closures: OfficePeople {
        OfficePeople(
            find: find, worker: worker, teams: teams, members: members, changes: changes,
            enrolments: enrolments, change: change, confirm: confirm, presented: presentedClosures,
            badges: badgeClosures, corrections: correctionClosures,
            exports: OfficeExports(file: export, copy: copy), statistics: statistics, notice: notice)
    }

    var calendar: SiteCalendar {
        SiteCalendar(now: time.instant(of: time.now()), offsetMilliseconds: siteOffsetMilliseconds)
    }

    @Sendable func openWork() async throws -> OpenWork {
        let content = await people.latest()
        return try await onLedgerThread { [time, calendar] in
            var work = OpenWork()
            let open = content.changes.unconfirmed(time.corrected)
            work.openChangeCount = open.count
            for change in open {
                switch change.stage(at: calendar.instant, time.corrected) {
                case .inTime: break
                case .warning: work.warnedChangeCount += 1
                case .urgent: work.urgentChangeCount += 1
                case .late: work.lateChangeCount += 1
                }
            }
            let incomplete = content.roster.enrolments(calendar: calendar).filter { !$0.isComplete }
            work.incompleteCount = incomplete.count
            work.openCorrectionCount = content.corrections.openCount
            work.escalatedCount = incomplete.count { $0.isLate(at: calendar.instant) }
            work.warnedEnrolmentCount = incomplete.count {
                $0.deadline.map { [.warning, .urgent].contains($0.stage(at: calendar.instant)) } ?? false
            }
            return work
        }
    }

    @Sendable private func find(_ text: String, _ limit: Int) async throws -> PeopleFound {
        let content = await people.latest()
        guard let search = people.search else { return PeopleFound(lines: [], totalCount: 0) }
        let calendar = calendar
        return try await onLedgerThread {
            let hits = search.hits(for: text, limit: limit, includesLeft: true, now: calendar.instant)
            return PeopleFound(
                lines: hits.hits.compactMap { content.roster.member($0.id) }
                    .map { PersonLine($0, at: calendar.instant) },
                totalCount: hits.totalCount)
        }
    }

    @Sendable private func teams() async throws -> [TeamFacts] {
        let content = await people.latest()
        return try await onLedgerThread { [calendar] in
            content.headCounts(at: calendar.instant)
                .map { TeamFacts(team: $0.team, workerCount: $0.count) }
                .sorted { ($0.team.employer, $0.team.name) < ($1.team.employer, $1.team.name) }
        }
    }

    @Sendable private func members(of team: Team) async throws -> [PersonLine] {
        let content = await people.latest()
        return try await onLedgerThread { [calendar] in
            content.roster.members
                .filter { $0.worker.team == team && !$0.worker.hasLeft(at: calendar.instant) }
                .map { PersonLine($0, at: calendar.instant) }
        }
    }

    @Sendable private func notice() async throws -> NoticeFacts? {
        await people.latest().site.notices.last.map { NoticeFacts(version: $0.version, text: $0.text) }
    }

    @Sendable private func enrolments() async throws -> EnrolmentBoard {
        let content = await people.latest()
        return try await onLedgerThread { [calendar] in EnrolmentBoard(content, calendar) }
    }
}

extension EnrolmentBoard {
    init(_ content: PeopleBook.Content, _ calendar: SiteCalendar) {
        let instant = calendar.instant
        let all = content.roster.enrolments(calendar: calendar)
        let incomplete = all.filter { !$0.isComplete }
        let lines = incomplete.compactMap { (enrolment: Enrolment) -> Line? in
            guard let member = content.roster.member(enrolment.worker) else { return nil }
            return Line(
                person: PersonLine(member, at: instant),
                missing: enrolment.missing.map { BoardWords($0.words) },
                elapsed: enrolment.deadline?.elapsed(at: instant))
        }
        let companies = content.site.employers.map { (company: EmployerProfile) -> Company in
            Company(
                name: company.name, enteredOn: company.enteredOn.description,
                registeredOn: company.registeredOn?.description,
                elapsed: company.deadline(calendar: calendar).elapsed(at: instant))
        }
        let waiting = companies.filter { $0.registeredOn == nil }.sorted { $0.elapsed > $1.elapsed }
        self.init(
            incomplete: lines, completeCount: all.count - incomplete.count,
            companies: waiting + companies.filter { $0.registeredOn != nil })
    }
}

extension PersonLine {
    init(_ member: RosterMember, at instant: UTCInstant) {
        let worker = member.worker
        self.init(
            worker: member.id, name: worker.maskedName, number: worker.idNumber.masked, team: worker.team,
            workType: worker.workType, hasLeft: worker.hasLeft(at: instant))
    }
}

extension BoardWords {
    init(_ words: (chinese: String, english: String)) {
        self.init(words.chinese, words.english)
    }
}

extension Deadline {
    /// Since it began; negative before.
    func elapsed(at instant: UTCInstant) -> Duration {
        .milliseconds(instant.milliseconds - start.milliseconds)
    }
}
