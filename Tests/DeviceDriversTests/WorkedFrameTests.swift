import SiteModel
import Testing

@testable import DeviceDrivers

/// Every worked frame of the collected protocol descriptions, as printed there.
struct WorkedFrameTests {
    /// Commands of the SDT protocol, section 2; those we use are also what the driver sends.
    @Test(
        arguments: [
            ("AA AA AA 96 69 00 03 10 FF EC", 0x10, 0xFF), ("AA AA AA 96 69 00 03 11 FF ED", 0x11, 0xFF),
            ("AA AA AA 96 69 00 03 12 FF EE", 0x12, 0xFF), ("AA AA AA 96 69 00 03 20 01 22", 0x20, 0x01),
            ("AA AA AA 96 69 00 03 20 02 21", 0x20, 0x02), ("AA AA AA 96 69 00 03 30 01 32", 0x30, 0x01),
            ("AA AA AA 96 69 00 03 30 10 23", 0x30, 0x10), ("AA AA AA 96 69 00 03 30 03 30", 0x30, 0x03),
            ("AA AA AA 96 69 00 03 30 05 36", 0x30, 0x05),
        ] as [(String, UInt8, UInt8)])
    func requestsHaveTheirPrintedCheck(frame: String, command: UInt8, parameter: UInt8) {
        #expect(SAMFrame.request(command, parameter) == Samples.bytes(frame))
    }

    /// Section 3, and the requests again as echoes: whole frames, whatever they mean.
    @Test(arguments: [
        "AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97",
        "AA AA AA 96 69 00 04 00 00 80 84",
        "AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C",
        "AA AA AA 96 69 00 04 00 00 81 85", "AA AA AA 96 69 00 04 00 00 41 45",
        "AA AA AA 96 69 00 04 00 00 90 94", "AA AA AA 96 69 00 04 00 00 60 64",
        "AA AA AA 96 69 00 04 00 00 10 14", "AA AA AA 96 69 00 04 00 00 11 15",
        "AA AA AA 96 69 00 04 00 00 21 25", "AA AA AA 96 69 00 04 00 00 91 95",
        "AA AA AA 96 69 00 14 00 00 90 05 00 03 00 51 B8 32 01 87 D6 12 00 15 CD 5B 07 9F",
        "AA AA AA 96 69 00 04 61 FF 50 CA", "AA AA AA 96 69 00 03 60 01 62", "AA AA AA 96 69 00 03 60 02 61",
    ])
    func repliesAreWholeFrames(frame: String) {
        let bytes = Samples.bytes(frame)
        var pending = PendingBytes()
        pending.append(bytes)
        guard case .whole(bytes.count) = SAMFrame.start(of: pending) else {
            Issue.record("\(frame) is no whole frame")
            return
        }
        for index in 5..<bytes.count {
            var spoilt = bytes
            spoilt[index] ^= 0x40
            pending = PendingBytes()
            pending.append(spoilt)
            if case .whole = SAMFrame.start(of: pending) { Issue.record("byte \(index) may be spoilt") }
        }
    }

    /// Public code contains wrong frames, such as these.
    @Test(arguments: ["AA AA AA 96 69 00 03 20 01 21", "AA AA AA 96 69 00 03 20 00 22"])
    func wrongPublishedFramesAreRefused(frame: String) {
        var pending = PendingBytes()
        pending.append(Samples.bytes(frame))
        guard case .bad(.integrityCheckFailed) = SAMFrame.start(of: pending) else {
            Issue.record("\(frame) passed")
            return
        }
    }

