import SiteModel
import Testing

@testable import DeviceDrivers

/// Barriers beyond their captures: worked frames, times, faults.
struct BarrierTests {
    /// Somebody came the other way while the one who was let through still stood there.
    @Test(arguments: [
        (Direction.entering, Direction.leaving, false), (.entering, .entering, true),
        (.entering, .unknown, true),
        (.unknown, .leaving, true),
    ])
    func whoGoesTheOtherWayEndsNobodysTime(granted: Direction, passed: Direction, isOver: Bool) {
        var watch = PassageWatch(patience: .seconds(6))
        watch.begin(granted, at: Uptime(milliseconds: 1_000))
        watch.passed(passed)
        for time in stride(from: Int64(1_500), through: 7_000, by: 500) {
            watch.looked(at: Uptime(milliseconds: time))
        }
        #expect(watch.expire(at: Uptime(milliseconds: 7_000)) == !isOver)
    }

    /// Nobody can say that nobody passed who did not look all the while.
    @Test(
        arguments: [
            (1_000...6_900, true), (1_000...5_000, false), (4_000...6_900, false), (0...0, false),
        ] as [(ClosedRange<Int64>, Bool)])
    func whoDidNotLookDoesNotKnow(looks: ClosedRange<Int64>, isKnown: Bool) {
        var watch = PassageWatch(patience: .seconds(6))
        watch.begin(.entering, at: Uptime(milliseconds: 1_000))
        for time in stride(from: looks.lowerBound, through: looks.upperBound, by: 100) where time > 0 {
            watch.looked(at: Uptime(milliseconds: time))
        }
        #expect(watch.expire(at: Uptime(milliseconds: 7_000)) == isKnown)
        let isSaidAgain = watch.expire(at: Uptime(milliseconds: 8_000))
        #expect(!isSaidAgain)
    }

    /// A board whose plug was pulled behind the adapter: the worker may have walked through.
    @Test(arguments: [true, false])
    func aModbusBoardThatFellSilentSaysNothingOfWhoPassed(isAnswering: Bool) throws {
        var probe = try DriverProbe("modbus-relay", ["pass_input": "1"])
        probe.handle(.opened(random: 0), at: 0)
        probe.feed(ModbusFrame.write(1, coil: 0, isOn: false), at: 1)
        probe.handle(.open(.entering), at: 10)
        let body: [UInt8] = [1, ModbusFrame.readInputs, 1, 0]
        var answeredCount = probe.sent.count - 1
        for time in stride(from: Int64(12), through: 7_000, by: 5) {
            probe.handle(.woken, at: time)
            guard isAnswering || time < 1_000, probe.sent.count > answeredCount,
                let request = probe.sent.last
            else { continue }
            answeredCount = probe.sent.count
            let isWrite = request[1] == ModbusFrame.writeCoil
            let coil: [UInt8] = [1, ModbusFrame.readCoils, 1, request[1] == 1 ? 0 : 0]
            let reply = isWrite ? nil : request[1] == ModbusFrame.readCoils ? coil : body
            probe.feed(reply.map { $0 + ModbusFrame.check(of: $0) } ?? request, at: time + 1)
        }
        #expect(probe.outputs.contains(.notPassed) == isAnswering)
    }

    @Test(arguments: [true, false])
    func aCatraxBoardThatTookNoCommandSaysNothingOfWhoPassed(isAnswering: Bool) throws {
        var probe = try DriverProbe("catrax")
        probe.handle(.opened(random: 0), at: 0)
        probe.feed(Samples.bytes("02 02 00 06 06"), at: 10)
        probe.handle(.open(.entering), at: 1_000)
        if isAnswering { probe.feed(Samples.bytes("02 02 00 06 06"), at: 1_010) }
        for time in stride(from: Int64(1_500), through: 7_500, by: 500) { probe.handle(.woken, at: time) }
        #expect(probe.outputs.contains(.notPassed) == isAnswering)
    }

    @Test(arguments: [true, false])
    func countersThatWereNotToldSayNothingOfWhoPassed(isAnswering: Bool) throws {
        var probe = try DriverProbe("tpw-321")
        probe.handle(.opened(random: 0), at: 0)
        for time in stride(from: Int64(100), through: 12_000, by: 100) {
            if time == 4_000 { probe.handle(.open(.entering), at: time) }
            let before = probe.sent.count
            probe.handle(.woken, at: time)
            guard isAnswering || time < 4_000 else { continue }
            for frame in probe.sent[before...] where frame[1] == 0x28 {
                probe.feed([0x02, 0x28, 0x02, frame[3], 0x30, 0x04], at: time + 20)
            }
        }
        #expect(probe.outputs.contains(.notPassed) == isAnswering)
    }

