import SiteModel
import Testing

@testable import DeviceDrivers

/// A reader is told another address and speed, the line follows, and comes back when nobody answers there.
struct OSDPPlaceTests {
    private static let window = DriverInput.commission(reader: 0, .seconds(600))

    private static func bench(_ peripheral: OSDPPeripheral? = nil) throws -> OSDPBench {
        var reader = peripheral ?? OSDPPeripheral()
        reader.baud = 9_600
        var bench = try OSDPBench(DriverLine(readers: [["secure": "off"]]), [reader])
        bench.open()
        bench.run(milliseconds: 1_000)
        return bench
    }

    @Test func theLineFollowsAReader() throws {
        var bench = try Self.bench()
        bench.feed(Self.window)
        bench.feed(.moveReader(0, address: 5, baud: 115_200))
        bench.run(milliseconds: 2_000)
        #expect(bench.commissioned == ["line_changed: the reader answers at address 5, 115200 baud"])
        #expect(bench.baud == 115_200)
        #expect(bench.sent.last?[2] == 5)
        let hinted = "; at address 5, 115200 baud, which is not configured"
        #expect(
            bench.statuses.last == .moduleIdentity(OSDPVectorTests.identity.words + ", in the clear" + hinted)
        )
        bench.peripherals[0].events = [OSDPDriverTests.card]
        bench.run(milliseconds: 500)
        #expect(bench.credentials == [Samples.card])
        // The port is opened at the configured speed: the driver knows better.
        bench.forgetOutputs()
        bench.open()
        bench.run(milliseconds: 1_000)
        #expect(
            bench.outputs.first { if case .wake = $0.output { false } else { true } }?.output
                == .setBaud(115_200))
        #expect(bench.statuses.count == 1)
        #expect(bench.baud == 115_200)
        // And back again: then nothing is left to be said.
        bench.feed(Self.window)
        bench.feed(.moveReader(0, address: 0, baud: 9_600))
        bench.run(milliseconds: 2_000)
        #expect(bench.statuses.last == OSDPDriverTests.online)
    }

    @Test func onlyTheAddressChanges() throws {
        var bench = try Self.bench()
        bench.feed(Self.window)
        bench.feed(.moveReader(0, address: 7, baud: nil))
        bench.run(milliseconds: 2_000)
        #expect(bench.commissioned == ["line_changed: the reader answers at address 7, 9600 baud"])
        #expect(!bench.outputs.contains { if case .setBaud = $0.output { true } else { false } })
    }

    /// Its word that it goes is lost: it is looked for there.
    @Test func aLostAnswerIsNoLostReader() throws {
        var bench = try Self.bench()
        bench.spoil = { $0[5] == 0x54 ? [] : $0 }
        bench.feed(Self.window)
        bench.feed(.moveReader(0, address: 5, baud: 115_200))
        bench.run(milliseconds: 8_000)
        #expect(bench.commissioned == ["line_changed: the reader answers at address 5, 115200 baud"])
    }

    /// It says that it goes and does not: the line is back with it, and cards are read.
    @Test func aReaderThatStaysIsFoundAgain() throws {
        var peripheral = OSDPPeripheral()
        peripheral.stays = true
        var bench = try Self.bench(peripheral)
        bench.feed(Self.window)
        bench.feed(.moveReader(0, address: 5, baud: 115_200))
        bench.run(milliseconds: 10_000)
        #expect(
            bench.commissioned == [
                "line_not_changed: the reader did not answer at address 5, 115200 baud; the line is back at"
                    + " address 0, 9600 baud"
            ])
        #expect(bench.baud == 9_600)
        #expect(!bench.statuses.contains(.silent))
        bench.peripherals[0].events = [OSDPDriverTests.card]
        bench.run(milliseconds: 500)
        #expect(bench.credentials == [Samples.card])
        #expect(bench.statuses.last == OSDPDriverTests.online)
    }

    /// It says that it goes and does not, and somebody else is there already.
    @Test func anotherReaderAtTheNewPlaceIsNotTheOneThatWent() throws {
        var (told, other) = (OSDPPeripheral(), OSDPPeripheral(address: 5))
        told.stays = true
        other.serial = 0x79
        var bench = try OSDPBench(DriverLine(readers: [["secure": "off"]]), [told, other])
        bench.open()
        bench.run(milliseconds: 1_000)
        bench.feed(Self.window)
        bench.feed(.moveReader(0, address: 5, baud: nil))
        bench.run(milliseconds: 3_000)
        let words = OSDPVectorTests.identity.words.replacing("12345678", with: "12345679")
        #expect(
            bench.commissioned == [
                "line_not_changed: at address 5, 9600 baud another reader answers (\(words)); the line is"
                    + " back at address 0, 9600 baud"
            ])
        #expect(bench.sent.last?[2] == 0)
        #expect(bench.statuses.last == OSDPDriverTests.online)
    }

    @Test func whatCannotBeIsSaidAtOnce() throws {
        let readers = [["secure": "off"], ["secure": "off", "address": "1"]]
        var bench = try OSDPBench(
            DriverLine(readers: readers), [OSDPPeripheral(), OSDPPeripheral(address: 1)])
        bench.open()
        bench.run(milliseconds: 1_000)
        bench.feed(.moveReader(0, address: 2, baud: nil))
        bench.feed(Self.window)
        bench.feed(.moveReader(0, address: 1, baud: nil))
        bench.feed(.moveReader(0, address: 0, baud: 19_200))
        bench.feed(.moveReader(0, address: 200, baud: nil))
        bench.run(milliseconds: 1_000)
        #expect(
            bench.commissioned == [
                "line_not_changed: the commissioning window is not open",
                "line_not_changed: another device of the line has address 1",
                "line_not_changed: other devices of the line would not follow to 19200 baud",
                "line_not_changed: there is no address 200, 9600 baud",
            ])
        #expect(!bench.peripherals[0].commands.contains { $0[0] == 0x6E })
    }

    @Test func aReaderMayRefuse() throws {
        var peripheral = OSDPPeripheral()
        peripheral.refuses = 0x6E
        var bench = try Self.bench(peripheral)
        bench.feed(Self.window)
        bench.feed(.moveReader(0, address: 5, baud: nil))
        bench.run(milliseconds: 2_000)
        #expect(bench.commissioned == ["line_not_changed: the reader refuses address 5, 9600 baud"])
        #expect(bench.statuses == [OSDPDriverTests.online])
    }

    /// In the secure channel, and after the window has ended without the reader.
    @Test func aMoveIsSaidInTheChannelOnly() throws {
        var reader = OSDPPeripheral(key: OSDPSecureTests.readerKey)
        reader.baud = 9_600
        var bench = try OSDPBench(["secure": "required"], reader, key: OSDPSecureTests.siteKey)
        bench.open()
        bench.run(milliseconds: 1_000)
        bench.feed(.commission(reader: 0, .seconds(30)))
        bench.feed(.moveReader(0, address: 3, baud: 38_400))
        bench.run(milliseconds: 3_000)
        #expect(bench.commissioned == ["line_changed: the reader answers at address 3, 38400 baud"])
        #expect(bench.peripherals[0].isSecure)
        #expect(!bench.sent.contains { $0[5] & 8 == 0 && $0[6] == 0x6E })
        bench.absent = [3]
        bench.run(milliseconds: 9_000)
        bench.feed(.commission(reader: 0, .seconds(30)))
        bench.feed(.moveReader(0, address: 4, baud: nil))
        bench.run(milliseconds: 40_000)
        #expect(bench.commissioned.last == "line_not_changed: the window ended before the reader answered")
    }
}

