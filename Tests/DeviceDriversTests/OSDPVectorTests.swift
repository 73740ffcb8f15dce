import BlockCipher
import SiteModel
import Testing

@testable import DeviceDrivers

/// Frames worked by hand and of Annex E of the standard, and the session that goes with them.
struct OSDPVectorTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let address: UInt8
        let control: UInt8
        let command: OSDPCommand
        let bytes: String
    }

    static let commands = [
        Vector(
            testDescription: "POLL to 65", address: 0x65, control: 4, command: .poll,
            bytes: "53 65 08 00 04 60 60 90"),
        Vector(
            testDescription: "POLL to 65, sum", address: 0x65, control: 0, command: .poll,
            bytes: "53 65 07 00 00 60 E1"),
        Vector(
            testDescription: "POLL 0", address: 0, control: 4, command: .poll,
            bytes: "53 00 08 00 04 60 EB AA"),
        Vector(
            testDescription: "POLL 1", address: 0, control: 5, command: .poll,
            bytes: "53 00 08 00 05 60 DA 99"),
        Vector(
            testDescription: "POLL 2", address: 0, control: 6, command: .poll,
            bytes: "53 00 08 00 06 60 89 CC"),
        Vector(
            testDescription: "POLL 3", address: 0, control: 7, command: .poll,
            bytes: "53 00 08 00 07 60 B8 FF"),
        Vector(
            testDescription: "ID to 65", address: 0x65, control: 4, command: .identify,
            bytes: "53 65 09 00 04 61 00 D9 7A"),
        Vector(
            testDescription: "ID, Annex E", address: 0, control: 4, command: .identify,
            bytes: "53 00 09 00 04 61 00 C0 66"),
        Vector(
            testDescription: "ID, Annex E, sum", address: 0, control: 0, command: .identify,
            bytes: "53 00 08 00 00 61 00 44"),
        Vector(
            testDescription: "CAP", address: 0, control: 5, command: .describe,
            bytes: "53 00 09 00 05 62 00 A3 04"),
        Vector(
            testDescription: "COMSET to all, Annex E", address: 0x7F, control: 4,
            command: .communication(address: 0, baud: 9_600),
            bytes: "53 7F 0D 00 04 6E 00 80 25 00 00 6E 38"),
        Vector(
            testDescription: "COMSET to all, Annex E, sum", address: 0x7F, control: 0,
            command: .communication(address: 0, baud: 9_600), bytes: "53 7F 0C 00 00 6E 00 80 25 00 00 0F"),
        Vector(
            testDescription: "COMSET to 1", address: 0, control: 5,
            command: .communication(address: 1, baud: 115_200),
            bytes: "53 00 0D 00 05 6E 01 00 C2 01 00 C6 68"),
        Vector(
            testDescription: "LED", address: 0, control: 6,
            command: .lamp(
                .init(onTenths: 5, offTenths: 1, colour: .green, tenths: 30, idleColour: .red)),
            bytes: "53 00 16 00 06 69 00 00 02 05 01 02 00 1E 00 01 01 00 01 01 9B C7"),
        Vector(
            testDescription: "BUZ", address: 0, control: 7,
            command: .buzzer(onTenths: 2, offTenths: 1, count: 3),
            bytes: "53 00 0D 00 07 6A 00 02 02 01 03 29 5F"),
        Vector(
            testDescription: "OUT", address: 0, control: 5, command: .output(number: 0, .pulse, tenths: 30),
            bytes: "53 00 0C 00 05 68 00 05 1E 00 71 51"),
    ]

    @Test(arguments: commands)
    func commandsAreBuiltByteForByte(vector: Vector) {
        let frame = OSDPFrame.frame(
            address: vector.address, control: vector.control,
            body: [vector.command.code] + vector.command.data)
        #expect(frame == Samples.bytes(vector.bytes))
        #expect(OSDPFrame.isCheckRight(frame))
    }

    @Test func textIsCutTo32Characters() {
        let long = OSDPCommand.text(String(repeating: "x", count: 40), seconds: 3)
        #expect(long.data == [0, 3, 3, 1, 1, 32] + [UInt8](repeating: 0x78, count: 32))
        #expect(OSDPCommand.text("OK", seconds: 0).data == [0, 1, 0, 1, 1, 2, 0x4F, 0x4B])
    }

    struct ReplyVector: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let address: UInt8
        let sequence: UInt8
        let reply: OSDPReply?
        let bytes: String

        init(_ name: String, _ address: UInt8, _ sequence: UInt8, _ reply: OSDPReply?, _ bytes: String) {
            testDescription = name
            self.address = address
            self.sequence = sequence
            self.reply = reply
            self.bytes = bytes
        }
    }

    static let replies = [
        ReplyVector("ACK 1, sum", 0x65, 1, .acknowledged, "53 E5 07 00 01 40 80"),
        ReplyVector("ACK 0", 0x65, 0, .acknowledged, "53 E5 08 00 04 40 D2 96"),
        ReplyVector("NAK 1", 0x65, 1, .refused(.check), "53 E5 09 00 05 41 01 0E 8F"),
        ReplyVector(
            "COM", 0, 1, .communication(address: 1, baud: 115_200), "53 80 0D 00 05 54 01 00 C2 01 00 7C 25"),
        ReplyVector(
            "PDID", 0, 0, .identity(identity),
            "53 80 14 00 04 45 5C 26 23 01 01 78 56 34 12 01 02 03 BE 30"),
        ReplyVector(
            "RAW", 0, 1, .card(.first, format: 1, bitCount: 26, bits: [0xEA, 0x83, 0xE8, 0x40]),
            "53 80 10 00 05 50 00 01 1A 00 EA 83 E8 40 35 3D"),
        ReplyVector(
            "KEYPAD", 0, 2, .keys(.first, [0x31, 0x32, 0x33, 0x34, 0x0D]),
            "53 80 0F 00 06 53 00 05 31 32 33 34 0D 3F 15"),
        ReplyVector(
            "LSTATR", 0, 3, .localStatus(isTampered: true, hasPowerFailure: false),
            "53 80 0A 00 07 48 01 00 C3 19"),
        ReplyVector("BUSY", 0, 0, .busy, "53 80 08 00 04 79 23 0B"),
    ]

    static let identity: OSDPIdentity = {
        guard let identity = OSDPIdentity(Samples.bytes("5C2623 01 01 78563412 010203")) else {
            preconditionFailure("12 bytes are an identity")
        }
        return identity
    }()

    @Test(arguments: replies)
    func repliesAreReadByteForByte(vector: ReplyVector) throws {
        var pending = PendingBytes()
        pending.append(Samples.bytes(vector.bytes))
        let count = pending.count
        #expect(
            OSDPFrame.start(of: pending, from: vector.address) == .whole(byteCount: count, markByteCount: 0))
        let frame = try #require(OSDPReplyFrame(Samples.bytes(vector.bytes)))
        #expect(frame.address == vector.address)
        #expect(frame.sequence == vector.sequence)
        #expect(OSDPReply(code: frame.body[0], data: Array(frame.body[1...])) == vector.reply)
    }

    @Test func theIdentityIsReadable() {
        #expect(Self.identity.words == "vendor 5C2623, model 1, serial 12345678, firmware 1.2.3")
    }

    @Test func theCheckValueOfTheCRC() {
        #expect(OSDPFrame.crc(Array("123456789".utf8)) == 0xE5CC)
    }

    /// Data that do not fit their code are refused: RAW with a byte more or less, keys with a wrong count.
    @Test(arguments: [
        "50 00 01 1A 00 EA 83 E8", "50 00 01 1A 00 EA 83 E8 40 00", "50 00 01 00 00", "50 00 01",
        "53 00 05 31",
        "53 00", "45 00", "46 01 02", "48 00", "41", "54 01", "76 00", "78 00",
    ])
    func dataOfTheWrongLengthAreRefused(text: String) {
        let bytes = Samples.bytes(text)
        #expect(OSDPReply(code: bytes[0], data: Array(bytes[1...])) == nil)
    }

    // Secure channel, Annex E: default key, challenge B0…B7, the reader's random A0…A7.

    static let challenge = [UInt8](0xB0...0xB7)
    static let readerRandom = [UInt8](0xA0...0xA7)

    @Test func theSessionKeysOfAnnexE() {
        let cipher = AES128(key: OSDPKey.factory.bytes)
        func key(_ kind: UInt8) -> String {
            cipher.encrypted([1, kind] + Self.challenge.prefix(6) + [UInt8](repeating: 0, count: 8))
                .hexadecimal.uppercased()
        }
        #expect(key(0x82) == "BF8DC2A8329ACB8C67C6D0CD9A451682")
        #expect(key(0x01) == "5E86C676603BDEE2D8BEAFE178637332")
        #expect(key(0x02) == "6FDA86E857777E81132035758239172E")
        let keys = OSDPSessionKeys(.factory, challenge: Self.challenge)
        let reader = keys.cryptogram(Self.challenge, Self.readerRandom)
        let panel = keys.cryptogram(Self.readerRandom, Self.challenge)
        #expect(reader.hexadecimal.uppercased() == "FDE5D2F428EC16312471EA3C02BD7796")
        #expect(panel.hexadecimal.uppercased() == "26D3356E07762D262801FC8E6665A891")
        #expect(
            keys.startMAC(panelCryptogram: panel).hexadecimal.uppercased()
                == "B2A30057EB98BA2229EC1F875662B524")
    }

    @Test func aReadersKeyComesFromTheSites() {
        let site = [UInt8](0x10...0x1F)
        let key = OSDPKey(site: site, uniqueID: Samples.bytes("5C26230102785634"))
        #expect(key.bytes.hexadecimal.uppercased() == "9C2FB143AF182FAD4ECA761B9CF4519A")
        #expect("\(key)" == "key")
        #expect("\(DriverSecrets(["credential:x": site]))" == "1 secrets")
    }

    /// The worked session, command by command.
    @Test func aWholeSession() throws {
        var handshake = OSDPHandshake(challenge: Self.challenge, isFactoryKey: true)
        func frame(_ command: OSDPCommand, _ sequence: UInt8) -> [UInt8] {
            let body = (handshake.securityBlock(of: command) ?? []) + [command.code] + command.data
            return OSDPFrame.frame(address: 0, control: sequence | 0x0C, body: body)
        }
        #expect(
            frame(.challenge(Self.challenge), 1)
                == Samples.bytes("53 00 13 00 0D 03 11 00 76 B0 B1 B2 B3 B4 B5 B6 B7 31 77"))
        let answer = try #require(OSDPReplyFrame(Samples.bytes(Self.cryptogramReply)))
        #expect(answer.security == .init(kind: 0x12, bytes: [0]))
        let reader = try #require(OSDPReaderCryptogram(Array(answer.body[1...])))
        let settings = try OSDPSettings(
            OptionReader([:], of: "osdp", declared: OSDPDriver.descriptor.options),
            DriverSecrets([OSDPSettings.key.defaultText: [UInt8](0x10...0x1F)]), isReader: true)
        let isRight = handshake.take(reader, settings)
        #expect(isRight)
        let proof = try #require(handshake.panelCryptogram)
        #expect(
            frame(.cryptogram(proof), 2)
                == Samples.bytes(
                    "53 00 1B 00 0E 03 13 00 77 26 D3 35 6E 07 76 2D 26 28 01 FC 8E 66 65 A8 91 40 B4"))
        let first = try #require(OSDPReplyFrame(Samples.bytes(Self.firstMACReply)))
        var channel = try #require(handshake.channel(firstMAC: Array(first.body[1...])))
        #expect(
            channel.sealed(.poll, address: 0, sequence: 3)
                == Samples.bytes("53 00 0E 00 0F 02 15 60 69 BD C6 54 E1 36"))
        #expect(channel.commandMAC.hexadecimal.uppercased() == "69BDC65422F89A776A13A0A8A7348344")
        let acknowledged = try #require(
            OSDPReplyFrame(Samples.bytes("53 80 0E 00 0F 02 16 40 F9 BA FF 9D 78 CD")))
        let opened = channel.opened(acknowledged)
        #expect(opened == [0x40])
        #expect(channel.replyMAC.hexadecimal.uppercased() == "F9BAFF9D6181ACB402ED0890829F0419")
        let lamp = OSDPCommand.lamp(
            .init(onTenths: 5, offTenths: 1, colour: .green, tenths: 30, idleColour: .red))
        #expect(
            channel.sealed(lamp, address: 0, sequence: 1)
                == Samples.bytes(
                    "53 00 1E 00 0D 02 17 69 A3 FF 9E 04 90 DD DF C2 4A F1 E8 BF 17 F4 B6 79 98 03 DE DA"
                        + " B7 12"
                ))
    }

    static let cryptogramReply =
        "53 80 2B 00 0D 03 12 00 76 5C 26 23 01 02 78 56 34 A0 A1 A2 A3 A4 A5 A6 A7 FD E5 D2 F4 28 EC 16 31"
        + " 24 71 EA 3C 02 BD 77 96 FC F0"
    static let firstMACReply =
        "53 80 1B 00 0E 03 14 01 78 B2 A3 00 57 EB 98 BA 22 29 EC 1F 87 56 62 B5 24 6E EB"
}

