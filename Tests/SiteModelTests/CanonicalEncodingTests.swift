import SiteModel
import Testing

/// One value, one byte form; every other form is refused.
struct CanonicalEncodingTests {
    /// Examples of RFC 8949, appendix A.
    @Test(arguments: [
        (Int64(0), "00"), (1, "01"), (10, "0a"), (23, "17"), (24, "1818"), (25, "1819"), (100, "1864"),
        (1_000, "1903e8"), (1_000_000, "1a000f4240"), (1_000_000_000_000, "1b000000e8d4a51000"), (-1, "20"),
        (-10, "29"), (-100, "3863"), (-1_000, "3903e7"), (255, "18ff"), (256, "190100"), (65_535, "19ffff"),
        (65_536, "1a00010000"), (4_294_967_295, "1affffffff"), (4_294_967_296, "1b0000000100000000"),
        (.max, "1b7fffffffffffffff"), (.min, "3b7fffffffffffffff"),
    ])
    func integersHaveTheShortestHead(value: Int64, hexadecimal: String) throws {
        var encoder = CanonicalEncoder()
        encoder.append(value)
        #expect(encoder.bytes.hexadecimal == hexadecimal)
        var decoder = CanonicalDecoder(encoder.bytes)
        #expect(try decoder.integer() == value)
        #expect(decoder.isAtEnd)
    }

    @Test(arguments: [
        ("", "60"), ("a", "6161"), ("\u{FC}", "62c3bc"), ("\u{6C34}", "63e6b0b4"),
        ("\u{10151}", "64f0908591"),
    ])
    func textsAreUTF8(text: String, hexadecimal: String) throws {
        var encoder = CanonicalEncoder()
        encoder.append(text)
        #expect(encoder.bytes.hexadecimal == hexadecimal)
        var decoder = CanonicalDecoder(encoder.bytes)
        #expect(try decoder.text() == text)
    }

    /// Longer heads than needed, indefinite lengths, other types, broken texts, missing bytes.
    @Test(arguments: [
        "1800", "1817", "190017", "1900ff", "1a0000ffff", "1b00000000ffffffff", "1c", "1f", "", "18", "1903",
        "1b00",
        "f4", "61", "20ff", "3817", "9f", "1bffffffffffffffff", "3bffffffffffffffff",
    ])
    func otherFormsOfAnIntegerAreRefused(hexadecimal: String) throws {
        let bytes = try #require([UInt8](hexadecimal: hexadecimal))
        #expect(throws: CanonicalDecodingError.self) {
            var decoder = CanonicalDecoder(bytes)
            _ = try decoder.integer()
            guard decoder.isAtEnd else { throw decoder.failure }
        }
    }

    @Test(arguments: [
        "7803616263", "63e6b0", "62c328", "61", "7f616161ff", "4161", "61ff", "7bffffffffffffffff",
    ])
    func otherFormsOfATextAreRefused(hexadecimal: String) throws {
        let bytes = try #require([UInt8](hexadecimal: hexadecimal))
        #expect(throws: CanonicalDecodingError.self) {
            var decoder = CanonicalDecoder(bytes)
            _ = try decoder.text()
        }
    }

    @Test func arraysOptionalsAndByteStringsComeBack() throws {
        var encoder = CanonicalEncoder()
        encoder.array(count: 7)
        encoder.append(true)
        encoder.append(false)
        encoder.append(nil as Int64?)
        encoder.append(nil as String?)
        encoder.append(UInt64.max)
        encoder.append(byteString: [UInt8](0...30))
        encoder.append("工地")
        var decoder = CanonicalDecoder(encoder.bytes)
        #expect(try decoder.array() == 7)
        #expect(try decoder.bool())
        #expect(try !decoder.bool())
        #expect(try decoder.optionalInteger() == nil)
        #expect(try decoder.optionalText() == nil)
        #expect(try decoder.unsigned() == .max)
        #expect(try decoder.byteString() == [UInt8](0...30))
        #expect(try decoder.text() == "工地")
        #expect(decoder.isAtEnd)
    }

    /// Random bytes never crash a decoder, and what it takes it gives back byte by byte.
    @Test func whatIsTakenIsCanonical() {
        var state: UInt64 = 11
        for _ in 0..<20_000 {
            var bytes: [UInt8] = []
            for _ in 0..<12 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(UInt8(truncatingIfNeeded: state >> 33) & (bytes.isEmpty ? 0x7F : 0xFF))
            }
            var encoder = CanonicalEncoder()
            // try?: a refusal is a right answer here.
            var integers = CanonicalDecoder(bytes)
            if let value = try? integers.integer() {
                encoder.append(value)
                #expect(encoder.bytes == Array(bytes[..<integers.byteOffset]))
            }
            var texts = CanonicalDecoder(bytes)
            if let text = try? texts.text() {
                encoder = CanonicalEncoder()
                encoder.append(text)
                #expect(encoder.bytes == Array(bytes[..<texts.byteOffset]))
            }
        }
    }
}

