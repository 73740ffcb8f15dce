import SiteModel
import Testing

@Suite struct PayrollRecordsTests {
    private static let digest = [UInt8](repeating: 0xAB, count: 32)

    private func stated(_ rows: [MonthRow]) throws -> MonthStated {
        MonthStated(
            month: try #require(CivilMonth(iso8601: "2026-11")),
            team: Team(name: "木工一班", employer: "测试建筑"), head: LedgerSequence(4_711), headHash: Self.digest,
            by: "officer", rows: rows)
    }

    @Test func aMonthReadsBackAsItWasStated() throws {
        let worker = WorkerID(originTag: 0xCC0EEE, sequence: LedgerSequence(2))
        let rows = [
            MonthRow(worker: worker, days: 22, minutes: 10_567),
            MonthRow(worker: WorkerID(rawValue: .max), days: 0, minutes: 0),
        ]
        for month in [try stated(rows), try stated([])] {
            let encoded = month.encoded
            #expect(try MonthStated(encoded: encoded) == month)
            for count in 0..<encoded.count {
                #expect(throws: CanonicalDecodingError.self) {
                    try MonthStated(encoded: Array(encoded[..<count]))
                }
            }
        }
    }

    /// Made by hand after LedgerFormat.md.
    @Test func theBytesOfAMonth() throws {
        let worker = WorkerID(originTag: 0xCC0EEE, sequence: LedgerSequence(2))
        let month = MonthStated(
            month: try #require(CivilMonth(iso8601: "2026-11")), team: Team(name: "A", employer: "B"),
            head: LedgerSequence(9), headHash: Self.digest, by: "o",
            rows: [MonthRow(worker: worker, days: 22, minutes: 600)])
        let hash = String(repeating: "ab", count: 32)
        #expect(
            month.encoded.hexadecimal
                == "871a000317736141" + "6142" + "09" + "5820\(hash)" + "616f"
                + "81831bcc0eee00000000021619" + "0258")
    }

    @Test(arguments: [(32, 0), (-1, 0), (1, -1), (1, 44_641)])
    func aRowThatNoMonthHasIsRefused(days: Int64, minutes: Int64) {
        var encoder = CanonicalEncoder()
        encoder.array(count: 7)
        encoder.append(202_611)
        for text in ["木工一班", "测试建筑"] { encoder.append(text) }
        encoder.append(9)
        encoder.append(byteString: Self.digest)
        encoder.append("officer")
        encoder.array(count: 1)
        encoder.array(count: 3)
        for number in [1, days, minutes] { encoder.append(number) }
        #expect(throws: CanonicalDecodingError.self) { try MonthStated(encoded: encoder.bytes) }
    }

    @Test func proofsOfRowsReadBack() throws {
        let proof = PayrollConfirmed(
            platform: "city", receipt: "r-1", statement: LedgerSequence(7), rows: [3, 1, 1_000])
        #expect(proof.rows == [1, 3, 1_000])
        #expect(try PayrollConfirmed(encoded: proof.encoded) == proof)
        let clock = ClockReading(
            wall: UTCInstant(milliseconds: 1_772_407_920_000), uptime: Uptime(milliseconds: 9),
            boot: BootID(bytes: Array(repeating: 7, count: 16))!, synchronisation: .kernel)
        let carried = PayrollConfirmed(
            platform: "city", receipt: "r-1", statement: LedgerSequence(7), rows: [1],
            carried: CarriedAnswer(by: LedgerOrigin("cc0eee"), clock: clock))
        #expect(try PayrollConfirmed(encoded: carried.encoded) == carried)
        for rows in [[2, 1], [0], [1_001], [1, 1]] as [[Int64]] {
            var encoder = CanonicalEncoder()
            encoder.array(count: 4)
            encoder.append("city")
            encoder.append("")
            encoder.append(7)
            encoder.array(count: rows.count)
            for row in rows { encoder.append(row) }
            #expect(throws: CanonicalDecodingError.self) { try PayrollConfirmed(encoded: encoder.bytes) }
        }
    }

    @Test func monthsBeginAndEndWhereTheCalendarSays() throws {
        for (text, first, end) in [
            ("2026-11", "2026-11-01", "2026-12-01"), ("2026-12", "2026-12-01", "2027-01-01"),
            ("2028-02", "2028-02-01", "2028-03-01"),
        ] {
            let month = try #require(CivilMonth(iso8601: text))
            #expect(month.firstDay.description == first && month.endDay.description == end)
            #expect(month.description == text && CivilMonth(number: month.number) == month)
        }
        for text in ["2026-13", "2026-1", "202611", "2026-11-01", ""] {
            #expect(CivilMonth(iso8601: text) == nil)
        }
        for number in [0, 202_600, 202_613, 1_000_001] as [Int64] {
            #expect(CivilMonth(number: number) == nil)
        }
    }
}
