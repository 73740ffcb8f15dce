import SiteModel

/// Inputs of a Modbus board that see people pass.
struct ModbusSensors: Sendable {
    /// From 1 on; 0 for none.
    private let entering: Int
    private let leaving: Int
    private let isActiveWhenOpen: Bool

    init(_ options: OptionReader) throws(DriverError) {
        entering = try options.wholeNumber("pass_input")
        leaving = try options.wholeNumber("pass_input_leaving")
        isActiveWhenOpen = try options.choice("active") == "open"
        if leaving != 0, entering == 0 || entering == leaving {
            throw options.conflict("pass_input_leaving is a second sensor: set pass_input to the first")
        }
    }

    var areAny: Bool { entering != 0 }

    /// Asks for all inputs up to the last that matters, in whole bytes.
    func request(_ address: UInt8) -> [UInt8] {
        ModbusFrame.request(address, ModbusFrame.readInputs, 0, UInt16(inputByteCount * 8))
    }

    /// Active inputs of an answer, the first in bit 0; nil when it is of another length.
    func inputs(of frame: [UInt8]) -> UInt64? {
        guard Int(frame[2]) == inputByteCount else { return nil }
        let bits = frame[3..<(3 + inputByteCount)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return isActiveWhenOpen ? ~bits : bits
    }

    /// Who passed, by the inputs that have become active. One sensor for both directions sees whom the lane
    /// let through, or somebody of unknown direction.
    func passed(_ risen: UInt64, granted: Direction?) -> [Direction] {
        var directions: [Direction] = []
        if isSet(entering, risen) { directions.append(leaving == 0 ? granted ?? .unknown : .entering) }
        if isSet(leaving, risen) { directions.append(.leaving) }
        return directions
    }

    private var inputByteCount: Int { (max(entering, leaving) + 7) / 8 }

    private func isSet(_ input: Int, _ bits: UInt64) -> Bool {
        input != 0 && bits >> UInt64(input - 1) & 1 == 1
    }
}