    /// Sections 1 and 5.5: the same text with photo, with both fingerprints, one, none.
    @Test(arguments: [
        ("05 08 00 00 90 01 00 04 00", 1_024, UInt8(0x7E), 1_295),
        ("09 0A 00 00 90 01 00 04 00 04 00", 2_048, 0x74, 2_321),
        ("07 0A 00 00 90 01 00 04 00 02 00", 1_536, 0x7C, 1_809),
        ("05 0A 00 00 90 01 00 04 00 00 00", 1_024, 0x7C, 1_297),
    ])
    func theWorkedTextIsReadWithAnyContent(head: String, zeros: Int, check: UInt8, byteCount: Int) throws {
        let frame =
            SAMFrame.preamble + Samples.bytes(head) + Self.workedText + [UInt8](repeating: 0, count: zeros)
            + [check]
        #expect(frame.count == byteCount)
        var probe = try DriverProbe("resident-id-card")
        probe.handle(.opened(random: 0), at: 0)
        probe.feed(frame, at: 10)
        #expect(probe.credentials == [Samples.person])
        #expect(probe.broken == nil)
        guard case .identity(let card, 0)? = probe.outputs.first(where: Self.isIdentity) else {
            Issue.record("no identity")
            return
        }
        #expect(card.name == "张三")
        #expect(card.address == "新疆伊吾县测试路1号")
        #expect(card.authority == "伊吾县公安局")
        #expect(card.ethnicGroupCode == "01")
        #expect(card.sexCode == 1)
        #expect(card.birthDate == CivilDate(year: 1_900, month: 1, day: 1))
        #expect(card.validFrom == CivilDate(year: 2_020, month: 1, day: 2))
        #expect(card.expiry == .never)
        #expect(card.photo.count == 1_024)
        #expect(card.agreesWithItsNumber)
        #expect(Self.workedText == Samples.cardText)
    }

    private static func isIdentity(_ output: DriverOutput) -> Bool {
        if case .identity = output { true } else { false }
    }

    /// The reply to "read newest address" (section 5.5) is whole, and nothing we asked for.
    @Test func theNewestAddressIsNoCard() throws {
        var probe = try DriverProbe("resident-id-card")
        let frame =
            Samples.bytes(
                "AA AA AA 96 69 00 4A 00 00 90 B0 65 86 75 C8 54 C6 5B 02 5E B0 65 30 57 40 57 32 00")
            + Samples.bytes("F7 53") + (0..<25).flatMap { _ in [UInt8(0x20), 0x00] } + [0xB2]
        #expect(frame.count == 81)
        probe.feed(frame, at: 0)
        #expect(probe.discards == [.unexpected: 81])
    }

    /// RDM6300 data sheet, "Data output format".
    @Test(arguments: [
        ("02 30 41 30 30 31 32 33 34 35 36 37 41 03", UInt64(0x0012_3456)),
        ("02 36 32 45 33 30 38 36 43 45 44 30 38 03", 0xE308_6CED),
        ("02 30 31 30 32 46 41 46 34 39 41 39 37 03", 0x02FA_F49A),
    ])
    func rdm6300Frames(frame: String, tag: UInt64) throws {
        var probe = try DriverProbe("rdm6300")
        probe.feed(Samples.bytes(frame), at: 0)
        #expect(probe.credentials == [Samples.card(tag, 32)])
        #expect(probe.broken == nil)
    }

    /// LCUS board, command table.
    @Test(arguments: [
        (1, "A0 01 01 A2", "A0 01 00 A1"), (2, "A0 02 01 A3", "A0 02 00 A2"),
        (4, "A0 04 01 A5", "A0 04 00 A4"),
    ])
    func lcusFrames(channel: Int, on: String, off: String) throws {
        var probe = try DriverProbe("lcus-relay", ["channel": "\(channel)"])
        probe.handle(.opened(random: 0), at: 0)
        probe.handle(.open(.entering), at: 100)
        #expect(probe.sent == [Samples.bytes(off), Samples.bytes(on)])
        for reply in [on, off] { probe.feed(Samples.bytes(reply), at: 110) }
        #expect(probe.discards == [:])
        #expect(probe.statuses == [.answering])
    }

    /// The 256 bytes of section 5.5.
    private static let workedText = Samples.bytes(
        """
        20 5F 09 4E 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 31 00
        30 00 31 00 31 00 39 00 30 00 30 00 30 00 31 00 30 00 31 00 B0 65 86 75 0A 4F 3E 54 BF 53 4B 6D
        D5 8B EF 8D 31 00 F7 53 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00
        20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 31 00 31 00 30 00
        31 00 30 00 31 00 31 00 39 00 30 00 30 00 30 00 31 00 30 00 31 00 30 00 30 00 31 00 34 00 0A 4F
        3E 54 BF 53 6C 51 89 5B 40 5C 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 32 00 30 00
        32 00 30 00 30 00 31 00 30 00 32 00 7F 95 1F 67 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00
        20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00
        """)
}
