import SiteModel

/// What an import did, or on a dry run would do. No personal data.
public struct RosterReport: Sendable, Hashable {
    public let joined: Int
    public let left: Int
    /// Moved and updated.
    public let changed: Int
    public let unchanged: Int
    /// Not empty: nothing was written, and the counts are zero.
    public let errors: RosterIssues
    public let warnings: RosterIssues

    public init(
        joined: Int, left: Int, changed: Int, unchanged: Int, errors: RosterIssues, warnings: RosterIssues
    ) {
        self.joined = joined
        self.left = left
        self.changed = changed
        self.unchanged = unchanged
        self.errors = errors
        self.warnings = warnings
    }

    init(of diff: RosterDiff) {
        self.init(
            joined: diff.count(of: .joined), left: diff.count(of: .left),
            changed: diff.count(of: .moved, .identityCorrected, .updated),
            unchanged: diff.unchangedCount, errors: diff.errors, warnings: diff.warnings)
    }

    public var isRefused: Bool { !errors.isEmpty }
    public var changesNothing: Bool { joined + left + changed == 0 }

    /// `{"joined":…,"left":…,"changed":…,"unchanged":…,"errors":[{"line":…,"column":…,"message":…}],
    /// "warnings":[…]}`, one line.
    public var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("joined", joined)
        json.member("left", left)
        json.member("changed", changed)
        json.member("unchanged", unchanged)
        Self.append(errors, named: "errors", to: &json)
        Self.append(warnings, named: "warnings", to: &json)
        json.endObject()
        return json.text
    }

    /// For people, one remark a line, then the sum.
    public var lines: [String] {
        var lines = Self.lines(of: errors, word: "error") + Self.lines(of: warnings, word: "warning")
        let sum = "joined \(joined), left \(left), changed \(changed), unchanged \(unchanged)"
        lines.append(isRefused ? "nothing is imported: \(errors.count) errors" : sum)
        return lines
    }

    private static func append(_ issues: RosterIssues, named name: String, to json: inout JSONText) {
        json.name(name)
        json.beginArray()
        for issue in issues.listed { append(issue, to: &json) }
        if issues.furtherCount > 0 {
            let message = "and \(issues.furtherCount) more \(name)"
            append(RosterIssue(line: 0, column: 0, message: message), to: &json)
        }
        json.endArray()
    }

    private static func append(_ issue: RosterIssue, to json: inout JSONText) {
        json.beginObject()
        json.member("line", issue.line)
        json.member("column", issue.column)
        json.member("message", issue.message)
        json.endObject()
    }

    private static func lines(of issues: RosterIssues, word: String) -> [String] {
        var lines = issues.listed.map { issue in
            switch (issue.line, issue.column) {
            case (0, _): "\(word): \(issue.message)"
            case (let line, 0): "line \(line): \(word): \(issue.message)"
            case (let line, let column): "line \(line), column \(column): \(word): \(issue.message)"
            }
        }
        if issues.furtherCount > 0 { lines.append("and \(issues.furtherCount) more of the kind “\(word)”") }
        return lines
    }
}
