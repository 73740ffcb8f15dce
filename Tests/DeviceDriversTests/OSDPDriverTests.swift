import SiteModel
import Testing

@testable import DeviceDrivers

/// The conversation with the readers of a line, in the clear.
struct OSDPDriverTests {
    static let plain = ["secure": "off"]
    /// RAW with the 32 bits of test card 0015219292.
    static let card: [UInt8] = [0x50, 0, 0, 32, 0] + [0x00, 0xE8, 0x3A, 0x5C]
    static let online = DriverStatus.moduleIdentity(OSDPVectorTests.identity.words + ", in the clear")

    static func bench(
        _ options: [String: String] = plain, _ peripheral: OSDPPeripheral = OSDPPeripheral()
    ) throws -> OSDPBench {
        var bench = try OSDPBench(options, peripheral)
        bench.open()
        return bench
    }

    @Test func aReaderIsAskedWhoItIsThenPolled() throws {
        var bench = try Self.bench()
        bench.run(milliseconds: 1_000)
        let codes = bench.peripherals[0].commands.map { $0[0] }
        #expect(Array(codes.prefix(4)) == [0x61, 0x62, 0x64, 0x69])
        #expect(codes.dropFirst(4).allSatisfy { $0 == 0x60 })
        #expect(bench.statuses == [Self.online])
        // Mark, 53, address, length, control, code, CRC; the sequence goes 0, 1, 2, 3, 1.
        #expect(bench.sent.prefix(5).map { $0[5] } == [4, 5, 6, 7, 5])
        #expect(bench.sent.allSatisfy { $0[0] == 0xFF && OSDPFrame.isCheckRight(Array($0.dropFirst())) })
    }

    /// 9600 baud: 9 + 8 bytes of 1.04 ms and 3 ms of the reader's own.
    @Test func pollsAreFiftyMillisecondsApart() throws {
        var bench = try Self.bench()
        bench.run(milliseconds: 1_000)
        bench.forgetOutputs()
        bench.run(milliseconds: 1_000)
        let times = bench.outputs.filter { if case .send = $0.output { true } else { false } }
            .map(\.nanoseconds)
        #expect(times.count == 20)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 50_000_000 })
    }

    @Test func aCardIsReadOnceAndAnswered() throws {
        var bench = try Self.bench()
        bench.run(milliseconds: 500)
        bench.peripherals[0].events = [Self.card]
        bench.run(milliseconds: 100)
        #expect(bench.credentials == [Samples.card])
        bench.feed(.show(.granted, reader: 0))
        bench.run(milliseconds: 200)
        let lamp = bench.peripherals[0].commands.last { $0[0] == 0x69 }
        #expect(lamp == [0x69] + Samples.bytes("00 00 02 01 00 02 00 1E 00 01 01 00 01 01"))
        #expect(bench.peripherals[0].commands.contains { $0 == [0x6A, 0, 2, 2, 1, 1] })
        #expect(!bench.peripherals[0].commands.contains { $0[0] == 0x6B })
        bench.run(milliseconds: 500)
        #expect(bench.credentials.count == 1)
    }

    @Test(arguments: [
        (LaneSignal.refused(.unknown, opens: false), UInt8(1), UInt8(3)), (.notRecorded(opens: true), 3, 5),
    ])
    func otherDecisionsHaveOtherLamps(signal: LaneSignal, colour: UInt8, tones: UInt8) throws {
        var peripheral = OSDPPeripheral()
        peripheral.capabilities += [6, 1, 1]
        var bench = try Self.bench(Self.plain, peripheral)
        bench.run(milliseconds: 500)
        bench.feed(.show(signal, reader: 0))
        bench.run(milliseconds: 300)
        #expect(bench.peripherals[0].commands.last { $0[0] == 0x69 }?[6] == colour)
        #expect(bench.peripherals[0].commands.last { $0[0] == 0x6A }?.last == tones)
        #expect(bench.peripherals[0].commands.contains { $0[0] == 0x6B })
    }

    @Test func aLaterDecisionReplacesAnEarlierThatStillWaits() throws {
        var bench = try Self.bench()
        bench.run(milliseconds: 500)
        for _ in 0..<50 { bench.feed(.show(.refused(.unknown, opens: false), reader: 0)) }
        bench.feed(.show(.granted, reader: 0))
        bench.run(milliseconds: 500)
        let lamps = bench.peripherals[0].commands.filter { $0[0] == 0x69 }.dropFirst()
        #expect(lamps.count <= 2)
        #expect(lamps.last?[6] == 2)
    }

