import SiteModel

/// Inputs of a board or an OSDP device that see people pass, or hear the fire alarm.
struct PassSensors: Sendable {
    static let options = [
        DriverOption(
            "pass_input", .wholeNumber(0...64, unit: ""), default: "0",
            "Input of the sensor that sees who has passed, from 1; 0 for none."),
        DriverOption(
            "pass_input_leaving", .wholeNumber(0...64, unit: ""), default: "0",
            "Input of a second sensor, for who leaves; 0 when one sees both."),
        DriverOption(
            "active", .choice(["closed", "open"]), default: "closed",
            "The contact of a sensor that sees somebody."),
        DriverOption(
            "fire_input", .wholeNumber(0...64, unit: ""), default: "0",
            "Input of the site's fire alarm, which releases all lanes, from 1; 0 for none."),
        DriverOption(
            "fire_active", .choice(["closed", "open"]), default: "closed",
            "The contact of the fire alarm when it rings."),
        PassageWatch.option,
    ]

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

    /// The highest number that matters; 0 for none.
    var last: Int { max(entering, leaving, fire) }

    private func isSet(_ input: Int, _ bits: UInt64) -> Bool {
        input != 0 && bits >> UInt64(input - 1) & 1 == 1
    }
}

extension PassSensors {
    /// Asks a Modbus board for all inputs up to the last that matters, in whole bytes.
    func request(_ address: UInt8) -> [UInt8] {
        ModbusFrame.request(address, ModbusFrame.readInputs, 0, UInt16(inputByteCount * 8))
    }

    /// Closed contacts of its answer, the first in bit 0; nil when it is of another length.
    func inputs(of frame: [UInt8]) -> UInt64? {
        guard Int(frame[2]) == inputByteCount else { return nil }
        return frame[3..<(3 + inputByteCount)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }

    private var inputByteCount: Int { (last + 7) / 8 }
}
