import SiteModel
import Testing

/// Who was let through by hand, and how it is stored.
struct ManualAdmissionTests {
    private static func record(_ manual: ManualAdmission?, _ number: Int64? = nil) -> AttendanceRecord {
        AttendanceRecord(
            reader: ReaderName(lane: "north", reader: "manual"), direction: .entering,
            credentialKind: .manual, reason: nil, isOpened: true, isTimeUncertain: false, standing: .known,
            rosterPosition: LedgerSequence(3), policy: LedgerSequence(2), maskedCredential: nil,
            reserveNumber: number, manual: manual)
    }

    @Test(arguments: [nil, Int64(7)])
    func itStandsInTheRecord(number: Int64?) throws {
        let manual = try #require(ManualAdmission(by: "李门卫", reason: "忘带卡"))
        let record = Self.record(manual, number)
        #expect(try AttendanceRecord(encoded: record.encoded) == record)
        #expect(record.encoded.first == 0x8B, "an array of eleven")
        #expect(record.numbered(9).manual == manual)
    }

    @Test func recordsWithoutItAreAsTheyWere() throws {
        #expect(Self.record(nil).encoded.first == 0x89 && Self.record(nil, 7).encoded.first == 0x8A)
        #expect(try AttendanceRecord(encoded: Self.record(nil, 7).encoded).manual == nil)
    }

    @Test(arguments: [
        ("", "忘带卡", false), ("li", "", false), ("li", "a\nb", false), ("li", "忘带卡", true),
        (String(repeating: "李", count: 10), String(repeating: "卡", count: 30), true),
        (String(repeating: "李", count: 10), String(repeating: "卡", count: 30) + "x", false),
    ])
    func itSaysWhoAndWhyInBounds(by: String, reason: String, isThere: Bool) {
        #expect((ManualAdmission(by: by, reason: reason) != nil) == isThere)
    }
}
