import SiteModel
import Testing

struct SiteProfileTests {
    @Test func theInsuranceOfTheProjectComesBack() throws {
        var profile = SiteProfile()
        profile.name = "测试工地"
        profile.endsOn = CivilDate(iso8601: "2027-01-01")
        profile.insurer = "测试保险"
        profile.insuranceNumber = "PL-1"
        profile.insuredFrom = CivilDate(iso8601: "2026-03-01")
        #expect(try SiteProfile(encoded: profile.encoded) == profile)
        profile.insuredUntil = CivilDate(iso8601: "2027-03-01")
        #expect(try SiteProfile(encoded: profile.encoded) == profile)
    }

    /// As it was written before the insurance was part of it.
    @Test func aBodyOfElevenIsReadWithoutInsurance() throws {
        var encoder = CanonicalEncoder()
        encoder.array(count: 11)
        for text in ["测试工地", "", "", "", "", ""] { encoder.append(text) }
        for _ in 0..<5 { encoder.appendNull() }
        let profile = try SiteProfile(encoded: encoder.bytes)
        #expect(profile.name == "测试工地" && profile.insurer.isEmpty && profile.insuredFrom == nil)
    }

    @Test func aBodyOfTwelveIsNone() {
        var encoder = CanonicalEncoder()
        encoder.array(count: 12)
        for _ in 0..<6 { encoder.append("") }
        for _ in 0..<6 { encoder.appendNull() }
        #expect(throws: CanonicalDecodingError.self) { try SiteProfile(encoded: encoder.bytes) }
    }
}