/// What the bits of a card are worth.
struct OSDPCardTests {
    @Test(
        arguments: [
            // Worked: facility 213, card 2000; 18, 54919; and the same numbers in 34 and 37 bits.
            (26, "EA 83 E8 40", UInt64(213 << 16 | 2_000), 24),
            (26, "89 6B 43 C0", 18 << 16 | 54_919, 24),
            (34, "80 6A 83 E8 40", 0x00D5_07D0, 32),
            (34, "81 7D 7A 4D 00", 0x02FA_F49A, 32),
            (37, "02 69 54 64 E8", 1_234 << 19 | 345_678, 35),
            (37, "00 0D 50 7D 00", 13_961_168, 35),
            (32, "02 FA F4 9A", 0x02FA_F49A, 32),
            (40, "01 02 FA F4 9A", 0x01_02FA_F49A, 40),
            (24, "FA F4 9A", 0xFA_F49A, 24),
        ] as [(Int, String, UInt64, Int)])
    func theWorkedPayloads(bitCount: Int, bits: String, value: UInt64, length: Int) {
        let card = OSDPCard(isLowestByteFirst: false)
        #expect(
            card.credential(bitCount: bitCount, bits: Samples.bytes(bits)) == Samples.card(value, length))
    }

    @Test func aSerialOfSevenBytesIsAChips() {
        let bits = Samples.bytes("04 11 22 33 44 55 66")
        #expect(
            OSDPCard(isLowestByteFirst: false).credential(bitCount: 56, bits: bits)
                == .chipSerial(0x04_1122_3344_5566))
        #expect(
            OSDPCard(isLowestByteFirst: true).credential(bitCount: 56, bits: bits)
                == .chipSerial(0x66_5544_3322_1104))
    }

    /// Each bit of a frame with parity is watched over: one wrong bit and there is no card.
    @Test(arguments: [(26, "EA 83 E8 40"), (34, "81 7D 7A 4D 00"), (37, "02 69 54 64 E8")])
    func oneWrongBitIsSeen(bitCount: Int, bits: String) {
        for bit in 0..<bitCount {
            var bytes = Samples.bytes(bits)
            bytes[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            #expect(OSDPCard(isLowestByteFirst: false).credential(bitCount: bitCount, bits: bytes) == nil)
        }
    }

    @Test(arguments: [1, 25, 27, 48, 65, 128])
    func otherLengthsAreNoCard(bitCount: Int) {
        let bits = [UInt8](repeating: 0, count: (bitCount + 7) / 8)
        #expect(OSDPCard(isLowestByteFirst: false).credential(bitCount: bitCount, bits: bits) == nil)
    }

    @Test func tenTypedDigitsAreACard() {
        var keypad = OSDPKeypad()
        let time = Uptime(milliseconds: 20_000)
        let digits = Array("0015219292".utf8)
        #expect(keypad.take(digits + [0x0D], at: time) == [Samples.card])
        #expect(keypad.take([0x31, 0x7F] + digits + [0x0D], at: time) == [Samples.card])
        #expect(keypad.take(digits + [0x31, 0x0D], at: time) == [])
        #expect(keypad.take(Array("1234".utf8) + [0x0D], at: time) == [])
        #expect(keypad.take(Array(digits.prefix(5)), at: time) == [])
        #expect(keypad.take(Array(digits.suffix(5)) + [0x0D], at: time + .seconds(11)) == [])
    }
}