/// Bodies of entries: encoded, decoded, the same; shorter or broken bytes are refused.
struct EntryBodyTests {
    static let reader = ReaderName(lane: "north", reader: "in")

    @Test func everyBodyComesBack() throws {
        let number = try IDNumber(reading: "110101190001010014")
        let team = Team(name: "钢筋一班", employer: "测试劳务")
        let day = try #require(CivilDate(iso8601: "2026-01-05"))
        let worker = ProjectWorker(
            name: "张三", idNumber: number, team: team, workType: "钢筋工", phone: "13000000000",
            card: CardNumber(value: 15_219_292, bitLength: 32), joinedOn: day,
            leftAt: UTCInstant(milliseconds: 1_790_000_000_000))
        let change = PersonnelChange(
            kind: .joined, occurredAt: UTCInstant(milliseconds: 1_780_000_000_000),
            dueAt: UTCInstant(milliseconds: 1_780_086_400_000), worker: worker,
            source: "import roster.csv line 2")
        try check(change)
        #expect(try WorkerPlace(encoded: change.encoded).idNumber == number)
        for reason in DenialReason.allCases.map(Optional.some) + [nil] {
            for isOpened in [true, false] {
                try check(
                    AttendanceRecord(
                        reader: Self.reader, direction: .entering, credentialKind: .cardNumber,
                        reason: reason,
                        isOpened: isOpened, isTimeUncertain: !isOpened, standing: [.known, .isOutside],
                        rosterPosition: LedgerSequence(17), policy: LedgerSequence(2),
                        maskedCredential: reason == .unknown ? "card ***92" : nil))
            }
        }
        try check(
            PassageRecord(
                lane: "north", direction: .leaving, passage: .notPassed, attendance: LedgerSequence(9)))
        let since = Uptime(milliseconds: 5)
        let wall = UTCInstant(milliseconds: -1)
        try check(ReaderGap(reader: Self.reader, reason: .silent, sinceWall: wall, since: since, until: nil))
        try check(
            ReaderGap(reader: Self.reader, reason: .silent, sinceWall: wall, since: since, until: since))
        try check(ClockStep(before: wall, after: UTCInstant(milliseconds: 4)))
        try check(ServiceMark(words: "0.1.0"))
        try check(PolicyApplied(repeatWindowMilliseconds: 3_000, antiPassback: .hard, minimumAgeYears: 16))
        try check(RosterApplied(source: "roster.csv", joined: 1, left: 2, changed: 3, unchanged: 4))
        for verdict in CorrectionVerdict.allCases {
            try check(
                CorrectionJudged(
                    correction: LedgerSequence(17), verdict: verdict, by: "jing.li", words: "属实"))
        }
        let stage = ImportStage(importedAfter: LedgerSequence(1 << 39), waitingCount: 256)
        try check(
            RosterApplied(source: "r", joined: 0, left: 0, changed: 0, unchanged: 0, stage: stage))
        try check(
            InsuranceCompared(
                fileDigest: [UInt8](repeating: 0xAB, count: 32), day: CivilDate(daysSince1970: 20_778),
                insured: 9, onSite: 8, notInsured: 1, notOnSite: 2, otherName: 3,
                differences: [
                    InsuranceCompared.Difference(.notInsured, worker: WorkerID(rawValue: 7), line: nil),
                    InsuranceCompared.Difference(.notOnSite, worker: nil, line: 4),
                ]))
        try check(WorkerFile(.cardPhoto, .wlt, [1, 2, 3]))
        try check(WorkerFile(.confirmation, .pdf, Array("%PDF-1.7".utf8)))
        for isAttached in [false, true] {
            try check(
                ChangeConfirmed(
                    change: LedgerSequence(3), reference: "88", by: "li",
                    attachmentDigest: isAttached ? [UInt8](repeating: 1, count: 32) : nil,
                    isAttached: isAttached))
        }
    }

