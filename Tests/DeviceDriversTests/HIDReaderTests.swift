import SiteModel
import Testing

@testable import DeviceDrivers

/// Readers on raw HID: what reports hold and how they follow each other.
struct HIDReaderTests {
    @Test func theSwitchReportGoesOutAtTheStart() throws {
        var probe = try DriverProbe("hid-pos", ["switch_report": "FE01"])
        probe.handle(.opened(random: 0), at: 0)
        #expect(probe.outputs == [.sendFeature([0xFE, 0x01])])
    }

    /// 56 characters fill a report whose AIM id stands first, 55 one where it is late.
    @Test(arguments: [(56, 0, 1), (57, 0, 0), (55, 1, 1), (56, 1, 0), (0, 0, 0)])
    func theTextOfAReportHasItsRoom(count: Int, shift: Int, expected: Int) throws {
        var probe = try DriverProbe("hid-pos")
        var report = Samples.scan(String(repeating: "a", count: min(count, 55)), shift: shift)
        report[1] = UInt8(count)
        if count > 55, shift == 0 { report[60] = UInt8(ascii: "a") }
        probe.feed(report, at: 1)
        #expect(probe.credentials.count == expected)
        #expect(probe.broken == nil)
    }

    @Test func aCodeOf512IsReadAndALongerOneRefusedWithAllItsReports() throws {
        for (count, isRead) in [(512, true), (513, false), (560, false), (900, false)] {
            var probe = try DriverProbe("hid-pos", ["format": "qr"])
            let text = String(repeating: "a", count: count)
            var rest = text[...]
            var time: Int64 = 1
            while !rest.isEmpty {
                let part = rest.prefix(56)
                rest = rest.dropFirst(part.count)
                probe.feed(Samples.scan(String(part), isLast: rest.isEmpty), at: time)
                time += 1
            }
            #expect(probe.credentials == (isRead ? [.qrToken(text)] : []), "\(count)")
            probe.feed(Samples.scan("MU1-NEXT"), at: time)
            #expect(probe.credentials.last == .qrToken("MU1-NEXT"), "\(count)")
            #expect(probe.broken == nil)
        }
    }

    @Test func anotherSymbologyBeginsAnotherCode() throws {
        var probe = try DriverProbe("hid-pos")
        probe.feed(Samples.scan("MU1-FIRST", isLast: false), at: 1)
        probe.feed(Samples.scan("0050001050", aim: "]C0"), at: 2)
        #expect(probe.credentials == [Samples.card(50_001_050, 32)])
        #expect(probe.discards == [.incomplete: 64])
    }