    /// A spoilt or lost reply: the same bytes again, and the reader does nothing twice.
    @Test(arguments: [true, false])
    func aLostReplyIsAskedForAgain(isSpoilt: Bool) throws {
        var bench = try Self.bench()
        bench.run(milliseconds: 500)
        bench.peripherals[0].events = [Self.card]
        var losses = 1
        bench.spoil = { reply in
            guard losses > 0, reply[5] == 0x50 else { return reply }
            losses -= 1
            return isSpoilt ? reply.dropLast() + [reply[reply.count - 1] ^ 1] : []
        }
        bench.run(milliseconds: 1_000)
        #expect(bench.credentials == [Samples.card])
        #expect(bench.peripherals[0].repeatCount == 1)
        #expect(bench.discards[.integrityCheckFailed] == (isSpoilt ? 1 : nil))
    }

    /// Noise before the reply, and a start mark with the right address that would swallow it.
    @Test(arguments: ["00 FF 41", "53", "53 80", "53 80 FF 01 04", "53 80 30 00 04 00 00"])
    func spuriousBytesBeforeAReplyCostNothing(noise: String) throws {
        var bench = try Self.bench()
        bench.run(milliseconds: 500)
        bench.peripherals[0].events = [Self.card]
        bench.spoil = { Samples.bytes(noise) + $0 }
        bench.run(milliseconds: 3_000)
        #expect(bench.credentials == [Samples.card])
        #expect(bench.statuses == [Self.online])
        bench.spoil = nil
        bench.run(milliseconds: 1_000)
        #expect(bench.driver.pendingByteCount == 0)
    }

    @Test func aBusyReaderIsAskedTheSameAgain() throws {
        var bench = try Self.bench()
        bench.run(milliseconds: 500)
        bench.peripherals[0].events = [Self.card]
        bench.peripherals[0].busyCount = 3
        bench.run(milliseconds: 600)
        #expect(bench.credentials == [Samples.card])
        #expect(bench.statuses == [Self.online])
    }

    @Test func aReaderThatStartsAnewIsMetAnew() throws {
        var bench = try Self.bench()
        bench.run(milliseconds: 500)
        bench.peripherals[0].restart()
        bench.peripherals[0].events = [Self.card]
        bench.run(milliseconds: 1_000)
        #expect(bench.peripherals[0].commands.filter { $0[0] == 0x61 }.count == 2)
        #expect(bench.credentials == [Samples.card])
    }

    @Test func silenceOfEightSecondsIsReportedAndEnds() throws {
        var bench = try Self.bench()
        bench.run(milliseconds: 500)
        bench.absent = [0]
        bench.run(milliseconds: 7_500)
        #expect(bench.statuses == [Self.online])
        bench.run(milliseconds: 1_500)
        #expect(bench.statuses == [Self.online, .silent])
        bench.forgetOutputs()
        bench.run(milliseconds: 20_000)
        #expect((8...10).contains(bench.sent.count))
        bench.absent = []
        bench.peripherals[0].restart()
        bench.run(milliseconds: 2_500)
        #expect(bench.statuses == [Self.online])
    }

