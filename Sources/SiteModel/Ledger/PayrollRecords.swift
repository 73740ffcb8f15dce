/// What one worker did in a month: a row of a signed month sheet.
public struct MonthRow: Sendable, Hashable {
    public let worker: WorkerID
    /// Days that count, 0 to 31.
    public let days: Int
    /// Time on site of all days, 0 to 44,640.
    public let minutes: Int

    public init(worker: WorkerID, days: Int, minutes: Int) {
        self.worker = worker
        self.days = days
        self.minutes = minutes
    }
}

/// Body of `monthStated`: an officer says that a team's month is final, its sheet signed. What it says goes
/// to the platforms. A later one of the same month and team stands in its place; both stay.
///
/// Array of 7: `[month as 202611, team, company, sequence and hash of the newest entry that was counted, by,
/// rows]`; `rows` is an array of `[worker, days, minutes]`. No personal data, and no amounts: Muster has
/// none.
public struct MonthStated: EntryBody {
    /// Workers of one team.
    public static let rowLimit = 1_000
    static let minuteLimit: Int64 = 31 * 1_440

    public let month: CivilMonth
    public let team: Team
    /// The newest entry when the figures were made: whatever was corrected behind it makes a difference.
    public let head: LedgerSequence
    /// Of that entry, 32 bytes.
    public let headHash: [UInt8]
    /// The account or, on the machine, its user.
    public let by: String
    /// Each worker once. Row 1 is the first.
    public let rows: [MonthRow]

    public init(
        month: CivilMonth, team: Team, head: LedgerSequence, headHash: [UInt8], by: String, rows: [MonthRow]
    ) {
        precondition(rows.count <= Self.rowLimit, "a team has at most \(Self.rowLimit) workers")
        self.month = month
        self.team = team
        self.head = head
        self.headHash = headHash
        self.by = by
        self.rows = rows
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder(reservingByteCount: 128 + 16 * rows.count)
        encoder.array(count: 7)
        encoder.append(month.number)
        encoder.append(team.name)
        encoder.append(team.employer)
        encoder.append(head.rawValue)
        encoder.append(byteString: headHash)
        encoder.append(by)
        encoder.array(count: rows.count)
        for row in rows {
            encoder.array(count: 3)
            encoder.append(row.worker.rawValue)
            encoder.append(row.days)
            encoder.append(row.minutes)
        }
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 7, let month = CivilMonth(number: try decoder.integer()) else {
            throw decoder.failure
        }
        self.month = month
        team = Team(name: try decoder.text(), employer: try decoder.text())
        head = LedgerSequence(try decoder.integer())
        headHash = try decoder.byteString()
        by = try decoder.text()
        let count = try decoder.array()
        guard count <= Self.rowLimit else { throw decoder.failure }
        var rows: [MonthRow] = []
        for _ in 0..<count { rows.append(try Self.row(&decoder)) }
        self.rows = rows
    }

    private static func row(_ decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) -> MonthRow {
        guard try decoder.array() >= 3 else { throw decoder.failure }
        let worker = WorkerID(rawValue: try decoder.unsigned())
        let (days, minutes) = (try decoder.integer(), try decoder.integer())
        guard (0...31).contains(days), (0...minuteLimit).contains(minutes) else { throw decoder.failure }
        return MonthRow(worker: worker, days: Int(days), minutes: Int(minutes))
    }
}

/// Body of `payrollConfirmed`: the proof that a platform has these rows of a month.
///
/// Array of 4: `[platform, receipt or empty, sequence of the monthStated, rows]`; `rows` is an array of row
/// numbers, from 1, ascending. Of 9 where another node was told: the elements of `CarriedAnswer` behind them.
public struct PayrollConfirmed: EntryBody {
    public let platform: String
    /// Empty where the platform gives none, or showed the rows when it was asked.
    public let receipt: String
    public let statement: LedgerSequence
    public let rows: [Int]
    /// Nil: this node was told.
    public let carried: CarriedAnswer?

    public init(
        platform: String, receipt: String, statement: LedgerSequence, rows: [Int],
        carried: CarriedAnswer? = nil
    ) {
        self.platform = platform
        self.receipt = receipt
        self.statement = statement
        self.rows = rows.sorted()
        self.carried = carried
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder(reservingByteCount: 64 + 3 * rows.count)
        encoder.array(count: carried == nil ? 4 : 4 + CarriedAnswer.elementCount)
        encoder.append(platform)
        encoder.append(receipt)
        encoder.append(statement.rawValue)
        encoder.array(count: rows.count)
        for row in rows { encoder.append(row) }
        carried?.encode(into: &encoder)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        let elementCount = try decoder.array()
        guard elementCount >= 4 else { throw decoder.failure }
        platform = try decoder.text()
        receipt = try decoder.text()
        statement = LedgerSequence(try decoder.integer())
        let count = try decoder.array()
        guard count <= MonthStated.rowLimit else { throw decoder.failure }
        var rows: [Int] = []
        for _ in 0..<count {
            let row = try decoder.integer()
            guard row > Int64(rows.last ?? 0), row <= Int64(MonthStated.rowLimit) else {
                throw decoder.failure
            }
            rows.append(Int(row))
        }
        self.rows = rows
        carried = try CarriedAnswer(
            from: &decoder, isThere: elementCount >= 4 + CarriedAnswer.elementCount)
    }
}
