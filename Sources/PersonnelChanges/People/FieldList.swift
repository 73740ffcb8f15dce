public import SiteModel

/// Named values for a screen or a program: what `show` and `list` print.
public struct FieldList: Sendable, Hashable {
    public struct Field: Sendable, Hashable {
        /// In JSON.
        public let name: String
        /// For people; Chinese first.
        public let words: String
        /// Nil: nothing is known.
        public let value: String?
        /// For people, where that differs: a code in words, a moment in site time.
        public let shown: CodeWords?
        /// The value as a number, which programs read as one; nil for a text.
        public var number: Int64?
    }

    public private(set) var fields: [Field] = []

    mutating func append(_ name: String, _ words: String, _ value: String?, shown: CodeWords? = nil) {
        fields.append(
            Field(name: name, words: words, value: value.flatMap { $0.isEmpty ? nil : $0 }, shown: shown))
    }

    /// A code in the words of its table; Chinese for programs, as ever.
    mutating func append(_ name: String, _ words: String, _ code: CodeWords?) {
        append(name, words, code?.chinese, shown: code)
    }

    mutating func append(_ name: String, _ words: String, count: Int64?) {
        append(name, words, count.map { String($0) })
        fields[fields.count - 1].number = count
    }

    /// UTC for programs, site time for people.
    mutating func append(_ name: String, _ words: String, at instant: UTCInstant?, offsetMilliseconds: Int64)
    {
        append(
            name, words, instant?.rfc3339,
            shown: instant.map {
                CodeWords(String($0.localText(offsetMilliseconds: offsetMilliseconds).prefix(16)))
            })
    }

    public var json: String {
        var json = JSONText()
        json.beginObject()
        for field in fields {
            if let number = field.number {
                json.member(field.name, number)
            } else {
                json.member(field.name, field.value)
            }
        }
        json.endObject()
        return json.text
    }

    /// One a line, in both languages; what is not known has a dash.
    public var lines: [String] { fields.map { "\($0.words) \($0.name)  \($0.text ?? "-")" } }

    public var row: String { fields.compactMap(\.text).joined(separator: "  ") }
}

extension FieldList.Field {
    /// For people who read either language.
    fileprivate var text: String? { shown?.both ?? value }
}

extension SiteProfile {
    public var fields: FieldList {
        var list = FieldList()
        list.append("name", "项目名称", name)
        list.append("project_code", "项目编码", projectCode)
        list.append("permit", "施工许可证", permitNumber)
        list.append("supervising_department", "主管部门", supervisingDepartment)
        list.append("owner", "建设单位", owner)
        list.append("general_contractor", "总包单位", generalContractor)
        list.append("labour_officer", "劳资专管员", labourOfficer?.description)
        list.append("wage_account_filed_on", "专户备案日期", wageAccountFiledOn?.description)
        list.append("deposit_filed_on", "保证金备案日期", depositFiledOn?.description)
        list.append("starts_on", "开工日期", startsOn?.description)
        list.append("ends_on", "竣工日期", endsOn?.description)
        list.append("insurer", "工伤保险承保单位", insurer)
        list.append("insurance_number", "工伤保险单号", insuranceNumber)
        list.append("insured_from", "工伤保险起始", insuredFrom?.description)
        list.append("insured_until", "工伤保险终止", insuredUntil?.description)
        return list
    }
}

extension EmployerProfile {
    /// Ten days from the end of the day of entry to be registered on the platform.
    public func deadline(calendar: SiteCalendar) -> Deadline {
        Deadline(.enrolment, from: calendar.end(of: enteredOn))
    }

    /// registered, open, warning, urgent or late.
    public func stateName(calendar: SiteCalendar) -> String {
        if registeredOn != nil { return "registered" }
        let stage = deadline(calendar: calendar).stage(at: calendar.instant)
        return stage == .inTime ? "open" : stage.name
    }

    public func fields(calendar: SiteCalendar) -> FieldList {
        var list = FieldList()
        list.append("employer", "参建单位", name)
        list.append("corp_code", "统一社会信用代码", corpCode)
        list.append("corp_type", "单位类型", corpType)
        list.append("entered_on", "进场日期", enteredOn.description)
        list.append("registered_on", "登记日期", registeredOn?.description)
        list.append(
            "due_at", "期限", at: deadline(calendar: calendar).dueAt,
            offsetMilliseconds: calendar.offsetMilliseconds)
        list.append("state", "状态", stateName(calendar: calendar))
        return list
    }
}

extension PeopleBook.Content {
    /// How many belong to each team, in the order in which they first came; then those that were only added.
    public func headCounts(at instant: UTCInstant) -> [(team: Team, count: Int)] {
        var counts: [Team: Int] = [:]
        var order: [Team] = []
        for member in roster.members where !member.worker.hasLeft(at: instant) {
            if counts[member.worker.team] == nil { order.append(member.worker.team) }
            counts[member.worker.team, default: 0] += 1
        }
        order += site.teams.map(\.team).filter { counts[$0] == nil }
        return order.map { ($0, counts[$0] ?? 0) }
    }

    public func teamFields(at instant: UTCInstant) -> [FieldList] {
        headCounts(at: instant).map { team, count in
            let profile = site.team(team)
            var list = FieldList()
            list.append("team", "班组", team.name)
            list.append("employer", "参建单位", team.employer)
            list.append("workers", "人数", count: Int64(count))
            list.append("leader", "班组长", profile?.leader?.description)
            list.append("entered_on", "进场日期", profile?.enteredOn.description)
            return list
        }
    }
}

extension ChangeStatistics {
    private var percent: String? { inTimeShare.map { String(Int(($0 * 100).rounded())) + "%" } }

    private func fields(for period: ChangePeriod) -> FieldList {
        var list = FieldList()
        let month = period.month < 10 ? "0\(period.month)" : "\(period.month)"
        list.append("month", "月份", "\(period.year)-\(month)")
        list.append("team", "班组", period.team?.name)
        if period.isOfManagers { list.append("work_role", "管理人员", "10") }
        list.append("changes", "变动", count: Int64(totalCount))
        list.append("confirmed_in_time", "按时", count: Int64(confirmedInTimeCount))
        list.append("confirmed_late", "逾期确认", count: Int64(confirmedLateCount))
        list.append("overdue", "逾期未确认", count: Int64(overdueCount))
        list.append("in_time_share", "按时率", percent)
        list.append(
            "median_delay_s", "中位时长（秒）", count: medianDelayMilliseconds.map { $0 / 1_000 })
        return list
    }

    public func json(for period: ChangePeriod) -> String { fields(for: period).json }

    public func line(for period: ChangePeriod) -> String {
        fields(for: period).fields.map { "\($0.words)  \($0.value ?? "-")" }.joined(separator: "  ")
    }
}