    @Test func tamperIsAFaultUntilItIsOver() throws {
        var bench = try Self.bench()
        bench.run(milliseconds: 500)
        bench.peripherals[0].events = [[0x48, 1, 0], [0x40], [0x48, 0, 1], [0x48, 0, 0], Self.card]
        bench.run(milliseconds: 500)
        #expect(
            bench.statuses == [
                Self.online, .fault("the housing is open (tamper contact)"),
                .fault("the reader's power supply fails"), Self.online,
            ])
        #expect(bench.credentials == [Samples.card])
    }

    @Test func aReaderThatSaysNothingOfItselfIsAFault() throws {
        var peripheral = OSDPPeripheral()
        peripheral.refuses = 0x61
        var bench = try Self.bench(Self.plain, peripheral)
        bench.run(milliseconds: 30_000)
        #expect(bench.statuses == [.fault("the reader refuses to say who it is")])
        #expect(bench.sent.count <= 4)
    }

    /// Answers that lead nowhere, again and again: said, and asked again in ten seconds.
    @Test(arguments: [
        (UInt8(0x61), [UInt8(0x40)], "the reader answers the question who it is with 40"),
        (0x61, [0x45, 1], "the reader answers the question who it is with 45"),
        (0x62, [0x48, 0, 0], "the reader answers the question what it can do with 48"),
        (0x62, [0x41, 9], "the reader refuses to say what it can do (9)"),
        (0x62, [0x41, 6], "the reader wants a secure channel, and none is configured"),
    ])
    func aReaderThatNeverComesOnlineIsAFault(command: UInt8, answer: [UInt8], words: String) throws {
        var peripheral = OSDPPeripheral()
        peripheral.says = [command: answer]
        var bench = try Self.bench(Self.plain, peripheral)
        bench.run(milliseconds: 30_000)
        #expect(bench.statuses == [.fault(words)])
        #expect(bench.sent.count <= 12)
        bench.peripherals[0].says = [:]
        bench.run(milliseconds: 11_000)
        #expect(bench.statuses.last == Self.online)
    }

    /// A reader that starts anew may say one thing that fits nothing.
    @Test func oneAnswerThatFitsNothingIsNoFault() throws {
        var bench = try Self.bench()
        var odd = 1
        bench.spoil = { reply in
            guard odd > 0, reply[5] == 0x46 else { return reply }
            odd -= 1
            return OSDPFrame.frame(address: 0x80, control: reply[4], body: [0x40])
        }
        bench.run(milliseconds: 1_000)
        #expect(bench.statuses == [Self.online])
    }

    /// The second one's answers come when nobody asked. Over when it has not happened for a minute.
    @Test func twoReadersAtOneAddressAreNamed() throws {
        var twin = OSDPPeripheral()
        twin.serial = 0x79
        let twins = DriverStatus.fault(
            "two devices answer at address 0: unplug one, and give it another address")
        var bench = try OSDPBench(DriverLine(readers: [Self.plain]), [OSDPPeripheral(), twin])
        bench.open()
        bench.run(milliseconds: 2_000)
        #expect(bench.statuses.suffix(2) == [Self.online, twins])
        bench.peripherals.removeLast()
        bench.run(milliseconds: 58_000)
        #expect(bench.statuses.last == twins)
        bench.run(milliseconds: 4_000)
        #expect(bench.statuses.last == Self.online)
        #expect(bench.isSumRight)
    }

    /// A frame now and then that nobody asked for is noise; so is the second answer of one that was asked
    /// twice because it is slow.
    @Test func aSlowReaderIsNotTwo() throws {
        var bench = try Self.bench()
        bench.turnaround = 400_000_000
        bench.run(milliseconds: 60_000)
        #expect(!bench.statuses.contains { "\($0)".contains("two devices") })
        var other = try Self.bench()
        other.run(milliseconds: 500)
        let frame = OSDPFrame.frame(address: 0x80, control: 5, body: [0x40])
        for _ in 0..<40 {
            while !other.isQuiet { other.run(milliseconds: 1) }
            other.feed(.bytes(frame))
            other.run(milliseconds: 16_000)
        }
        #expect(other.statuses == [Self.online])
        #expect(other.isSumRight)
    }

    @Test func aReaderWithoutLampsGetsNone() throws {
        var peripheral = OSDPPeripheral()
        peripheral.capabilities = Samples.bytes("010102 030100")
        var bench = try Self.bench(Self.plain, peripheral)
        bench.run(milliseconds: 500)
        bench.feed(.show(.granted, reader: 0))
        bench.run(milliseconds: 500)
        #expect(!bench.peripherals[0].commands.contains { $0[0] == 0x69 || $0[0] == 0x6A })
    }

    @Test func digitsAreACardOnlyWhereThatIsConfigured() throws {
        for (keypad, credentials) in [("off", []), ("card", [Samples.card])] {
            var bench = try Self.bench(["secure": "off", "keypad": keypad])
            bench.run(milliseconds: 500)
            bench.peripherals[0].events = [[0x53, 0, 11] + Array("0015219292".utf8) + [0x0D]]
            bench.run(milliseconds: 200)
            #expect(bench.credentials == credentials)
        }
    }

    /// Nobody configured a second reading head: it has no lane.
    @Test func cardsAndKeysOfASecondHeadAreNobodys() throws {
        var bench = try Self.bench(["secure": "off", "keypad": "card"])
        bench.run(milliseconds: 500)
        let keys = [[0x53, 1, 11] + Array("0015219292".utf8) + [0x0D]]
        bench.peripherals[0].events = [[0x50, 1] + Self.card[2...]] + keys
        bench.run(milliseconds: 300)
        #expect(bench.credentials == [])
        #expect(bench.discards == [.unexpected: 16 + 21])
        #expect(bench.isSumRight)
    }

    @Test func everyReaderOfALineHasItsTurnAndItsIndex() throws {
        let options = (0..<6).map { ["secure": "off", "address": "\($0)"] }
        var bench = try OSDPBench(
            DriverLine(readers: options), (0..<6).map { OSDPPeripheral(address: $0) }, baud: 115_200)
        bench.open()
        bench.run(milliseconds: 1_000)
        for index in 0..<6 { bench.peripherals[index].events = [Self.card] }
        bench.forgetOutputs()
        bench.run(milliseconds: 1_000)
        let readers = bench.outputs.compactMap {
            if case .credential(_, let reader) = $0.output { reader } else { nil }
        }
        #expect(readers.sorted() == [0, 1, 2, 3, 4, 5])
        // Each 20 times a second: 6 exchanges of 4.5 ms fit into 50 ms.
        #expect((118...120).contains(bench.sent.count))
    }

    @Test func oneDeadReaderLeavesTheOthersTheirTurns() throws {
        let options = (0..<6).map { ["secure": "off", "address": "\($0)"] }
        var bench = try OSDPBench(
            DriverLine(readers: options), (0..<6).map { OSDPPeripheral(address: $0) }, baud: 115_200)
        bench.absent = [3]
        bench.open()
        bench.run(milliseconds: 10_000)
        bench.forgetOutputs()
        bench.run(milliseconds: 10_000)
        let polls = bench.sent.filter { $0[2] == 0 }.count
        #expect(polls >= 170)
    }

    @Test func twoReadersOfOneAddressAreRefused() {
        #expect(throws: DriverError.self) {
            _ = try DriverCatalogue.make(
                "osdp", on: DriverLine(readers: [["address": "1"], ["address": "1"]]))
        }
    }
}