    /// Entries of earlier versions end sooner.
    @Test func earlierBodiesAreReadAsTheyWere() throws {
        var encoder = CanonicalEncoder()
        encoder.array(count: 4)
        encoder.append(Int64(3))
        encoder.append("88")
        encoder.append("li")
        encoder.append(byteString: [UInt8](repeating: 1, count: 32))
        let confirmed = try ChangeConfirmed(encoded: encoder.bytes)
        #expect(confirmed.attachmentDigest?.count == 32 && !confirmed.isAttached)
        encoder = CanonicalEncoder()
        encoder.array(count: 7)
        encoder.append(byteString: [UInt8](repeating: 1, count: 32))
        for number in 0..<6 { encoder.append(Int64(number)) }
        let compared = try InsuranceCompared(encoded: encoder.bytes)
        #expect(compared.otherName == 5 && compared.differences.isEmpty)
    }

    @Test func whatIsAttachedIsToldByItsFirstBytes() {
        #expect(WorkerFile.Form(attached: [0xFF, 0xD8, 0xFF, 0xE0]) == .jpeg)
        #expect(WorkerFile.Form(attached: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) == .png)
        #expect(WorkerFile.Form(attached: Array("%PDF-1.7".utf8)) == .pdf)
        for other in [[], [0xFF], Array("MZ".utf8), Array("<html>".utf8)] as [[UInt8]] {
            #expect(WorkerFile.Form(attached: other) == nil)
        }
    }

    /// The worked bytes of LedgerFormat.md: `[17, 2, "jing.li", "原因"]`.
    @Test func aJudgementHasTheBytesOfItsDescription() {
        let judged = CorrectionJudged(
            correction: LedgerSequence(17), verdict: .objected, by: "jing.li", words: "原因")
        #expect(judged.encoded.hexadecimal == "841102676a696e672e6c6966e58e9fe59ba0")
    }

    /// A tampered ledger may say anything; what it says must not stop the program that looks at it.
    @Test(arguments: [0, 1 << 61, 1 << 63, .max] as [UInt64])
    func aNumberThatNoDocumentHasIsRefused(packed: UInt64) {
        expectRefusal(idNumber: packed, joinedOn: 0)
    }

    @Test(arguments: [.min, -719_163, 2_932_897, .max] as [Int64])
    func aDayThatTheCalendarDoesNotHaveIsRefused(days: Int64) {
        expectRefusal(idNumber: 11_010_119_000_101_001, joinedOn: days)
    }

    @Test(arguments: [-1, Int64.max / 1_000_000 + 1, .max] as [Int64])
    func anUptimeBeyondAllMeasureIsRefused(milliseconds: Int64) {
        for (since, until) in [(milliseconds, 0), (0, milliseconds)] {
            var gap = CanonicalEncoder()
            gap.array(count: 6)
            for text in ["north", "in"] { gap.append(text) }
            for number in [1, 0, since, until] { gap.append(number) }
            #expect(throws: CanonicalDecodingError.self) { try ReaderGap(encoded: gap.bytes) }
        }
        var gap = CanonicalEncoder()
        gap.array(count: 4)
        for number in [1, 0, 0, milliseconds] { gap.append(number) }
        #expect(throws: CanonicalDecodingError.self) { try LedgerGap(encoded: gap.bytes) }
    }

    private func expectRefusal(idNumber: UInt64, joinedOn: Int64) {
        var encoder = CanonicalEncoder()
        encoder.array(count: 15)
        for number in [1, 0, 0] { encoder.append(number) }
        encoder.append(idNumber)
        encoder.appendNull()
        encoder.append(joinedOn)
        encoder.appendNull()
        for text in ["team", "employer"] { encoder.append(text) }
        encoder.append(WorkRole.worker.rawValue)
        for text in ["work type", "id type", "name", "phone", "source"] { encoder.append(text) }
        #expect(throws: CanonicalDecodingError.self) { try WorkerPlace(encoded: encoder.bytes) }
        #expect(throws: CanonicalDecodingError.self) { try PersonnelChange(encoded: encoder.bytes) }
    }

    private func check<Body: EntryBody>(_ body: Body) throws {
        let encoded = body.encoded
        let decoded = try Body(encoded: encoded)
        #expect(decoded == body)
        #expect(decoded.encoded == encoded)
        for count in 0..<encoded.count {
            #expect(throws: CanonicalDecodingError.self) { try Body(encoded: Array(encoded[..<count])) }
        }
    }
}
