import SiteModel
import Testing

@testable import DeviceDrivers

/// Boards that were told to open and say no.
struct RefusedOpeningTests {
    /// Not understood twice: nobody passes on that command, and nobody is waited for.
    @Test func aCatraxBoardThatRefusesTheOpeningOpensNothing() throws {
        let refusal = Samples.bytes("02 02 00 15 15")
        var probe = try DriverProbe("catrax")
        probe.handle(.opened(random: 0), at: 0)
        for time in [Int64(10), 20] { probe.feed(refusal, at: time) }
        #expect(!probe.outputs.contains(.notOpened(barrier: 0)), "that was no opening")
        probe.feed(Samples.bytes("02 02 00 06 06"), at: 30)
        probe.handle(.open(.entering), at: 1_000)
        probe.feed(refusal, at: 1_010)
        #expect(!probe.outputs.contains(.notOpened(barrier: 0)))
        probe.feed(refusal, at: 1_020)
        #expect(probe.outputs.contains(.notOpened(barrier: 0)))
        for time in stride(from: Int64(1_500), through: 9_000, by: 500) { probe.handle(.woken, at: time) }
        #expect(!probe.outputs.contains(.notPassed))
    }

    /// The lane did not open, and shall not later for whoever stands there then. Off is said until it is
    /// taken.
    @Test func aModbusBoardThatRefusesThePulseOpensNothing() throws {
        let (on, off) = (
            ModbusFrame.write(1, coil: 0, isOn: true), ModbusFrame.write(1, coil: 0, isOn: false)
        )
        let refusal = Samples.bytes("01 85 02 C3 51")
        var probe = try DriverProbe("modbus-relay", ["pass_input": "1"])
        probe.handle(.opened(random: 0), at: 0)
        probe.feed(refusal, at: 10)
        probe.handle(.woken, at: 210)
        probe.feed(off, at: 220)
        #expect(!probe.outputs.contains(.notOpened(barrier: 0)), "that was no opening")
        probe.forgetOutputs()
        probe.handle(.open(.entering), at: 1_000)
        probe.feed(refusal, at: 1_010)
        #expect(probe.sent == [on])
        #expect(probe.outputs.contains(.notOpened(barrier: 0)))
        for time in stride(from: Int64(1_210), through: 9_000, by: 10) { probe.handle(.woken, at: time) }
        #expect(probe.sent.count > 2 && probe.sent.dropFirst().first == off)
        #expect(!probe.sent.dropFirst().contains(on))
        #expect(!probe.outputs.contains(.notPassed))
        #expect(probe.statuses.first == .fault("the board refuses function 05, reason 2"))
    }

    /// Reasons 5 and 6 of the protocol: not now. The pulse is tried again while it lasts.
    @Test(arguments: ["01 85 05 82 93", "01 85 06 C2 92"])
    func aModbusBoardThatIsBusyIsAskedAgain(refusal: String) throws {
        let on = ModbusFrame.write(1, coil: 0, isOn: true)
        var probe = try DriverProbe("modbus-relay")
        probe.handle(.opened(random: 0), at: 0)
        probe.feed(ModbusFrame.write(1, coil: 0, isOn: false), at: 10)
        probe.forgetOutputs()
        probe.handle(.open(.entering), at: 1_000)
        probe.feed(Samples.bytes(refusal), at: 1_010)
        probe.handle(.woken, at: 1_210)
        probe.feed(on, at: 1_220)
        #expect(probe.sent == [on, on])
        #expect(!probe.outputs.contains(.notOpened(barrier: 0)))
    }
}
