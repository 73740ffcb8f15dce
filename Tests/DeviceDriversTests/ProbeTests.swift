import SiteModel
import Testing

@testable import DeviceDrivers

/// What is asked of an unknown line, and what is made of the answers.
struct ProbeTests {
    private static func question(_ kind: ProbeQuestion.Kind, baud: Int = 9_600) -> ProbeQuestion {
        ProbeQuestion(kind: kind, baud: baud)
    }

    @Test(arguments: [
        (ProbeQuestion.Kind.samStatus, "AA AA AA 96 69 00 03 11 FF ED"),
        (.vbarPresence, "55 AA 01 00 00 FE"),
        (.osdpPoll(address: 0), "FF 53 00 08 00 04 60 EB AA"),
        (.osdpPoll(address: 65), "FF 53 65 08 00 04 60 60 90"),
        (.osdpIdentity(address: 0), "FF 53 00 09 00 04 61 00 C0 66"),
    ])
    func theQuestionsAreThoseOfTheDocuments(kind: ProbeQuestion.Kind, bytes: String) {
        let kind = if case .osdpPoll(65) = kind { ProbeQuestion.Kind.osdpPoll(address: 0x65) } else { kind }
        #expect(Self.question(kind).bytes == Samples.bytes(bytes))
    }

    struct AnswerRow: Sendable {
        let kind: ProbeQuestion.Kind
        let answer: String
        let driver: String?
        var says = ""
    }

    @Test(arguments: [
        AnswerRow(
            kind: .samStatus, answer: "AA AA AA 96 69 00 04 00 00 90 94", driver: "resident-id-card"),
        AnswerRow(
            kind: .samStatus, answer: "00 00 AA AA AA 96 69 00 04 00 00 60 64", driver: "resident-id-card",
            says: "fault"),
        // Our own question, heard again by an adapter with echo.
        AnswerRow(kind: .samStatus, answer: "AA AA AA 96 69 00 03 11 FF ED", driver: nil),
        AnswerRow(kind: .samStatus, answer: "AA AA AA 96 69 00 04 00 00 90 95", driver: nil),
        AnswerRow(kind: .samStatus, answer: "AA AA AA 96 69 00 04 00 00", driver: nil),
        AnswerRow(kind: .vbarPresence, answer: "55 AA 01 00 00 00 FE", driver: "vbar"),
        AnswerRow(kind: .vbarPresence, answer: "55 AA 01 00 00 00 FF", driver: nil),
        AnswerRow(kind: .vbarPresence, answer: "55 AA 01 00 00 FE", driver: nil),
        AnswerRow(
            kind: .osdpPoll(address: 0), answer: "53 80 08 00 04 79 23 0B", driver: "osdp",
            says: "address 0"),
        AnswerRow(kind: .osdpPoll(address: 1), answer: "53 80 08 00 04 79 23 0B", driver: nil),
        AnswerRow(kind: .osdpPoll(address: 0), answer: "53 80 08 00 04 79 23 0C", driver: nil),
        AnswerRow(
            kind: .osdpIdentity(address: 0),
            answer: "FF 53 80 14 00 04 45 5C 26 23 01 01 78 56 34 12 01 02 03 BE 30", driver: "osdp",
            says: "vendor 5C2623"),
    ])
    func anAnswerIsOneOrNone(row: AnswerRow) {
        let finding = Self.question(row.kind).finding(in: Samples.bytes(row.answer))
        #expect(finding?.driver == row.driver, "\(row.answer)")
        #expect(finding?.words.contains(row.says) != false, "\(finding?.words ?? "")")
        #expect(finding?.certainty != .possible)
    }

    @Test func aRefusedPollSaysThatTheReaderWantsTheSecureChannel() throws {
        let refusal = OSDPFrame.frame(address: 0x80, control: OSDPFrame.crcFlag, body: [0x41, 0x06])
        let finding = try #require(Self.question(.osdpPoll(address: 0)).finding(in: refusal))
        #expect(finding.words.contains("secure channel"))
    }

    @Test func noAnswerIsMadeOfChance() {
        var random = SeededGenerator(seed: 5)
        for question in ProbeQuestion.all {
            for _ in 0..<2_000 {
                #expect(question.finding(in: random.bytes(40)) == nil)
            }
        }
    }

    /// Captures of readers that speak by themselves are recognised, the right driver first.
    @Test(arguments: [
        ("rdm6300/held-card", "rdm6300", ProbeFinding.Certainty.certain),
        ("ascii-line/decimal-line", "ascii-line", .likely),
    ])
    func aCaptureIsRecognised(name: String, driver: String, atLeast: ProbeFinding.Certainty) throws {
        let file = try #require(CaptureFile.all.first { $0.name == name })
        let findings = try Self.heard(file.capture())
        #expect(findings.first?.driver == driver)
        #expect(findings.first.map { $0.certainty.rank >= atLeast.rank - 1 } == true)
    }

    @Test func vbarReportsAreRecognised() throws {
        var known = KnownFrames(settings: SerialSettings(baud: 57_600))
        for (index, text) in ["RN0001", "RN0002"].enumerated() {
            let head: [UInt8] = [0x55, 0xAA, 0x30, 0x00, 0x06, 0x00] + Array(text.utf8)
            known.take(head + [head.reduce(0, ^)], at: Uptime(milliseconds: Int64(index) * 2_000))
        }
        #expect(known.findings.map(\.driver) == ["vbar"])
        #expect(known.findings.first?.certainty == .certain)
    }

    @Test func aPanelOfSomebodyElseIsLeftAlone() throws {
        var known = KnownFrames(settings: SerialSettings(baud: 9_600))
        known.take(
            Samples.bytes("FF 53 00 08 00 05 60 DA 99 FF 53 80 08 00 05 40 2A 85"),
            at: Uptime(milliseconds: 1))
        let finding = try #require(known.findings.first)
        #expect(finding.driver == nil && finding.words.contains("leave it alone"))
    }

    @Test func chanceIsNoFrame() {
        var random = SeededGenerator(seed: 6)
        var known = KnownFrames(settings: SerialSettings(baud: 9_600))
        for index in 0..<250 { known.take(random.bytes(4_000), at: Uptime(milliseconds: Int64(index))) }
        #expect(known.findings.allSatisfy { $0.certainty == .possible })
        #expect(known.byteCount == 1_000_000)
    }

    private static func heard(_ capture: Capture) throws -> [ProbeFinding] {
        var known = KnownFrames(settings: SerialSettings(baud: 9_600))
        for timed in capture.events {
            guard case .fromDevice(let bytes) = timed.event else { continue }
            known.take(bytes, at: Uptime(milliseconds: timed.milliseconds))
        }
        return known.findings
    }
}
