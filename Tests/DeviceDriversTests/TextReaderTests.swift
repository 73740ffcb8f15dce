import SiteModel
import Testing

@testable import DeviceDrivers

/// `ascii-line`: marks, characters, checks, forms.
struct ASCIILineTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let says: String
        var options: [String: String] = [:]
        let input: String
        let expected: [Credential]
        var testDescription: String { says }
    }

    static let chip = ["credential": "chip", "charset": "hex"]
    static let framed = ["start": "02", "end": "03"]

    static let rows = [
        Row(says: "8H10D", input: "0050001050\r", expected: [Samples.card(0x02FA_F49A, 32)]),
        Row(
            says: "6H8D", options: ["format": "6H8D"], input: "16446618\n",
            expected: [Samples.card(0xFA_F49A, 24)]),
        Row(
            says: "2H4H with and without comma", options: ["format": "2H4H"], input: "250,62618\n25062618\n",
            expected: [Samples.card(0xFA_F49A, 24)]),
        Row(
            says: "4H4H with and without comma", options: ["format": "4H4H"],
            input: "00762,62618\n0076262618\n", expected: [Samples.card(0x02FA_F49A, 32)]),
        Row(
            says: "10H12D", options: ["format": "10H12D"], input: "004344968346\n",
            expected: [Samples.card(0x01_02FA_F49A, 40)]),
        Row(
            says: "10H12D, a bad byte in thirteen digits", options: ["format": "10H12D"],
            input: "1\u{7}099511627775\n1\u{7}000000000007\n", expected: []),
        Row(
            says: "10H", options: ["format": "10H", "charset": "hex"], input: "0102FAF49A\r\n",
            expected: [Samples.card(0x01_02FA_F49A, 40)]),
        Row(
            says: "hex, low four bytes", options: ["charset": "hex"], input: "0102faf49a\r\n",
            expected: [Samples.card(0x02FA_F49A, 32)]),
        Row(
            says: "hex, too few bytes for the form", options: ["charset": "hex"], input: "FAF49A\r\n",
            expected: []),
        Row(
            says: "decimal, bytes turned round", options: ["byte_order": "little"], input: "2599746050\n",
            expected: [Samples.card(0x02FA_F49A, 32)]),
        Row(
            says: "the same UID from two brands", options: ["charset": "hex", "byte_order": "little"],
            input: "78563412\n", expected: [Samples.card(0x1234_5678, 32)]),
        Row(
            says: "above 32 bits", input: "4294967296\n4294967295\n",
            expected: [Samples.card(0xFFFF_FFFF, 32)]),
        Row(says: "nine digits, eleven digits", input: "005000105\n00500010500\n", expected: []),
        Row(
            says: "ID number with x", options: ["credential": "id-number"], input: "11010119000101009x\r\n",
            expected: [Samples.id("11010119000101009X")]),
        Row(
            says: "ID number with a wrong check digit", options: ["credential": "id-number"],
            input: "110101190001010015\r\n", expected: []),
        Row(
            says: "chip serial", options: chip, input: "E0040150A1B2C3D4\n",
            expected: [.chipSerial(0xE004_0150_A1B2_C3D4)]),
        Row(
            says: "chip serial of seven bytes, turned round",
            options: chip.merging(["byte_order": "little"]) { $1 },
            input: "04112233445566\n", expected: [.chipSerial(0x66_5544_3322_1104)]),
        Row(says: "chip serial of odd length", options: chip, input: "E0040150A1B2C3D\n", expected: []),
        Row(
            says: "QR text in UTF-8", options: ["credential": "qr"], input: "工地-1 ok\r",
            expected: [.qrToken("工地-1 ok")]),
        Row(
            says: "QR of 512 bytes, then of 513", options: ["credential": "qr"],
            input: String(repeating: "a", count: 512) + "\r" + String(repeating: "b", count: 513) + "\rok\r",
            expected: [.qrToken(String(repeating: "a", count: 512)), .qrToken("ok")]),
        Row(
            says: "start and end marks", options: framed, input: "99\u{2}0050001050\u{3}99",
            expected: [Samples.card(0x02FA_F49A, 32)]),
        Row(
            says: "a frame that begins inside a broken one", options: framed,
            input: "\u{2}0050\u{2}0050001050\u{3}", expected: [Samples.card(0x02FA_F49A, 32)]),
        Row(
            says: "marks of several bytes", options: ["start": "0253", "end": "0D0A03"],
            input: "\u{2}S0050001050\r\n\u{3}\u{2}\u{2}S0013961168\r\n\u{3}",
            expected: [Samples.card(0x02FA_F49A, 32), Samples.card(13_961_168, 32)]),
        Row(
            says: "length instead of an end mark",
            options: ["start": "02", "end": "none", "length": "10"], input: "\u{2}0050001050\u{2}0013961168",
            expected: [Samples.card(0x02FA_F49A, 32), Samples.card(13_961_168, 32)]),
        Row(
            says: "sum over characters", options: framed.merging(["length": "10", "checksum": "sum"]) { $1 },
            input: "\u{2}0000000000\u{60}\u{3}", expected: []),
        Row(
            says: "a QR line with a control character is dropped whole", options: ["credential": "qr"],
            input: "AB\u{7}CD\rEF\r", expected: [.qrToken("EF")]),
        Row(
            says: "noise before ten digits", input: "\u{0}\u{7F}0050001050\r\n",
            expected: [Samples.card(0x02FA_F49A, 32)]),
        Row(
            says: "empty lines", input: "\r\n\r\n\n0050001050\r\n\r\n",
            expected: [Samples.card(0x02FA_F49A, 32)]),
    ]

    /// Whole, byte by byte, and cut in two everywhere: the same.
    @Test(arguments: rows)
    func everyFormIsRead(row: Row) throws {
        let bytes = Array(row.input.utf8)
        for cut in [bytes.count] + Array(0...min(bytes.count, 60)) {
            var probe = try DriverProbe("ascii-line", row.options)
            probe.feed(Array(bytes[..<cut]), at: 0)
            probe.feed(Array(bytes[cut...]), at: 0)
            #expect(probe.credentials == row.expected, "cut at \(cut)")
            #expect(probe.broken == nil)
        }
        var probe = try DriverProbe("ascii-line", row.options)
        for byte in bytes { probe.feed([byte], at: 0) }
        #expect(probe.credentials == row.expected)
    }

    /// Ten characters and their sum modulo 256 as one raw byte, which may look like a mark.
    @Test(arguments: ["xor", "sum"])
    func theCheckIsOverTheCharacters(kind: String) throws {
        for number in UInt64(0)..<2_000 {
            let value = number * 2_147_483
            let text = Array(
                (CardNumber(value: value, bitLength: 32).flatMap {
                    CardNumberFormat.eightHexadecimalTenDecimal.text(of: $0)
                } ?? "").utf8)
            guard !text.isEmpty else { continue }
            let check = kind == "xor" ? text.reduce(0, ^) : text.reduce(0, &+)
            var probe = try DriverProbe(
                "ascii-line", ["start": "02", "end": "03", "length": "10", "checksum": kind])
            probe.feed([2] + text + [check ^ 1, 3] + [2] + text + [check, 3], at: 0)
            #expect(probe.credentials == [Samples.card(value, 32)])
            #expect(probe.discards[.integrityCheckFailed] == 1)
        }
    }

    @Test(arguments: [(1_000, [Samples.card(0x02FA_F49A, 32)]), (1_001, [])] as [(Int64, [Credential])])
    func aGapOfMoreThanASecondEndsALine(gap: Int64, expected: [Credential]) throws {
        var probe = try DriverProbe("ascii-line")
        probe.feed(Array("00500".utf8), at: 5_000)
        probe.feed(Array("01050\r".utf8), at: 5_000 + gap)
        #expect(probe.credentials == expected)
    }
}

