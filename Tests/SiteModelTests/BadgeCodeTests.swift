import SiteModel
import Testing

/// The text of a QR badge: short, readable by every keyboard, and of one form only.
struct BadgeCodeTests {
    private static let mac = [UInt8](0..<10)
    private static let code = BadgeCode(
        kind: .worker, originTag: 0xCC_0EEE, number: LedgerSequence(4_711),
        until: UTCInstant(rfc3339: "2026-11-21T10:00:59Z")!)

    /// Worked by hand: 01 ccOeee 0000001267 01c82f98 and the MAC, in Base32.
    @Test func aCodeIsFortyCharactersOfTheAlphanumericSet() throws {
        let text = Self.code.text(mac: Self.mac)
        #expect(text.utf8.count == 40 && text.hasPrefix("MB1"))
        #expect(text.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber) })
        let read = try #require(BadgeCode.read(text))
        #expect(read.code == Self.code && read.mac == Self.mac)
        #expect(read.code.until == UTCInstant(rfc3339: "2026-11-21T10:00:00Z"), "whole minutes")
        #expect(BadgeCode.read(text.lowercased())?.code == Self.code)
    }

    @Test func theLargestValuesComeBack() throws {
        let code = BadgeCode(
            kind: .visitor, originTag: 0xFF_FFFF, number: LedgerSequence(LedgerSequence.limit - 1),
            until: UTCInstant(milliseconds: Int64(UInt32.max) * 60_000))
        let mac = [UInt8](repeating: 0xFF, count: 10)
        let read = try #require(BadgeCode.read(code.text(mac: mac)))
        #expect(read.code == code && read.mac == mac)
    }

    /// Every other text is another code or none: nothing is read twice.
    @Test func noTwoTextsAreTheSameCode() throws {
        let text = Array(Self.code.text(mac: Self.mac).utf8)
        for index in text.indices {
            for character in UInt8(ascii: "0")...UInt8(ascii: "Z") where character != text[index] {
                var other = text
                other[index] = character
                guard let read = BadgeCode.read(String(decoding: other, as: UTF8.self)) else { continue }
                #expect(read.code != Self.code || read.mac != Self.mac, "character \(index)")
            }
        }
    }

    @Test(arguments: [
        "", "MB1", "MB1" + String(repeating: "A", count: 36), "健康码" + String(repeating: "A", count: 31),
    ])
    func anyOtherTextIsNone(text: String) {
        #expect(BadgeCode.read(text) == nil)
    }
}