/// An output of an OSDP device as a barrier.
struct OSDPOutputTests {
    private static func bench() throws -> OSDPBench {
        let line = DriverLine(
            readers: [["secure": "off"]],
            barriers: [
                ["secure": "off", "output": "1", "pulse": "750ms"], ["secure": "off", "address": "5"],
            ])
        var bench = try OSDPBench(line, [OSDPPeripheral(), OSDPPeripheral(address: 5)])
        bench.open()
        bench.run(milliseconds: 1_000)
        return bench
    }

    @Test func aPulseIsTimedByTheDevice() throws {
        var bench = try Self.bench()
        #expect(bench.peripherals[0].commands.contains([0x68, 1, 1, 0, 0]))
        bench.feed(.openBarrier(0, .entering))
        bench.feed(.openBarrier(1, .entering))
        bench.run(milliseconds: 200)
        #expect(bench.peripherals[0].commands.contains([0x68, 1, 5, 8, 0]))
        #expect(bench.peripherals[1].commands.contains([0x68, 0, 5, 5, 0]))
        #expect(!bench.outputs.contains { $0.output == .notOpened(barrier: 0) })
    }

    @Test func aDeviceThatIsNotThereOpensNothing() throws {
        var bench = try Self.bench()
        bench.absent = [5]
        bench.run(milliseconds: 10_000)
        bench.feed(.openBarrier(1, .entering))
        #expect(bench.outputs.last { $0.output == .notOpened(barrier: 1) } != nil)
        #expect(
            bench.outputs.contains { $0.output == .partStatus(.silent, .barrier(1)) })
    }

    /// The service ends in the middle of a poll: the order is held until the answer comes, and then sent. One
    /// that cannot be sent opened nothing.
    @Test(arguments: [true, false])
    func theLastOrderIsSentOrSaidToBeLost(isThere: Bool) throws {
        var bench = try Self.bench()
        if isThere {
            // Until a poll is on the line: it is there 20 times a second.
            for _ in 0..<100 where bench.isQuiet { bench.run(milliseconds: 1) }
        } else {
            bench.absent = [0]
            bench.run(milliseconds: 300)
        }
        bench.feed(.openBarrier(0, .entering))
        let isHolding = { (bench.driver as? any OrderKeeping)?.holdsOrder == true }
        #expect(isHolding())
        bench.run(milliseconds: 1_000)
        #expect(isHolding() == !isThere)
        bench.feed(.closing)
        #expect(bench.peripherals[0].commands.contains([0x68, 1, 5, 8, 0]) == isThere)
        #expect(bench.outputs.contains { $0.output == .notOpened(barrier: 0) } == !isThere)
    }

    /// The session is lost and made anew while somebody walks through.
    @Test func aRunningPulseIsNotCutWhenTheDeviceIsMetAnew() throws {
        let line = DriverLine(readers: [["secure": "off"]], barriers: [["secure": "off", "pulse": "5s"]])
        var bench = try OSDPBench(line, [OSDPPeripheral()])
        bench.open()
        bench.run(milliseconds: 1_000)
        bench.feed(.openBarrier(0, .entering))
        bench.run(milliseconds: 500)
        let before = bench.peripherals[0].commands.count
        #expect(bench.peripherals[0].commands.contains([0x68, 0, 5, 50, 0]))
        bench.peripherals[0].restart()
        bench.run(milliseconds: 3_500)
        let since = bench.peripherals[0].commands.dropFirst(before)
        #expect(since.contains { $0[0] == 0x61 })
        #expect(!since.contains { $0[0] == 0x68 })
        bench.run(milliseconds: 2_000)
        #expect(bench.peripherals[0].commands.dropFirst(before).contains([0x68, 0, 1, 0, 0]))
    }

    /// The device was deaf while somebody waited; when it hears again somebody else stands there.
    @Test func anOrderIsNotRepeatedAfterTwoSeconds() throws {
        var bench = try Self.bench()
        bench.absent = [0]
        bench.feed(.openBarrier(0, .entering))
        bench.run(milliseconds: 2_600)
        bench.absent = []
        bench.run(milliseconds: 3_000)
        #expect(!bench.peripherals[0].commands.contains([0x68, 1, 5, 8, 0]))
        // It was said, and nobody knows whether it was heard: the lane may have opened.
        #expect(!bench.outputs.contains { $0.output == .notOpened(barrier: 0) })
    }

    /// It was never said: the lane did not open, and shall not for whoever stands there later.
    @Test func anOrderThatWaitsIsGivenUpAfterTwoSeconds() throws {
        var bench = try Self.bench()
        bench.absent = [0]
        bench.run(milliseconds: 300)
        bench.feed(.openBarrier(0, .entering))
        bench.run(milliseconds: 2_600)
        #expect(!bench.outputs.contains { $0.output == .notOpened(barrier: 0) })
        bench.absent = []
        bench.run(milliseconds: 3_000)
        #expect(!bench.peripherals[0].commands.contains([0x68, 1, 5, 8, 0]))
        #expect(bench.outputs.contains { $0.output == .notOpened(barrier: 0) })
    }

    @Test func aReleasedOutputIsOnUntilTheReleaseIsOver() throws {
        var bench = try Self.bench()
        bench.feed(.release(true))
        bench.run(milliseconds: 300)
        #expect(bench.peripherals[0].commands.contains([0x68, 1, 2, 0, 0]))
        #expect(bench.peripherals[1].commands.contains([0x68, 0, 2, 0, 0]))
        // Nobody needs a pulse, which would end in closing.
        bench.feed(.openBarrier(0, .entering))
        // The device loses its power meanwhile.
        bench.peripherals[1].restart()
        bench.run(milliseconds: 3_000)
        #expect(!bench.peripherals[0].commands.contains { $0.starts(with: [0x68, 1, 5]) })
        #expect(bench.peripherals[1].commands.last { $0[0] == 0x68 } == [0x68, 0, 2, 0, 0])
        bench.feed(.release(false))
        bench.run(milliseconds: 300)
        #expect(bench.peripherals[0].commands.last { $0[0] == 0x68 } == [0x68, 1, 1, 0, 0])
    }

    @Test func entriesOfOneDeviceMustAgree() {
        #expect(throws: DriverError.self) {
            _ = try DriverCatalogue.make(
                "osdp", on: DriverLine(readers: [["secure": "off"]], barriers: [["secure": "required"]]))
        }
        #expect(throws: DriverError.self) {
            _ = try DriverCatalogue.make("osdp", on: DriverLine(readers: [], barriers: [[:], [:]]))
        }
    }
}