/// Repeats of a card that lies there: one credential for frames less than 300 ms apart.
struct RepeatTests {
    static let frames: [(String, [UInt8])] = [
        ("rdm6300", Samples.rdmFrame), ("ascii-line", Array("0015219292\r\n".utf8)),
    ]

    @Test(arguments: [(299, 1), (300, 10)] as [(Int64, Int)])
    func theWindowMovesWithEachFrame(gap: Int64, count: Int) throws {
        for (driver, frame) in Self.frames {
            var probe = try DriverProbe(driver)
            for index in Int64(0)..<10 { probe.feed(frame, at: 1_000 + index * gap) }
            #expect(probe.credentials.count == count, "\(driver)")
        }
    }

    @Test func reopeningForgetsTheCard() throws {
        for (driver, frame) in Self.frames {
            var probe = try DriverProbe(driver)
            probe.feed(frame + frame, at: 1)
            probe.handle(.opened(random: 0), at: 2)
            probe.feed(frame, at: 3)
            #expect(probe.credentials.count == 2, "\(driver)")
        }
    }
}

/// `keyboard-wedge`: times, terminators, lost keys.
struct KeyboardWedgeTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        var options: [String: String] = [:]
        let expected: Credential?
        var testDescription: String { "\(text.count) characters, \(options)" }
    }

    @Test(arguments: [
        Row(text: "0015219292", expected: Samples.card),
        Row(text: "4294967296", expected: nil),
        Row(text: "16446618", expected: Samples.card(0xFA_F49A, 24)),
        Row(text: "99999999", expected: nil),
        // Never guessed: ten digits are 8H10D, twelve no card.
        Row(text: "0076262618", expected: Samples.card(76_262_618, 32)),
        Row(text: "0076262618", options: ["format": "4H4H"], expected: Samples.card(50_001_050, 32)),
        Row(text: "004344968346", expected: .qrToken("004344968346")),
        Row(
            text: "004344968346", options: ["format": "10H12D"], expected: Samples.card(0x01_02FA_F49A, 40)),
        Row(text: "25062618", options: ["eight_digits": "2H4H"], expected: Samples.card(0xFA_F49A, 24)),
        Row(text: "110101190001010014", expected: Samples.person),
        Row(text: "11010119000101009x", expected: Samples.id("11010119000101009X")),
        Row(text: "110101190001010015", expected: nil),
        Row(text: "110101000101001", expected: Samples.person),
        Row(text: "999999999999999", expected: .qrToken("999999999999999")),
        Row(text: "e0040150a1b2c3d4", expected: .chipSerial(0xE004_0150_A1B2_C3D4)),
        Row(text: "e0040150a1b2c3dg", expected: .qrToken("e0040150a1b2c3dg")),
        Row(text: "mu1x", expected: .qrToken("mu1x")), Row(text: "mu1", expected: nil),
        Row(text: "0102faf49a", options: ["format": "10H"], expected: Samples.card(0x01_02FA_F49A, 40)),
        Row(text: "0015219292", options: ["format": "qr"], expected: .qrToken("0015219292")),
        Row(text: "0015219292", options: ["format": "id-number"], expected: nil),
        Row(text: "12345678", options: ["format": "chip"], expected: .chipSerial(0x1234_5678)),
        Row(
            text: "2599746050", options: ["byte_order": "little"], expected: Samples.card(0x02FA_F49A, 32)),
        Row(text: String(repeating: "a", count: 512), expected: .qrToken(String(repeating: "a", count: 512))),
        Row(text: String(repeating: "a", count: 513), expected: nil),
    ])
    func theShapeOfATextSaysWhatItIs(row: Row) throws {
        var probe = try DriverProbe("keyboard-wedge", row.options)
        probe.feed(Samples.typed(row.text), at: 0)
        #expect(probe.credentials == (row.expected.map { [$0] } ?? []))
        #expect(probe.discards == (row.expected == nil ? [.unreadable: row.text.count * 8] : [:]))
        #expect(probe.broken == nil)
    }

    /// Five digits, a gap, five digits and ENTER.
    @Test(
        arguments: [("enter", 300, 1), ("enter", 301, 0), ("none", 99, 1), ("none", 100, 0)]
            as [(String, Int64, Int)])
    func aGapInsideATextEndsIt(terminator: String, gap: Int64, count: Int) throws {
        var probe = try DriverProbe("keyboard-wedge", ["terminator": terminator, "format": "8H10D"])
        probe.feed(Samples.typed("00152", terminator: nil), at: 1_000)
        probe.feed(Samples.typed("19292"), at: 1_000 + gap)
        #expect(probe.credentials.count == count)
        #expect(probe.broken == nil)
    }

    @Test func silenceEndsATextThroughTheAlarm() throws {
        var probe = try DriverProbe("keyboard-wedge", ["terminator": "none"])
        probe.feed(Samples.typed("0015219292", terminator: nil), at: 1_000)
        #expect(probe.outputs == [.wake(after: .milliseconds(100))])
        probe.handle(.woken, at: 1_099)
        #expect(probe.outputs.last == .wake(after: .milliseconds(1)))
        probe.handle(.woken, at: 1_100)
        #expect(probe.credentials == [Samples.card])
        probe.handle(.woken, at: 2_000)
        #expect(probe.credentials.count == 1)
    }

    @Test(arguments: [
        ("tab", UInt8(15), 1), ("tab", 28, 1), ("enter", 15, 0), ("enter", 96, 1), ("none", 96, 1),
    ])
    func terminators(terminator: String, code: UInt8, count: Int) throws {
        var probe = try DriverProbe("keyboard-wedge", ["terminator": terminator])
        probe.feed(Samples.typed("0015219292", terminator: code), at: 0)
        #expect(probe.credentials.count == count)
    }

    @Test(arguments: [(39, 1), (40, 0), (90, 0)] as [(Int64, Int)])
    func scannerOnlyRefusesHumanSpeed(gap: Int64, count: Int) throws {
        var probe = try DriverProbe("keyboard-wedge", ["scanner_only": "yes"])
        var time: Int64 = 0
        for digit in "0015219292" {
            probe.feed(Samples.typed(String(digit), terminator: nil), at: time)
            time += gap
        }
        probe.feed(Samples.key(28), at: time)
        #expect(probe.credentials.count == count)
        #expect(probe.discards == (count == 0 ? [.typedByHand: 80] : [:]))
    }

    @Test func aTextOf4096IsKeptAndOneMoreSpoilsIt() throws {
        var probe = try DriverProbe("keyboard-wedge")
        probe.feed(Samples.typed(String(repeating: "a", count: 4_096), terminator: nil), at: 0)
        #expect(probe.driver.pendingByteCount == 4_096 * 8)
        probe.feed(Samples.typed("aaaa"), at: 1)
        #expect(probe.discards == [.tooLong: 4_100 * 8])
        probe.feed(Samples.typed("0015219292"), at: 2)
        #expect(probe.credentials == [Samples.card])
        #expect(probe.broken == nil)
    }

    /// After SYN_DROPPED nothing counts up to SYN_REPORT, then the rest of the text goes; the next is read.
    @Test func lostKeysSpoilTheirText() throws {
        var probe = try DriverProbe("keyboard-wedge")
        let dropped = Samples.record(0, 3, 0)
        probe.feed(Samples.typed("0015", terminator: nil) + dropped + Samples.key(28), at: 0)
        probe.feed(Samples.typed("0015219292") + Samples.typed("0015219292"), at: 1)
        #expect(probe.credentials == [Samples.card])
        #expect(Set(probe.discards.keys) == [.inputLost])
        #expect(probe.broken == nil)
    }

    /// The same text from readers of three layouts; what the layout cannot say is refused.
    @Test(arguments: [
        ("us", [50, 48, 2, 12, 21, 44, 30, 16]), ("german", [50, 48, 2, 53, 44, 21, 30, 16]),
        ("french", [39, 48, 2, 7, 21, 17, 16, 30]),
    ])
    func everyLayoutSaysTheSame(layout: String, codes: [UInt8]) throws {
        let (press, release) = (Samples.record(1, 42, 1), Samples.record(1, 42, 0))
        func shifted(_ codes: ArraySlice<UInt8>) -> [UInt8] { press + codes.flatMap(Samples.key) + release }
        // MB1-YZaq: letters with Shift; the digit with Shift in France alone, the dash never.
        let digit = layout == "french" ? shifted(codes[2...2]) : Samples.key(codes[2])
        let keys =
            shifted(codes[..<2]) + digit + Samples.key(codes[3]) + shifted(codes[4..<6])
            + codes[6...].flatMap(Samples.key)
        var probe = try DriverProbe("keyboard-wedge", ["format": "qr", "layout": layout])
        probe.feed(keys + Samples.key(28), at: 0)
        #expect(probe.credentials == [.qrToken("MB1-YZaq")])
        // Key 4 with Shift is the section sign in Germany, key 3 without an e with an accent in France.
        let strange = ["german": shifted([4]), "french": Samples.key(3)][layout] ?? Samples.key(86)
        probe.feed(Samples.key(16) + strange + Samples.key(28), at: 1_000)
        #expect(probe.credentials.count == 1)
        #expect(probe.discards[.malformed] != nil)
        #expect(probe.broken == nil)
    }

    /// All keys with a character, plain and shifted, and the two ways to capitals together.
    @Test func theLayoutIsThatOfTheUnitedStates() throws {
        let codes: [UInt8] = Array(2...13) + Array(16...27) + Array(30...41) + Array(43...53) + [57]
        let plain = "1234567890-=qwertyuiop[]asdfghjkl;'`\\zxcvbnm,./ "
        let shifted = "!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:\"~|ZXCVBNM<>? "
        let keys = codes.flatMap(Samples.key)
        var probe = try DriverProbe("keyboard-wedge", ["format": "qr"])
        let (press, release) = (Samples.record(1, 54, 1), Samples.record(1, 54, 0))
        probe.feed(keys + Samples.key(28) + press + keys + release + Samples.key(28), at: 0)
        // CapsLock and Shift together: small letters.
        probe.feed(
            Samples.key(58) + press + Samples.key(30) + release + Samples.key(30) + Samples.key(28), at: 1)
        // A repeat (value 2) types nothing; CapsLock ends with the gap.
        probe.feed(Samples.key(30) + Samples.record(1, 30, 2) + Samples.key(28), at: 1_000)
        #expect(
            probe.credentials == [.qrToken(plain), .qrToken(shifted), .qrToken("aA"), .qrToken("a")])
    }
}