/// What is told of keys in the window.
struct OSDPCommissioningTests {
    @Test func aKeyIsToldAndNeverShown() throws {
        var bench = try OSDPBench(["secure": "install"], OSDPPeripheral(), key: OSDPSecureTests.siteKey)
        bench.open()
        bench.run(milliseconds: 2_000)
        #expect(bench.commissioned == [])
        bench.feed(.commission(reader: 0, .seconds(600)))
        bench.run(milliseconds: 5_000)
        #expect(bench.commissioned == ["key_set: " + OSDPVectorTests.identity.words])
    }

    @Test func anotherKeyIsToldOnce() throws {
        let other = OSDPKey([UInt8](repeating: 7, count: 16))
        var bench = try OSDPBench(
            ["secure": "install"], OSDPPeripheral(key: other), key: OSDPSecureTests.siteKey)
        bench.open()
        bench.run(milliseconds: 15_000)
        bench.feed(.commission(reader: 0, .seconds(60)))
        bench.run(milliseconds: 70_000)
        #expect(bench.commissioned == ["key_refused: the reader has another key, and not the factory's"])
    }
}

/// Outputs that do what they are told, inputs that see who passes.
struct OSDPContactTests {
    private static func bench(
        _ options: [String: String], _ peripheral: OSDPPeripheral = OSDPPeripheral()
    ) throws -> OSDPBench {
        let line = DriverLine(
            readers: [["secure": "off"]], barriers: [options.merging(["secure": "off"]) { $1 }])
        var bench = try OSDPBench(line, [peripheral])
        bench.open()
        bench.run(milliseconds: 1_000)
        return bench
    }

    /// One that was seen to be on before; a device that always says off proves nothing.
    @Test(arguments: [(true, true), (false, true), (false, false)])
    func anOutputThatDoesNotFollowOpenedNothing(follows: Bool, wasSeenOn: Bool) throws {
        var peripheral = OSDPPeripheral()
        peripheral.outputs = [0, 0]
        var bench = try Self.bench(["pulse": "1s", "output": "1"], peripheral)
        if wasSeenOn {
            bench.feed(.openBarrier(0, .entering))
            bench.run(milliseconds: 950)
            bench.peripherals[0].outputs = [0, 0]
            bench.run(milliseconds: 1_000)
        }
        bench.peripherals[0].doesWhatItIsTold = follows
        bench.feed(.openBarrier(0, .entering))
        bench.run(milliseconds: 500)
        #expect(bench.barrierWords == (follows || !wasSeenOn ? [] : ["0 not opened"]))
        let fault = DriverStatus.fault("output 1 is off and should be on")
        #expect(bench.statuses == (follows ? [OSDPDriverTests.online] : [OSDPDriverTests.online, fault]))
        bench.peripherals[0].doesWhatItIsTold = true
        bench.feed(.openBarrier(0, .entering))
        bench.run(milliseconds: 500)
        #expect(bench.statuses.last == OSDPDriverTests.online)
    }