    /// What a release left over is about nobody.
    @Test(arguments: ["modbus-relay", "catrax", "tpw-321"])
    func aReleaseEndsTheWatch(driver: String) throws {
        var probe = try DriverProbe(driver, driver == "modbus-relay" ? ["pass_input": "1"] : [:])
        probe.handle(.opened(random: 0), at: 0)
        probe.handle(.open(.entering), at: 100)
        probe.handle(.release(true), at: 200)
        probe.handle(.open(.entering), at: 300)
        probe.handle(.release(false), at: 400)
        for time in stride(from: Int64(500), through: 9_000, by: 100) { probe.handle(.woken, at: time) }
        #expect(!probe.outputs.contains(.notPassed))
    }

    /// Side B pushes while side A was let through: A's right stands. Rights that a release renewed run out
    /// after it.
    @Test func aPushOnTheOtherSideEndsNobodysRight() throws {
        let (timeoutA, pushB) = (Samples.bytes("FE 44 01 00 00 00 AB"), Samples.bytes("FE 44 02 00 00 00 AB"))
        var probe = try DriverProbe("att203")
        probe.handle(.opened(random: 0), at: 0)
        probe.handle(.open(.entering), at: 1_000)
        probe.feed(pushB, at: 2_000)
        #expect(probe.outputs.contains(.pushed(.leaving)) && !probe.outputs.contains(.notPassed))
        probe.feed(timeoutA, at: 5_000)
        #expect(probe.outputs.contains(.notPassed))
        probe.handle(.release(true), at: 10_000)
        probe.handle(.release(false), at: 12_000)
        probe.handle(.open(.entering), at: 12_500)
        probe.forgetOutputs()
        for frame in [timeoutA, pushB] { probe.feed(frame, at: 14_000) }
        #expect(!probe.outputs.contains(.notPassed))
        probe.handle(.open(.entering), at: 30_000)
        probe.feed(timeoutA, at: 35_000)
        #expect(probe.outputs.contains(.notPassed))
    }

    /// Every barrier that switches a contact of ours: off at the start, on, off after the pulse.
    @Test(arguments: [
        ("modbus-relay", "01 05 00 00 FF 00 8C 3A", "01 05 00 00 00 00 CD CA"),
        ("kmtronic-relay", "FF 01 01", "FF 01 00"), ("lcus-relay", "A0 01 01 A2", "A0 01 00 A1"),
        ("numato-relay", "72 65 6C 61 79 20 6F 6E 20 30 0D", "72 65 6C 61 79 20 6F 66 66 20 30 0D"),
        ("hid-relay", "00 FF 01 00 00 00 00 00 00", "00 FD 01 00 00 00 00 00 00"),
    ])
    func aRelayIsOffOnOffAndOffAtTheEnd(driver: String, on: String, off: String) throws {
        let (on, off) = (Samples.bytes(on), Samples.bytes(off))
        func commands(_ probe: DriverProbe) -> [[UInt8]] {
            probe.outputs.compactMap {
                switch $0 {
                case .send(let bytes), .sendFeature(let bytes): bytes == on || bytes == off ? bytes : nil
                default: nil
                }
            }
        }
        var isOn: UInt8 = 0
        /// The Modbus board answers everything at once; the others need not.
        func tell(_ input: DriverInput, _ probe: inout DriverProbe, at milliseconds: Int64) {
            probe.handle(input, at: milliseconds)
            guard driver == "modbus-relay", let request = probe.sent.last else { return }
            if request[1] == ModbusFrame.writeCoil { isOn = request[4] == 0 ? 0 : 1 }
            let body = [1, ModbusFrame.readCoils, 1, isOn]
            let isWrite = request[1] == ModbusFrame.writeCoil
            probe.feed(isWrite ? request : body + ModbusFrame.check(of: body), at: milliseconds)
        }
        var probe = try DriverProbe(driver)
        tell(.opened(random: 0), &probe, at: 0)
        tell(.open(.entering), &probe, at: 1_000)
        #expect(commands(probe) == [off, on])
        tell(.woken, &probe, at: 1_499)
        #expect(commands(probe) == [off, on])
        tell(.woken, &probe, at: 1_510)
        #expect(commands(probe) == [off, on, off])
        probe.handle(.closing, at: 1_600)
        #expect(commands(probe) == [off, on, off, off])
        // Released, nothing switches it off but the end of the release.
        tell(.opened(random: 0), &probe, at: 2_000)
        probe.forgetOutputs()
        tell(.release(true), &probe, at: 3_000)
        tell(.open(.leaving), &probe, at: 3_100)
        tell(.woken, &probe, at: 3_900)
        probe.handle(.closing, at: 4_000)
        #expect(commands(probe) == [on])
        tell(.release(false), &probe, at: 5_000)
        #expect(commands(probe) == [on, off])
        #expect(probe.broken == nil)
    }

