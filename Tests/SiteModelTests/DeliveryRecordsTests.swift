import SiteModel
import Testing

@Suite struct DeliveryRecordsTests {
    @Test(arguments: [[], [1], [1, 2, 3], [2, 3, 7, 9, 10], [5, 1_000_000]])
    func runsReadBackAsTheyWereWritten(numbers: [Int64]) throws {
        let entries = numbers.map(LedgerSequence.init)
        let confirmed = AttendanceConfirmed(platform: "city", receipt: "r-1", entries: entries.reversed())
        #expect(confirmed.entries == entries)
        #expect(try AttendanceConfirmed(encoded: confirmed.encoded) == confirmed)
    }

    @Test func answersReadBack() throws {
        let answered = DeliveryAnswered(
            platform: "city", entry: LedgerSequence(9), pass: 16, state: .rejected, code: "10", words: "否")
        #expect(try DeliveryAnswered(encoded: answered.encoded) == answered)
        let settled = DeliverySettled(
            platform: "city", entry: LedgerSequence(9), isResent: false, by: "officer", reason: "双卡")
        #expect(try DeliverySettled(encoded: settled.encoded) == settled)
        for team in [nil, "木工二班"] {
            let unit = OrganisationAnswered(
                platform: "city", employer: "测试公司", team: team, number: team == nil ? nil : 7, isTaken: true)
            #expect(try OrganisationAnswered(encoded: unit.encoded) == unit)
        }
    }

    /// A run that counts down, an endless one, an odd list: none is believed.
    @Test(arguments: [[0, 1], [1, 0], [1, 20_000], [1, 1, 1], [1 << 41, 1], [1, 1, -5, 1]])
    func damagedRunsAreRefused(runs: [Int64]) {
        var encoder = CanonicalEncoder()
        encoder.array(count: 3)
        encoder.append("city")
        encoder.append("")
        encoder.array(count: runs.count)
        for number in runs { encoder.append(number) }
        #expect(throws: CanonicalDecodingError.self) { try AttendanceConfirmed(encoded: encoder.bytes) }
    }
}