    /// Requests leave in whole reports, with hidraw's zero where reports have no id.
    @Test(
        arguments: [
            ([:], 65, 1), (["report_id": "01", "length": "byte"], 64, 2), (["report_size": "8"], 9, 1),
        ] as [([String: String], Int, Int)])
    func requestsAreCutIntoReports(options: [String: String], byteCount: Int, contentStart: Int) throws {
        var probe = try DriverProbe("hid-id-card", options)
        probe.handle(.opened(random: 0), at: 0)
        let sent = probe.sent
        #expect(sent.allSatisfy { $0.count == byteCount })
        let content = sent.flatMap { $0[contentStart...] }
        #expect(Array(content.prefix(10)) == SAMFrame.request(0x12, 0xFF))
        #expect(content.dropFirst(10).allSatisfy { $0 == 0 })
        if options["length"] != nil { #expect(sent.map { $0[0..<2] } == [[0x01, 10]]) }
    }

    /// A whole card, in reports of any size, with and without length bytes.
    @Test(arguments: [8, 16, 33, 64])
    func aCardComesThroughReportsOfAnySize(size: Int) throws {
        for hasLength in [false, true] {
            var options = ["report_size": "\(size)"]
            if hasLength { options["length"] = "byte" }
            var probe = try DriverProbe("hid-id-card", options)
            probe.handle(.opened(random: 0), at: 0)
            let room = hasLength ? size - 1 : size
            let frame = Samples.cardReply
            for start in stride(from: 0, to: frame.count, by: room) {
                let part = frame[start..<min(start + room, frame.count)]
                let filling = [UInt8](repeating: 0, count: room - part.count)
                probe.feed((hasLength ? [UInt8(part.count)] : []) + part + filling, at: 10)
            }
            #expect(probe.credentials == [Samples.person], "\(size) \(hasLength)")
            // Preamble and length must stand in the first report for the filling of the last to be told.
            if size > 8 || hasLength { #expect(probe.discards == [:], "\(size) \(hasLength)") }
            #expect(probe.broken == nil)
        }
    }
}

/// `vbar` and `binary-frame` beyond their captures.
struct BinaryReaderTests {
    /// The worked frames of section 2.4.
    @Test func theWorkedFramesOfTheHead() throws {
        var probe = try DriverProbe("vbar")
        probe.handle(.opened(random: 0), at: 0)
        #expect(probe.sent == [Samples.bytes("55 AA 01 00 00 FE")])
        let report = Samples.bytes("55 AA 30 00 06 00 52 4E 30 30 30 31 D4")
        probe.feed(report, at: 100)
        #expect(probe.credentials == [.qrToken("RN0001")])
        for index in report.indices {
            for bit in 0..<8 {
                var spoilt = report
                spoilt[index] ^= 1 << UInt8(bit)
                var other = try DriverProbe("vbar")
                other.feed(spoilt, at: 0)
                #expect(other.credentials == [], "byte \(index) bit \(bit)")
                #expect(other.broken == nil)
            }
        }
    }

    /// A length that noise made reaches over the report behind it, which comes without the next bytes.
    @Test(arguments: ["yes", "no"])
    func aSpoiltLengthSwallowsNoCard(query: String) throws {
        let report = Samples.bytes("55 AA 30 00 0A 00 30 30 35 30 30 30 31 30 35 30 C4")
        var probe = try DriverProbe("vbar", ["query": query])
        probe.handle(.opened(random: 0), at: 0)
        probe.feed(Samples.bytes("55 AA 30 00 00 02") + report, at: 9_500)
        #expect(probe.outputs.last == .wake(after: .milliseconds(query == "yes" ? 500 : 1_000)))
        if query == "yes" {
            probe.handle(.woken, at: 10_000)
            #expect(probe.sent.count == 2)
            #expect(probe.outputs.last == .wake(after: .milliseconds(500)))
        }
        #expect(probe.credentials == [])
        probe.handle(.woken, at: 10_500)
        #expect(probe.credentials == [Samples.card(50_001_050, 32)])
        #expect(probe.driver.pendingByteCount == 0)
        #expect(probe.outputs.last == .wake(after: .milliseconds(9_500)) || query == "no")
        #expect(probe.broken == nil)
    }

    /// It reads and does not know the question.
    @Test func aHeadThatOnlyReportsIsNotCalledSilent() throws {
        var probe = try DriverProbe("vbar")
        probe.handle(.opened(random: 0), at: 0)
        let body: [UInt8] = [0x55, 0xAA, 0x30, 0, 4, 0] + Array("RN01".utf8)
        probe.feed(body + [body.reduce(0, ^)], at: 1_000)
        for round in Int64(1)...5 { probe.handle(.woken, at: round * 10_000) }
        #expect(probe.credentials.count == 1)
        #expect(probe.statuses == [])
    }

    @Test func aHeadThatNeverAnswersIsNotCalledSilent() throws {
        var probe = try DriverProbe("vbar")
        probe.handle(.opened(random: 0), at: 0)
        for round in Int64(1)...20 { probe.handle(.woken, at: round * 10_000) }
        #expect(probe.statuses == [])
        #expect(probe.sent.count == 21)
        probe = try DriverProbe("vbar", ["query": "no"])
        probe.handle(.opened(random: 0), at: 0)
        #expect(probe.outputs == [])
    }

    @Test(arguments: [(512, 1), (513, 0)])
    func aReportHasABound(count: Int, expected: Int) throws {
        var probe = try DriverProbe("vbar")
        let head: [UInt8] = [0x55, 0xAA, 0x30, 0, UInt8(count & 0xFF), UInt8(count >> 8)]
        let body = head + [UInt8](repeating: UInt8(ascii: "a"), count: count)
        probe.feed(body + [body.reduce(0, ^)], at: 0)
        #expect(probe.credentials.count == expected)
        #expect(probe.broken == nil)
    }

    /// Four bytes and silence: exactly one frame between two gaps, whatever its pieces.
    @Test(arguments: [
        ([4], 1), ([1, 1, 1, 1], 1), ([3], 0), ([5], 0), ([4, 4], 0), ([2, 1], 0),
    ])
    func aBurstIsOneFrameOrNothing(pieces: [Int], expected: Int) throws {
        var probe = try DriverProbe("binary-frame")
        let bytes = Samples.bytes("02 FA F4 9A 02 FA F4 9A")
        var offset = 0
        for piece in pieces {
            probe.feed(Array(bytes[offset..<(offset + piece)]), at: 1_000 + Int64(offset))
            offset += piece
        }
        probe.handle(.woken, at: 1_040)
        #expect(probe.credentials == [])
        probe.handle(.woken, at: 1_100)
        #expect(probe.credentials.count == expected)
        // The next frame is read whatever came before.
        probe.feed(Samples.bytes("00 D5 07 D0"), at: 2_000)
        probe.feed(Samples.bytes("00 D5 07 D0"), at: 3_000)
        #expect(probe.credentials.last == Samples.card(0x00D5_07D0, 32))
        #expect(probe.broken == nil)
    }

    @Test(
        arguments: [
            (["length": "5", "format": "6H8D"], "01 02 FA F4 9A", Samples.card(0xFA_F49A, 24)),
            (
                ["length": "4", "credential": "chip", "byte_order": "little"], "78 56 34 12",
                .chipSerial(0x1234_5678)
            ),
            (["length": "3"], "D5 07 D0", Samples.card(0xD5_07D0, 24)),
            (["before": "2", "after": "1"], "11 22 02 FA F4 9A 33", Samples.card(0x02FA_F49A, 32)),
            (["checksum": "sum"], "02 FA F4 9A 8A", Samples.card(0x02FA_F49A, 32)),
            (["checksum": "sum"], "02 FA F4 9A 8B", nil), ([:], "00 00 00 00", nil),
            ([:], "FF FF FF FF", nil),
        ] as [([String: String], String, Credential?)])
    func theNumberIsWhatTheOptionsSay(options: [String: String], frame: String, expected: Credential?) throws
    {
        var probe = try DriverProbe("binary-frame", options)
        probe.feed(Samples.bytes(frame), at: 0)
        probe.handle(.woken, at: 50)
        #expect(probe.credentials == (expected.map { [$0] } ?? []))
        #expect(probe.broken == nil)
    }

    /// Modbus over serial line, check value of `123456789`.
    @Test func theCheckOfModbusHasItsPublishedValue() {
        #expect(ModbusFrame.check(of: "123456789".utf8) == [0x37, 0x4B])
    }
}
