import SiteModel
import Testing

@testable import DeviceDrivers

/// A line that spoils, loses, doubles and invents bytes: no card that nobody showed, none twice, none out of
/// order, and the line recovers.
struct OSDPMutationTests {
    private static func spoilt(_ reply: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var reply = reply
        switch Int.random(in: 0..<12, using: &random) {
        case 0: return []
        case 1:
            reply[Int.random(in: 0..<reply.count, using: &random)] ^=
                1 << UInt8.random(in: 0..<8, using: &random)
        case 2: reply.removeLast(Int.random(in: 1...reply.count, using: &random))
        case 3: reply.remove(at: Int.random(in: 0..<reply.count, using: &random))
        case 4: reply = random.bytes(Int.random(in: 1...30, using: &random)) + reply
        case 5: reply += random.bytes(Int.random(in: 1...30, using: &random))
        case 6: reply += reply
        case 7: reply = [0x53, 0x80, UInt8.random(in: 0...255, using: &random), 0, 4] + reply
        default: break
        }
        return reply
    }

    @Test(arguments: ["off", "required"])
    func whateverTheLineDoes(secure: String) throws {
        for seed in UInt64(0)..<25 {
            var random = SeededGenerator(seed: seed)
            let peripheral = OSDPPeripheral(key: secure == "off" ? nil : OSDPSecureTests.readerKey)
            var bench = try OSDPBench(["secure": secure], peripheral, key: OSDPSecureTests.siteKey)
            bench.open()
            bench.run(milliseconds: 1_000)
            bench.spoil = { Self.spoilt($0, &random) }
            for number in 1...20 {
                bench.peripherals[0].events.append([0x50, 0, 0, 32, 0, 0, 0, 1, UInt8(number)])
                bench.run(milliseconds: 700)
                if number == 10 { bench.open() }
            }
            bench.spoil = nil
            bench.run(milliseconds: 15_000)
            bench.peripherals[0].events = [OSDPDriverTests.card]
            bench.run(milliseconds: 500)
            let values = bench.credentials.compactMap { credential -> UInt64? in
                if case .cardNumber(let card) = credential { card.value } else { nil }
            }
            #expect(values.last == 15_219_292, "seed \(seed)")
            let shown = values.dropLast()
            #expect(shown.allSatisfy { (257...276).contains($0) }, "seed \(seed)")
            #expect(zip(shown, shown.dropFirst()).allSatisfy { $0 < $1 }, "seed \(seed)")
            #expect(bench.isSumRight, "seed \(seed)")
        }
    }

    /// Frames with a right CRC and random contents, as if somebody else spoke on the line: in the clear each
    /// one that has the form of a card is one, for a CRC proves nothing about the speaker; on a secured link
    /// none is.
    @Test func forgedFramesGiveNoCardOnASecuredLink() throws {
        var random = SeededGenerator(seed: 5)
        var bench = try OSDPBench(
            ["secure": "required"], OSDPPeripheral(key: OSDPSecureTests.readerKey),
            key: OSDPSecureTests.siteKey)
        bench.open()
        bench.run(milliseconds: 1_000)
        bench.spoil = { reply in
            let block = [2, Bool.random(using: &random) ? 0x16 : 0x18] as [UInt8]
            let body = block + [0x50] + random.bytes(16) + random.bytes(4)
            return OSDPFrame.frame(address: 0x80, control: reply[4] & 3 | 0x0C, body: body)
        }
        bench.run(milliseconds: 600_000)
        #expect(bench.credentials == [])
        #expect(bench.isSumRight)
    }
}
