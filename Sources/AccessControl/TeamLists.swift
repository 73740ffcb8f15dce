import SiteModel

/// Which workers belong to which team: one doubly linked list of rows for each team, 8 bytes a row.
///
/// Which team a row stands in is for the caller to remember.
struct TeamLists: ~Copyable {
    /// Teams are few; this bounds what a damaged or absurd roster can make of them.
    static let maximumTeamCount = 65_536

    private(set) var teams: [Team] = []
    private var numbers: [TeamKey: TeamNumber] = [:]
    private var heads: [UInt32] = []
    private var workerCounts: [Int] = []
    private var memberCounts: [Int] = []

    /// By row: next and previous row of the same team.
    private var nextRow: [UInt32] = []
    private var previousRow: [UInt32] = []

    private static let none = UInt32.max

    init() {}

    /// The same lists; columns are shared until one of the two changes them.
    borrowing func copy() -> TeamLists { TeamLists(copying: self) }

    private init(copying other: borrowing TeamLists) {
        teams = other.teams
        numbers = other.numbers
        heads = other.heads
        workerCounts = other.workerCounts
        memberCounts = other.memberCounts
        nextRow = other.nextRow
        previousRow = other.previousRow
    }

    /// The number of a team, a fresh one when it is seen for the first time; nil when there are too many.
    mutating func number(of team: Team) -> TeamNumber? {
        let key = TeamKey(team: team)
        if let number = numbers[key] { return number }
        guard teams.count < Self.maximumTeamCount else { return nil }
        let number = TeamNumber(rawValue: UInt32(teams.count))
        teams.append(team)
        numbers[key] = number
        heads.append(Self.none)
        workerCounts.append(0)
        memberCounts.append(0)
        return number
    }

    func existingNumber(of team: Team) -> TeamNumber? { numbers[TeamKey(team: team)] }

    func summary(_ number: TeamNumber) -> IndexedTeam {
        let index = Int(number.rawValue)
        return IndexedTeam(
            number: number, team: teams[index], memberCount: memberCounts[index],
            workerCount: workerCounts[index])
    }

    /// Makes the next row, for `link` to put into a team.
    mutating func appendRow() {
        nextRow.append(Self.none)
        previousRow.append(Self.none)
    }

    /// Puts a row that stands in no team at the front of one; `isMember`: no leaving is on record.
    mutating func link(_ row: Int, to team: TeamNumber, isMember: Bool) {
        let index = Int(team.rawValue)
        let head = heads[index]
        nextRow[row] = head
        previousRow[row] = Self.none
        if head != Self.none { previousRow[Int(head)] = UInt32(row) }
        heads[index] = UInt32(row)
        workerCounts[index] += 1
        memberCounts[index] += isMember ? 1 : 0
    }

    /// Takes a row out of its team; the flag is the one it was last linked or counted with.
    mutating func unlink(_ row: Int, from team: TeamNumber, wasMember: Bool) {
        let index = Int(team.rawValue)
        let (previous, next) = (previousRow[row], nextRow[row])
        if previous == Self.none { heads[index] = next } else { nextRow[Int(previous)] = next }
        if next != Self.none { previousRow[Int(next)] = previous }
        workerCounts[index] -= 1
        memberCounts[index] -= wasMember ? 1 : 0
    }

    /// A row stays in its team, but a leaving came on record or was cleared.
    mutating func count(_ team: TeamNumber, wasMember: Bool, isMember: Bool) {
        memberCounts[Int(team.rawValue)] += (isMember ? 1 : 0) - (wasMember ? 1 : 0)
    }

    /// Rows of a team after `row` (from the front when nil), at most `limit`.
    func rows(of team: TeamNumber, after row: Int?, limit: Int) -> [Int] {
        var rows: [Int] = []
        var current = row.map { nextRow[$0] } ?? heads[Int(team.rawValue)]
        while current != Self.none, rows.count < limit {
            rows.append(Int(current))
            current = nextRow[Int(current)]
        }
        return rows
    }

    mutating func reserve(rowCapacity: Int) {
        nextRow.reserveCapacity(rowCapacity)
        previousRow.reserveCapacity(rowCapacity)
    }

    /// Without the names of the teams.
    var byteCount: Int {
        (nextRow.capacity + previousRow.capacity) * MemoryLayout<UInt32>.stride
    }
}

/// A team by the bytes of its names. `String` hashes what letters look like, whatever their bytes, and for
/// Chinese that would take half of the time that an entry takes to get into the index.
private struct TeamKey: Hashable {
    let team: Team

    func hash(into hasher: inout Hasher) {
        hasher.combine(Self.hash(team.name))
        hasher.combine(Self.hash(team.employer))
    }

    static func == (left: TeamKey, right: TeamKey) -> Bool {
        isSame(left.team.name, right.team.name) && isSame(left.team.employer, right.team.employer)
    }

    /// FNV-1a.
    private static func hash(_ text: String) -> UInt64 {
        let bytes = text.utf8Span.span
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in bytes.indices { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
        return hash
    }

    private static func isSame(_ left: String, _ right: String) -> Bool {
        let (left, right) = (left.utf8Span.span, right.utf8Span.span)
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }
}
