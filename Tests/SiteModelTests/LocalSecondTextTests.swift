import SiteModel
import Testing

/// The times that platforms are told.
@Suite struct LocalSecondTextTests {
    @Test(
        arguments: [
            0, 999, -1, 1_780_000_000_123, 951_782_399_999, -2_208_988_800_000, 4_102_444_800_000,
        ] as [Int64])
    func itIsTheLocalTextWithoutMilliseconds(milliseconds: Int64) {
        let instant = UTCInstant(milliseconds: milliseconds)
        for offset in [0, 28_800_000, -12_600_000] as [Int64] {
            let text = instant.localSecondText(offsetMilliseconds: offset)
            #expect(text == String(instant.localText(offsetMilliseconds: offset).prefix(19)))
        }
    }

    @Test func aWorkedExample() {
        let instant = UTCInstant(rfc3339: "2026-03-01T23:31:05.999Z")
        #expect(instant?.localSecondText(offsetMilliseconds: 28_800_000) == "2026-03-02 07:31:05")
    }
}
