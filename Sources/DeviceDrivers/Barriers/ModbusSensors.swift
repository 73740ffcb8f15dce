import SiteModel

/// Inputs of a Modbus board that see people pass, or hear the fire alarm.
struct ModbusSensors: Sendable {
    /// From 1 on; 0 for none.
    private let entering: Int
    private let leaving: Int
    private let fire: Int
    private let isActiveWhenOpen: Bool
    private let isFireWhenOpen: Bool

    init(_ options: OptionReader) throws(DriverError) {
        entering = try options.wholeNumber("pass_input")
        leaving = try options.wholeNumber("pass_input_leaving")
        fire = try options.wholeNumber("fire_input")
        isActiveWhenOpen = try options.choice("active") == "open"
        isFireWhenOpen = try options.choice("fire_active") == "open"
        if fire != 0, fire == entering || fire == leaving {
            throw options.conflict("fire_input is an input of its own")
        }
        if leaving != 0, entering == 0 || entering == leaving {
            throw options.conflict("pass_input_leaving is a second sensor: set pass_input to the first")
        }
    }

    /// Somebody is seen to pass.
    var seePassing: Bool { entering != 0 }
    var areAny: Bool { entering != 0 || fire != 0 }

    /// Asks for all inputs up to the last that matters, in whole bytes.
    func request(_ address: UInt8) -> [UInt8] {
        ModbusFrame.request(address, ModbusFrame.readInputs, 0, UInt16(inputByteCount * 8))
    }

    /// Closed contacts of an answer, the first in bit 0; nil when it is of another length.
    func inputs(of frame: [UInt8]) -> UInt64? {
        guard Int(frame[2]) == inputByteCount else { return nil }
        return frame[3..<(3 + inputByteCount)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }

    /// Inputs that see somebody now and did not before.
    func risen(_ closed: UInt64, before: UInt64) -> UInt64 {
        isActiveWhenOpen ? ~closed & before : closed & ~before
    }

    /// Nil where no fire alarm is wired.
    func isFire(_ closed: UInt64) -> Bool? {
        fire == 0 ? nil : isSet(fire, closed) != isFireWhenOpen
    }

    /// Who passed, by the inputs that have become active. One sensor for both directions sees whom the lane
    /// let through, or somebody of unknown direction.
    func passed(_ risen: UInt64, granted: Direction?) -> [Direction] {
        var directions: [Direction] = []
        if isSet(entering, risen) { directions.append(leaving == 0 ? granted ?? .unknown : .entering) }
        if isSet(leaving, risen) { directions.append(.leaving) }
        return directions
    }

    private var inputByteCount: Int { (max(entering, leaving, fire) + 7) / 8 }

    private func isSet(_ input: Int, _ bits: UInt64) -> Bool {
        input != 0 && bits >> UInt64(input - 1) & 1 == 1
    }
}
