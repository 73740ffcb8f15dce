import SiteModel
import Tables

/// One remark on a roster file. The message names columns and rules, never the content of a cell: it may be
/// printed and logged.
public struct RosterIssue: Sendable, Hashable {
    /// From 1; 0 when the file as a whole is meant.
    public let line: Int
    /// Number of the cell in its row, from 1; 0 when the row as a whole is meant.
    public let column: Int
    public let message: String

    public init(line: Int, column: Int, message: String) {
        self.line = line
        self.column = column
        self.message = message
    }

    init(_ error: TableError) {
        self.init(
            line: error.position?.line ?? 0, column: error.position?.column ?? 0,
            message: error.description)
    }
}

/// Remarks in the order they were found: the first thousand in full, the rest counted.
public struct RosterIssues: Sendable, Hashable {
    public private(set) var listed: [RosterIssue] = []
    public private(set) var furtherCount = 0

    public static let listedLimit = 1_000

    public init() {}

    public var isEmpty: Bool { listed.isEmpty }
    public var count: Int { listed.count + furtherCount }

    public mutating func append(_ issue: RosterIssue) {
        if listed.count < Self.listedLimit { listed.append(issue) } else { furtherCount += 1 }
    }

    mutating func append(contentsOf others: RosterIssues) {
        for issue in others.listed { append(issue) }
        furtherCount += others.furtherCount
    }
}
