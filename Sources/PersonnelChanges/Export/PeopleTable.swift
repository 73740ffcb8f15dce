public import SiteModel
import Tables

/// Changes, enrolments or corrections as a table, to be taken along as CSV or .xlsx. Names are masked, and
/// nothing else in it is personal.
public struct PeopleTable: Sendable {
    private let title: (chinese: String, english: String)
    private let headers: [(chinese: String, english: String)]
    private let rows: [[String]]

    public var rowCount: Int { rows.count }

    /// UTF-8 with byte order mark and CR LF, or a workbook of one sheet; every cell is text, so none is taken
    /// for a formula.
    ///
    /// - Throws: `PersonnelError.workbook`.
    public func file(
        _ format: RosterFileFormat, headers language: RosterListing.HeaderLanguage
    ) throws(PersonnelError) -> [UInt8] {
        let names = headers.map { language == .english ? $0.english : $0.chinese }
        switch format {
        case .csv:
            var writer = CSVWriter()
            writer.append(names)
            for row in rows { writer.append(row) }
            return writer.bytes
        case .xlsx:
            do throws(SheetWritingError) {
                let writer = try XLSXWriter()
                try writer.beginSheet(
                    language == .english ? title.english : title.chinese,
                    columns: names.map { SheetColumn($0, width: 18) })
                for row in rows { try writer.append(row.map { $0.isEmpty ? .blank : .text($0) }) }
                return try writer.finish()
            } catch {
                throw .workbook("\(error)")
            }
        }
    }
}

/// Which rows, and how they read.
public struct PeopleTableTerms {
    /// Year and month of site time in which it happened; nil: ever.
    public let month: (year: Int, month: Int)?
    /// Nil: all teams.
    public let team: Team?
    public let calendar: SiteCalendar
    public let corrected: TimeCorrection
    public let language: RosterListing.HeaderLanguage

    public init(
        month: (year: Int, month: Int)?, team: Team?, calendar: SiteCalendar,
        corrected: @escaping TimeCorrection, language: RosterListing.HeaderLanguage
    ) {
        self.month = month
        self.team = team
        self.calendar = calendar
        self.corrected = corrected
        self.language = language
    }

    fileprivate func isOfMonth(_ instant: UTCInstant) -> Bool {
        guard let month else { return true }
        let day = instant.day(offsetMilliseconds: calendar.offsetMilliseconds)
        return day.year == month.year && day.month == month.month
    }

    fileprivate func isOfTeam(_ other: Team) -> Bool { team == nil || team == other }

    fileprivate func text(_ instant: UTCInstant) -> String {
        String(instant.localText(offsetMilliseconds: calendar.offsetMilliseconds).prefix(19))
    }

    fileprivate func word(_ words: (chinese: String, english: String)) -> String {
        language == .english ? words.english : words.chinese
    }
}

extension PeopleTable {
    private static let person: [(chinese: String, english: String)] = [
        ("人员编号", "worker"), ("姓名", "name"), ("班组", "team"), ("参建单位", "employer"),
    ]

    private static func person(_ member: RosterMember?, _ id: WorkerID, _ team: Team) -> [String] {
        [id.description, member?.worker.maskedName ?? "", team.name, team.employer]
    }

    /// Changes of personnel that happened in the month, with their 24 hours.
    public init(changesOf content: PeopleBook.Content, _ terms: PeopleTableTerms) {
        title = ("人员变动", "changes")
        headers =
            Self.person + [
                ("变动", "change"), ("发生", "occurred"), ("登记", "recorded"), ("时限", "due"), ("状态", "state"),
                ("确认", "confirmed"), ("逾期", "late"), ("编号", "entry"),
            ]
        rows = content.changes.changes.filter {
            terms.isOfTeam($0.team) && terms.isOfMonth($0.occurredAt(terms.corrected))
        }.map { change in
            let deadline = change.deadline(terms.corrected)
            let isLate = change.stage(at: terms.calendar.instant, terms.corrected) == .late
            return Self.person(content.roster.member(change.worker), change.worker, change.team) + [
                terms.word(change.kind.words), terms.text(deadline.start),
                terms.text(terms.corrected(change.recorded).instant), terms.text(deadline.dueAt),
                terms.word(change.state.words), change.confirmedAt(terms.corrected).map(terms.text) ?? "",
                isLate ? terms.word(("是", "yes")) : terms.word(("否", "no")), "\(change.sequence)",
            ]
        }
    }

    /// How complete the enrolment of everybody is who belongs to the project now.
    public init(enrolmentsOf content: PeopleBook.Content, _ terms: PeopleTableTerms) {
        title = ("登记完整性", "enrolment")
        let items = EnrolmentItem.allCases
        headers = Self.person + items.map(\.words) + [("完成", "complete"), ("时限", "due")]
        rows = content.roster.enrolments(calendar: terms.calendar).filter { terms.isOfTeam($0.team) }.map {
            enrolment in
            let member = content.roster.member(enrolment.worker)
            return Self.person(member, enrolment.worker, enrolment.team)
                + items.map {
                    enrolment.missing.contains($0) ? terms.word(("缺", "missing")) : terms.word(("有", "there"))
                } + [
                    enrolment.isComplete ? terms.word(("是", "yes")) : terms.word(("否", "no")),
                    enrolment.deadline.map { terms.text($0.dueAt) } ?? "",
                ]
        }
    }

    /// Corrections that were made in the month, and what the site manager says of them. Who made them and why
    /// stay out: the words may name persons.
    public init(correctionsOf content: PeopleBook.Content, _ terms: PeopleTableTerms) {
        title = ("考勤更正", "corrections")
        headers =
            Self.person + [
                ("更正", "action"), ("原记录编号", "corrects"), ("更正后的进出", "passes"), ("登记", "recorded"),
                ("状态", "state"), ("确认人", "judged by"), ("确认时间", "judged"), ("编号", "entry"),
            ]
        rows = content.corrections.corrections.compactMap { tracked -> [String]? in
            let made = terms.corrected(tracked.recorded).instant
            guard let member = content.roster.member(tracked.worker), terms.isOfTeam(member.worker.team),
                terms.isOfMonth(made)
            else { return nil }
            let passes = tracked.correction.passes.map { pass in
                terms.word(pass.direction == .entering ? ("进", "in") : ("出", "out")) + " "
                    + terms.text(pass.at)
            }
            let judgement = tracked.judgement
            return Self.person(member, tracked.worker, member.worker.team) + [
                tracked.correction.action.name, tracked.correction.target.map { "\($0.sequence)" } ?? "",
                passes.joined(separator: "; "), terms.text(made),
                terms.word(judgement?.verdict.words ?? ("待确认", "open")), judgement?.by ?? "",
                judgement.map { terms.text(terms.corrected($0.recorded).instant) } ?? "",
                "\(tracked.sequence)",
            ]
        }
    }
}

extension ChangeState {
    fileprivate var words: (chinese: String, english: String) {
        switch self {
        case .open: ("未报送", "open")
        case .sent: ("已报送", "sent")
        case .confirmed(_, let isByHand): isByHand ? ("已确认（人工）", "confirmed by hand") : ("已确认", "confirmed")
        case .rejected: ("被退回", "rejected")
        }
    }
}