    /// The port came back while all lanes stand open: nothing closes for a moment.
    @Test(arguments: [
        ("modbus-relay", "01 05 00 00 FF 00 8C 3A"), ("kmtronic-relay", "FF 01 01"),
        ("lcus-relay", "A0 01 01 A2"), ("numato-relay", "72 65 6C 61 79 20 6F 6E 20 30 0D"),
        ("hid-relay", "00 FF 01 00 00 00 00 00 00"), ("att203", "FE 80 01 00 00 00 AB"),
        ("catrax", "02 03 00 4C 44 09"), ("ac-atri-018", "EB 01 42 00 A8"), ("tpw-321", "02 FF 00 04"),
    ])
    func aReleaseOutlivesThePort(driver: String, first: String) throws {
        var probe = try DriverProbe(driver)
        probe.handle(.opened(random: 0), at: 0)
        probe.handle(.release(true), at: 1_000)
        probe.forgetOutputs()
        probe.handle(.opened(random: 0, isReleased: true), at: 2_000)
        let sent = probe.outputs.compactMap { output -> [UInt8]? in
            switch output {
            case .send(let bytes), .sendFeature(let bytes): bytes
            default: nil
            }
        }
        #expect(sent.first == Samples.bytes(first))
        if driver == "tpw-321" { #expect(sent.last == Samples.bytes("02 14 02 31 31 04")) }
        // Its end is told as ever, and a port that opens after it begins closed.
        probe.forgetOutputs()
        probe.handle(.closing, at: 3_000)
        #expect(probe.sent.isEmpty)
        probe.handle(.opened(random: 0), at: 4_000)
        let closed = probe.outputs
        #expect(!closed.contains(.send(Samples.bytes(first))) || driver == "tpw-321")
    }

    /// Turnstile boards end a right to pass themselves; what they have of a mode is closed at the start and
    /// at the end.
    @Test(arguments: [
        ("att203", [], []), ("catrax", ["02 02 00 43 43"], ["02 02 00 43 43"]),
        ("ac-atri-018", ["EB 01 43 00 A9", "EB 01 4B 00 A1"], []),
        ("tpw-321", ["02 FF 00 04", "02 41 01 31 04", "02 14 02 30 30 04"], ["02 41 01 31 04"]),
        // A pulse is the device's own; at the start it is told off once it is met.
        ("osdp-output", ["FF 53 00 09 00 04 61 00 C0 66"], []),
    ])
    func aBoardIsClosedAtTheStartAndAtTheEnd(driver: String, start: [String], end: [String]) throws {
        var probe = try DriverProbe(driver, driver == "osdp-output" ? ["secure": "off"] : [:])
        probe.handle(.opened(random: 0), at: 0)
        #expect(probe.sent == start.map(Samples.bytes))
        probe.handle(.open(.entering), at: 100)
        probe.forgetOutputs()
        probe.handle(.closing, at: 200)
        #expect(probe.sent == end.map(Samples.bytes))
    }

    /// The board's own word after each command: off, on, stuck on.
    @Test func aHIDRelayIsReadBack() throws {
        func state(_ mask: UInt8) -> [UInt8] { [0] + Array("ABCDE".utf8) + [0, 0, mask] }
        var probe = try DriverProbe("hid-relay", ["channel": "2"])
        probe.handle(.opened(random: 0), at: 0)
        probe.handle(.woken, at: 100)
        #expect(probe.outputs.contains(.readFeature(id: 0, byteCount: 9)))
        probe.feed(state(0b01), at: 110)
        probe.handle(.open(.entering), at: 1_000)
        probe.handle(.woken, at: 1_100)
        probe.feed(state(0b10), at: 1_110)
        #expect(probe.statuses == [.answering])
        probe.handle(.woken, at: 1_500)
        probe.handle(.woken, at: 1_600)
        probe.forgetOutputs()
        probe.feed(state(0b10), at: 1_610)
        #expect(probe.statuses == [.fault("the relay is on and should be off")])
        #expect(probe.outputs.contains(.sendFeature([0, 0xFD, 2, 0, 0, 0, 0, 0, 0])))
        #expect(probe.broken == nil)
    }

    @Test func aHIDRelayThatCannotBeReadIsNotAskedAgain() throws {
        var probe = try DriverProbe("hid-relay")
        probe.handle(.opened(random: 0), at: 0)
        probe.handle(.woken, at: 100)
        probe.feed([], at: 110)
        probe.forgetOutputs()
        probe.handle(.open(.entering), at: 1_000)
        for time in stride(from: Int64(1_100), to: 60_000, by: 100) { probe.handle(.woken, at: time) }
        #expect(!probe.outputs.contains { if case .readFeature = $0 { true } else { false } })
        #expect(probe.statuses.isEmpty)
        probe.feed([1, 2, 3], at: 61_000)
        #expect(probe.discards == [.unexpected: 3])
    }

    /// Section 6.2.
    @Test func theWorkedFramesOfModbus() {
        func frame(_ coil: UInt8, _ isOn: Bool) -> [UInt8] { ModbusFrame.write(1, coil: coil, isOn: isOn) }
        #expect(frame(0, true) == Samples.bytes("01 05 00 00 FF 00 8C 3A"))
        #expect(frame(0, false) == Samples.bytes("01 05 00 00 00 00 CD CA"))
        #expect(frame(1, true) == Samples.bytes("01 05 00 01 FF 00 DD FA"))
        #expect(frame(1, false) == Samples.bytes("01 05 00 01 00 00 9C 0A"))
        #expect(ModbusFrame.request(1, 1, 0, 8) == Samples.bytes("01 01 00 00 00 08 3D CC"))
        #expect(ModbusFrame.request(1, 2, 0, 8) == Samples.bytes("01 02 00 00 00 08 79 CC"))
        #expect(ModbusFrame.request(1, 6, 2, 0x0F0F) == Samples.bytes("01 06 00 02 0F 0F 6D FE"))
        let all = Samples.bytes("01 0F 00 00 00 08 01 FF")
        #expect(ModbusFrame.check(of: all) == Samples.bytes("BE D5"))
        for reply in ["01 01 01 01 90 48", "01 02 01 00 A1 88", "01 85 02 C3 51"] {
            var pending = PendingBytes()
            pending.append(Samples.bytes(reply))
            guard case .whole(pending.count) = ModbusFrame.start(of: pending, from: 1) else {
                Issue.record("\(reply) is no whole frame")
                continue
            }
        }
    }

    /// A board that hears nothing is asked again every 300 ms and told of after two misses; what it then
    /// hears is what holds now, not what held then.
    @Test func aWriteIsRepeatedUntilItIsEchoed() throws {
        var probe = try DriverProbe("modbus-relay")
        let (on, off) = (
            ModbusFrame.write(1, coil: 0, isOn: true), ModbusFrame.write(1, coil: 0, isOn: false)
        )
        probe.handle(.opened(random: 0), at: 0)
        probe.feed(off, at: 10)
        probe.forgetOutputs()
        probe.handle(.open(.entering), at: 1_000)
        probe.handle(.woken, at: 1_300)
        #expect(probe.sent == [on, on])
        #expect(probe.statuses == [])
        probe.handle(.woken, at: 1_600)
        #expect(probe.sent == [on, on, off])
        #expect(probe.statuses == [.silent])
        probe.feed(on, at: 1_610)
        #expect(probe.discards == [.unexpected: 8])
        probe.feed(off, at: 1_620)
        #expect(probe.statuses == [.silent, .answering])
        #expect(probe.broken == nil)
    }

    /// The service ends while an answer is due: the order is held. One that cannot be sent opened nothing.
    @Test func theLastOrderIsHeldUntilItIsSent() throws {
        let (on, off) = (
            ModbusFrame.write(1, coil: 0, isOn: true), ModbusFrame.write(1, coil: 0, isOn: false)
        )
        for isAnswered in [true, false] {
            var probe = try DriverProbe("modbus-relay")
            let isHolding = { (probe.driver as? any OrderKeeping)?.holdsOrder == true }
            probe.handle(.opened(random: 0), at: 0)
            #expect(!isHolding())
            probe.handle(.open(.entering), at: 10)
            #expect(isHolding() && probe.sent == [off])
            if isAnswered {
                probe.feed(off, at: 20)
                probe.handle(.woken, at: 25)
                probe.feed(on, at: 40)
                #expect(!isHolding())
            }
            probe.forgetOutputs()
            probe.handle(.closing, at: 60)
            #expect(probe.outputs.contains(.notOpened(barrier: 0)) == !isAnswered)
            #expect(probe.sent == [off])
        }
    }

    @Test func theLineIsQuietForFiveMillisecondsBetweenFrames() throws {
        var probe = try DriverProbe("modbus-relay", ["pass_input": "1"])
        probe.handle(.opened(random: 0), at: 0)
        probe.feed(ModbusFrame.write(1, coil: 0, isOn: false), at: 20)
        #expect(probe.sent.count == 1)
        #expect(probe.outputs.last == .wake(after: .milliseconds(5)))
        probe.handle(.open(.entering), at: 22)
        probe.handle(.woken, at: 24)
        #expect(probe.sent.count == 1)
        probe.handle(.woken, at: 25)
        #expect(probe.sent.last == ModbusFrame.write(1, coil: 0, isOn: true))
    }

    /// Sensors: one for both ways takes the way of the grant, two tell it themselves; an active one at the
    /// start is nobody.
    @Test(
        arguments: [
            ([:], Direction.entering, [0, 1], [Direction.entering]),
            ([:], .leaving, [0, 1, 1, 0, 1], [.leaving, .unknown]),
            ([:], nil, [1, 1, 0, 1], [.unknown]), (["active": "open"], .entering, [1, 0], [.entering]),
            (["pass_input_leaving": "2"], .entering, [0, 2, 0, 1], [.leaving, .entering]),
            (["pass_input_leaving": "9"], nil, [0, 0x100], [.leaving]),
        ] as [([String: String], Direction?, [UInt16], [Direction])])
    func sensorsSeeWhoPasses(
        options: [String: String], granted: Direction?, inputs: [UInt16], expected: [Direction]
    ) throws {
        let isWide = options["pass_input_leaving"] == "9"
        var probe = try DriverProbe(
            "modbus-relay", options.merging(["pass_input": "1", "pulse": "10s"]) { $1 })
        probe.handle(.opened(random: 0), at: 0)
        probe.feed(ModbusFrame.write(1, coil: 0, isOn: false), at: 1)
        var time: Int64 = 10
        for (index, bits) in inputs.enumerated() {
            probe.handle(.woken, at: time)
            let bytes = [UInt8(bits & 0xFF), UInt8(bits >> 8)].prefix(isWide ? 2 : 1)
            let body = [1, 2, UInt8(bytes.count)] + bytes
            probe.feed(body + ModbusFrame.check(of: body), at: time + 5)
            if index == 0, let granted {
                probe.handle(.open(granted), at: time + 12)
                probe.feed(ModbusFrame.write(1, coil: 0, isOn: true), at: time + 20)
            }
            time += 60
        }
        #expect(probe.passed == expected)
        #expect(probe.discards == [:])
        #expect(probe.broken == nil)
    }

    /// An alarm that rings at the start rings; it is told once, and once that it is over.
    @Test(
        arguments: [
            ([0, 4, 4, 0], [false, true, false]), ([4, 4, 0], [true, false]), ([0, 0], [false]),
            ([0, 5, 5], [false, true]),
        ] as [([UInt8], [Bool])])
    func theFireAlarmIsHeard(inputs: [UInt8], expected: [Bool]) throws {
        for isOpenActive in [false, true] {
            var probe = try DriverProbe(
                "modbus-relay", ["fire_input": "3", "fire_active": isOpenActive ? "open" : "closed"])
            probe.handle(.opened(random: 0), at: 0)
            probe.feed(ModbusFrame.write(1, coil: 0, isOn: false), at: 1)
            var time: Int64 = 10
            for bits in inputs {
                probe.handle(.woken, at: time)
                let body = [1, 2, 1, isOpenActive ? ~bits : bits]
                probe.feed(body + ModbusFrame.check(of: body), at: time + 5)
                time += 60
            }
            let told = probe.outputs.compactMap { output -> Bool? in
                if case .fireInput(let isActive) = output { isActive } else { nil }
            }
            #expect(told == expected)
            #expect(probe.passed == [])
            #expect(probe.broken == nil)
        }
    }

    /// Sections 7.1 to 7.4: what is sent for each order.
    @Test(arguments: [
        ("att203", DriverInput.open(.entering), ["FE 80 01 00 00 00 AB"]),
        ("att203", .open(.leaving), ["FE 80 02 00 00 00 AB"]),
        ("catrax", .open(.entering), ["02 02 00 48 48"]), ("catrax", .open(.leaving), ["02 02 00 41 41"]),
        ("catrax", .open(.unknown), ["02 02 00 44 44"]), ("catrax", .release(true), ["02 03 00 4C 44 09"]),
        ("catrax", .release(false), ["02 02 00 43 43"]),
        ("ac-atri-018", .open(.entering), ["EB 01 40 00 AA"]),
        ("ac-atri-018", .open(.leaving), ["EB 01 41 00 AB"]),
        ("ac-atri-018", .release(true), ["EB 01 42 00 A8"]),
        ("ac-atri-018", .release(false), ["EB 01 43 00 A9"]),
        ("ac-atri-018", .opened(random: 0), ["EB 01 43 00 A9", "EB 01 4B 00 A1"]),
        ("tpw-321", .open(.entering), ["02 41 01 32 04"]), ("tpw-321", .open(.leaving), ["02 41 01 33 04"]),
        ("tpw-321", .release(true), ["02 14 02 31 31 04"]),
        ("tpw-321", .opened(random: 0), ["02 FF 00 04", "02 41 01 31 04", "02 14 02 30 30 04"]),
    ])
    func boardsAreToldInTheirOwnWords(driver: String, order: DriverInput, frames: [String]) throws {
        var probe = try DriverProbe(driver)
        probe.handle(order, at: 1_000)
        #expect(probe.sent == frames.map(Samples.bytes))
    }

    @Test(arguments: [
        ("att203", "FE 81 01 00 00 00 AB", Direction.entering), ("att203", "FE 81 02 00 00 00 AB", .leaving),
        ("catrax", "02 02 00 1A 1A", .entering), ("catrax", "02 02 00 1B 1B", .leaving),
    ])
    func boardsTellWhoPassed(driver: String, frame: String, direction: Direction) throws {
        for _ in 0..<2 {
            var probe = try DriverProbe(driver)
            probe.handle(.open(direction), at: 1_000)
            for byte in Samples.bytes(frame) { probe.feed([byte], at: 2_000) }
            #expect(probe.passed == [direction])
            probe.handle(.woken, at: 60_000)
            #expect(!probe.outputs.contains(.notPassed))
            #expect(probe.broken == nil)
        }
    }

    /// 5 MB of random bytes: nobody is let through, and nobody seems to have passed.
    @Test(arguments: ["att203", "catrax", "modbus-relay", "ac-atri-018"])
    func noiseLetsNobodyThrough(driver: String) throws {
        var random = SeededGenerator(seed: 7)
        var probe = try DriverProbe(driver, driver == "modbus-relay" ? ["pass_input": "1"] : [:])
        probe.handle(.opened(random: 0), at: 0)
        for time in Int64(1)...1_250 {
            probe.forgetOutputs()
            probe.feed(random.bytes(4_000), at: time)
            #expect(probe.passed == [])
        }
        #expect(probe.broken == nil)
    }

    @Test(arguments: ["lcus-relay", "kmtronic-relay", "numato-relay", "hid-relay", "modbus-relay"])
    func aPulseHasItsBounds(driver: String) throws {
        for (pulse, isAllowed) in [("99ms", false), ("100ms", true), ("10s", true), ("11s", false)] {
            let made = Result { try DriverCatalogue.make(driver, options: ["pulse": pulse]) }
            #expect(((try? made.get()) != nil) == isAllowed, "\(pulse)")  // try?: the error is the answer
        }
    }
}

extension DriverProbe {
    fileprivate var passed: [Direction] {
        outputs.compactMap { if case .passed(let direction) = $0 { direction } else { nil } }
    }
}
