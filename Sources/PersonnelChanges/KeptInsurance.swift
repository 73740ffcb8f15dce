public import SiteModel

/// The newest comparison with an insurer's list, as the ledger keeps it: persons by worker and by line, with
/// the names that the roster has for them now.
public struct KeptInsurance: Sendable {
    private let compared: InsuranceCompared
    private let entry: LedgerSequence
    private let recordedAt: UTCInstant
    private let roster: Roster
    private let showsNames: Bool

    public init(
        _ compared: InsuranceCompared, entry: LedgerSequence, recordedAt: UTCInstant, roster: Roster,
        showsNames: Bool
    ) {
        self.compared = compared
        self.entry = entry
        self.recordedAt = recordedAt
        self.roster = roster
        self.showsNames = showsNames
    }

    /// One object: `entry`, `recorded_at`, `day`, `file_sha256`, `insured`, `on_site`, the counts
    /// `not_insured`, `not_on_site`, `other_name`, and `differences` of `kind`, `worker`, `name`, `line`.
    public var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("entry", entry.rawValue)
        json.member("recorded_at", recordedAt.rfc3339)
        json.member("day", compared.day.description)
        json.member("file_sha256", compared.fileDigest.hexadecimal)
        json.member("insured", compared.insured)
        json.member("on_site", compared.onSite)
        json.member("not_insured", compared.notInsured)
        json.member("not_on_site", compared.notOnSite)
        json.member("other_name", compared.otherName)
        json.name("differences")
        json.beginArray()
        for difference in compared.differences {
            json.beginObject()
            json.member("kind", difference.kind.name)
            json.member("worker", difference.worker?.description)
            json.member("name", name(of: difference))
            json.member("line", difference.line.map { Int64($0) })
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.text
    }

    /// A person a line, then the counts.
    public var lines: [String] {
        let more = compared.notInsured + compared.notOnSite + compared.otherName - compared.differences.count
        return compared.differences.map { difference in
            let (chinese, english) = difference.kind.words
            let parts = [
                difference.worker?.description, name(of: difference),
                difference.line.map { "line \($0) of the list" },
            ]
            return "\(chinese) \(english): " + parts.compactMap { $0 }.joined(separator: "  ")
        } + (more > 0 ? ["\(more) more are not kept one by one"] : []) + [
            "\(compared.day), entry \(entry) of \(recordedAt.rfc3339): on site \(compared.onSite), "
                + "insured \(compared.insured); not insured \(compared.notInsured), "
                + "not on site \(compared.notOnSite), other name \(compared.otherName); "
                + "list SHA-256 \(compared.fileDigest.hexadecimal)"
        ]
    }

    private func name(of difference: InsuranceCompared.Difference) -> String? {
        difference.worker.flatMap(roster.member)
            .map { showsNames ? $0.worker.name : $0.worker.maskedName }
    }
}
