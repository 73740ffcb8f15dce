public import SiteModel

/// The roster held against an insurer's list for one day: who is on site and not insured, insured and not on
/// site, or known to both under different names. Personal data.
public struct InsuranceComparison: Sendable {
    public let day: CivilDate
    /// Persons on the list whom it covers that day.
    public let insuredCount: Int
    /// Members who have not left.
    public let onSiteCount: Int
    public let notInsured: [Difference]
    public let notOnSite: [Difference]
    public let otherName: [Difference]
    /// Not empty: the list was not read, nothing was compared.
    public let errors: RosterIssues

    /// One person of one side or both.
    public struct Difference: Sendable, Hashable {
        /// Nil: nobody on the roster, present or past.
        public let worker: WorkerID?
        public let number: IDNumber
        /// As on the roster, or on the list for somebody not on the roster.
        public let name: String
        /// Of the list; nil for somebody who is not on it.
        public let line: Int?
        /// On the list, where it differs from the roster's.
        public let listedName: String?
    }

    /// - Parameter calendar: the present, which tells who has left, and the day.
    public init(_ bytes: [UInt8], against roster: Roster, calendar: SiteCalendar) {
        let list = InsuranceList(bytes)
        errors = list.errors
        day = calendar.today
        let present = roster.members.filter { !$0.worker.hasLeft(at: calendar.instant) }
        let insured = list.errors.isEmpty ? list.persons.filter { $0.isInsured(on: calendar.today) } : []
        let listed = Dictionary(uniqueKeysWithValues: list.persons.map { ($0.number, $0) })
        let insuredNumbers = Set(insured.map(\.number))
        insuredCount = insured.count
        onSiteCount = present.count
        guard list.errors.isEmpty else {
            (notInsured, notOnSite, otherName) = ([], [], [])
            return
        }
        notInsured = present.filter { !insuredNumbers.contains($0.worker.idNumber) }.map { member in
            Difference(
                worker: member.id, number: member.worker.idNumber, name: member.worker.name,
                line: listed[member.worker.idNumber]?.line, listedName: nil)
        }
        let presentNumbers = Set(present.map(\.worker.idNumber))
        notOnSite = insured.filter { !presentNumbers.contains($0.number) }.map { person in
            let member = roster.member(person.number)
            return Difference(
                worker: member?.id, number: person.number, name: member?.worker.name ?? person.name,
                line: person.line, listedName: nil)
        }
        otherName = present.compactMap { member in
            guard insuredNumbers.contains(member.worker.idNumber),
                let person = listed[member.worker.idNumber],
                CellText.halfWidth(person.name) != CellText.halfWidth(member.worker.name)
            else { return nil }
            return Difference(
                worker: member.id, number: member.worker.idNumber, name: member.worker.name,
                line: person.line, listedName: person.name)
        }
    }

    public var isRefused: Bool { !errors.isEmpty }

    /// What is kept of it.
    public func record(fileDigest: [UInt8]) -> InsuranceCompared {
        InsuranceCompared(
            fileDigest: fileDigest, day: day, insured: insuredCount, onSite: onSiteCount,
            notInsured: notInsured.count, notOnSite: notOnSite.count, otherName: otherName.count,
            differences: kept(.notInsured, notInsured) + kept(.notOnSite, notOnSite)
                + kept(.otherName, otherName))
    }

    private func kept(
        _ kind: InsuranceCompared.Difference.Kind, _ differences: [Difference]
    ) -> [InsuranceCompared.Difference] {
        differences.map { InsuranceCompared.Difference(kind, worker: $0.worker, line: $0.line) }
    }
}

/// A comparison in words. Numbers are always masked, names unless asked for.
public struct InsuranceReport: Sendable {
    private let comparison: InsuranceComparison
    private let showsNames: Bool

    public init(_ comparison: InsuranceComparison, showsNames: Bool = false) {
        self.comparison = comparison
        self.showsNames = showsNames
    }

    /// One object: `day`, `insured`, `on_site`; arrays `not_insured`, `not_on_site`, `other_name` of
    /// `worker`, `id_number`, `name`, `line`, `listed_name`; and `errors` as of an import.
    public var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("day", comparison.day.description)
        json.member("insured", comparison.insuredCount)
        json.member("on_site", comparison.onSiteCount)
        append(comparison.notInsured, named: "not_insured", to: &json)
        append(comparison.notOnSite, named: "not_on_site", to: &json)
        append(comparison.otherName, named: "other_name", to: &json)
        json.name("errors")
        json.beginArray()
        for issue in comparison.errors.listed {
            json.beginObject()
            json.member("line", issue.line)
            json.member("column", issue.column)
            json.member("message", issue.message)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.text
    }

    /// A person a line, then the counts.
    public var lines: [String] {
        guard !comparison.isRefused else {
            let issues = comparison.errors.listed.map { issue in
                issue.line == 0
                    ? "error: \(issue.message)"
                    : "line \(issue.line), column \(issue.column): error: \(issue.message)"
            }
            return issues + ["nothing is compared: \(comparison.errors.count) errors"]
        }
        return comparison.notInsured.map { "在场未参保 not insured: \(words(for: $0))" }
            + comparison.notOnSite.map { "参保不在场 not on site: \(words(for: $0))" }
            + comparison.otherName.map { "姓名不一致 other name: \(words(for: $0))" } + [
                "\(comparison.day): on site \(comparison.onSiteCount), insured \(comparison.insuredCount);"
                    + " not insured \(comparison.notInsured.count),"
                    + " not on site \(comparison.notOnSite.count),"
                    + " other name \(comparison.otherName.count)"
            ]
    }

    private func words(for difference: InsuranceComparison.Difference) -> String {
        let names = shown(difference.name) + (difference.listedName.map { " ≠ \(shown($0))" } ?? "")
        let parts = [
            difference.worker?.description, difference.number.masked, names,
            difference.line.map { "line \($0)" },
        ]
        return parts.compactMap { $0 }.joined(separator: "  ")
    }

    private func append(
        _ differences: [InsuranceComparison.Difference], named name: String, to json: inout JSONText
    ) {
        json.name(name)
        json.beginArray()
        for difference in differences {
            json.beginObject()
            json.member("worker", difference.worker?.description)
            json.member("id_number", difference.number.masked)
            json.member("name", shown(difference.name))
            json.member("line", difference.line.map { Int64($0) })
            json.member("listed_name", difference.listedName.map(shown))
            json.endObject()
        }
        json.endArray()
    }

    private func shown(_ name: String) -> String {
        showsNames ? name : name.prefix(1) + String(repeating: "*", count: max(0, name.count - 1))
    }
}