    /// Stuck after its pulse, or switched by somebody else: found out within ten seconds and told again.
    @Test func anOutputThatStaysOnIsToldAgain() throws {
        var peripheral = OSDPPeripheral()
        peripheral.outputs = [0]
        var bench = try Self.bench([:], peripheral)
        bench.peripherals[0].outputs = [1]
        bench.peripherals[0].doesWhatItIsTold = false
        bench.run(milliseconds: 11_000)
        #expect(bench.statuses.last == .fault("output 0 is on and should be off"))
        bench.peripherals[0].doesWhatItIsTold = true
        bench.run(milliseconds: 21_000)
        #expect(bench.statuses.last == OSDPDriverTests.online)
        #expect(bench.peripherals[0].outputs == [0])
    }

    @Test func aDeviceThatDoesNotTellItsOutputsIsNotAskedAgain() throws {
        var peripheral = OSDPPeripheral()
        peripheral.refuses = 0x66
        var bench = try Self.bench([:], peripheral)
        for _ in 0..<3 {
            bench.feed(.openBarrier(0, .entering))
            bench.run(milliseconds: 20_000)
        }
        #expect(bench.peripherals[0].commands.filter { $0[0] == 0x66 }.count == 1)
        #expect(bench.statuses == [OSDPDriverTests.online])
        #expect(bench.barrierWords == [])
    }

    @Test func anInputSeesWhoPasses() throws {
        var peripheral = OSDPPeripheral()
        peripheral.inputs = [0, 0]
        var bench = try Self.bench(["pass_input": "2", "pass_time": "5s"], peripheral)
        bench.feed(.openBarrier(0, .leaving))
        bench.run(milliseconds: 300)
        bench.peripherals[0].events = [[0x49, 0, 1], [0x49, 0, 0], [0x49, 0, 1]]
        bench.peripherals[0].inputs = [0, 1]
        bench.run(milliseconds: 500)
        #expect(bench.barrierWords == ["0 passed leaving", "0 passed unknown"])
        bench.feed(.openBarrier(0, .entering))
        bench.run(milliseconds: 6_000)
        #expect(bench.barrierWords.last == "0 not passed")
        #expect((bench.driver as? any PassageReporting)?.passagePatience(ofBarrier: 0) == .seconds(7))
    }

    /// Inputs that are never told: it is a fault, and of who passed nobody says anything. So with a device
    /// that goes while somebody walks through.
    @Test(arguments: [[0] as [UInt8], nil])
    func inputsThatAreNotToldSayNothingOfWhoPassed(inputs: [UInt8]?) throws {
        var peripheral = OSDPPeripheral()
        peripheral.inputs = inputs
        if inputs == nil { peripheral.refuses = 0x65 }
        var bench = try Self.bench(["pass_input": "2", "pass_time": "5s"], peripheral)
        guard case .fault(let words) = bench.statuses.last else {
            Issue.record("no fault: \(bench.statuses)")
            return
        }
        #expect(words.contains("input 2 is configured"))
        bench.feed(.openBarrier(0, .entering))
        bench.run(milliseconds: 6_000)
        #expect(bench.barrierWords == [])
    }

    @Test func aDeviceThatGoesMeanwhileSaysNothingOfWhoPassed() throws {
        var peripheral = OSDPPeripheral()
        peripheral.inputs = [0, 0]
        var bench = try Self.bench(["pass_input": "2", "pass_time": "5s"], peripheral)
        bench.feed(.openBarrier(0, .entering))
        bench.run(milliseconds: 1_000)
        bench.absent = [bench.peripherals[0].address]
        bench.run(milliseconds: 6_000)
        #expect(bench.barrierWords == [])
    }

    /// Told in a poll, or found when it is asked; one that rings when the device is met rings.
    @Test func anInputHearsTheFireAlarm() throws {
        var peripheral = OSDPPeripheral()
        peripheral.inputs = [1]
        var bench = try Self.bench(["fire_input": "1"], peripheral)
        #expect(bench.barrierWords == ["0 fire true"])
        bench.peripherals[0].inputs = [0]
        bench.run(milliseconds: 2_000)
        #expect(bench.barrierWords == ["0 fire true", "0 fire false"])
        #expect((bench.driver as? any PassageReporting)?.passagePatience(ofBarrier: 0) == nil)
    }

    @Test func aReleaseOutlivesThePort() throws {
        var bench = try Self.bench([:])
        bench.feed(.release(true))
        bench.run(milliseconds: 500)
        bench.forgetOutputs()
        bench.peripherals[0].restart()
        bench.open(isReleased: true)
        bench.run(milliseconds: 1_000)
        let orders = bench.peripherals[0].commands.filter { $0[0] == 0x68 }
        #expect(orders.map { $0[2] } == [1, 2, 2])
    }
}
