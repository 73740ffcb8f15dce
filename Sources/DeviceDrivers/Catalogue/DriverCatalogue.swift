/// Every driver there is, by name.
public enum DriverCatalogue {
    /// Readers first, then barriers; the order of help and lists.
    public static let all: [DriverDescriptor] = [
        ResidentIDCardDriver.descriptor, RDM6300Driver.descriptor, ASCIILineDriver.descriptor,
        BinaryFrameDriver.descriptor, WiegandSerialDriver.descriptor, VbarDriver.descriptor,
        KeyboardWedgeDriver.descriptor, OSDPDriver.descriptor, HIDPOSDriver.descriptor,
        HIDIDCardDriver.descriptor,
        LCUSRelayDriver.descriptor, ModbusRelayDriver.descriptor, KMtronicRelayDriver.descriptor,
        NumatoRelayDriver.descriptor, HIDRelayDriver.descriptor, ATT203Driver.descriptor,
        CatraxDriver.descriptor, ACATRI018Driver.descriptor, TPW321Driver.descriptor,
        OSDPDriver.outputDescriptor,
    ]

    public static func descriptor(_ name: String) throws(DriverError) -> DriverDescriptor {
        guard let descriptor = all.first(where: { $0.name == name }) else {
            throw .unknownDriver(name, known: all.map(\.name))
        }
        return descriptor
    }

    /// Makes the driver of a line.
    ///
    /// - Parameter name: of any device of a bus; a driver that is no bus gets its one device's options.
    /// - Throws: as `make(_:options:)`, and for a key that is missing.
    public static func make(
        _ name: String, on line: DriverLine
    ) throws(DriverError) -> any DeviceDriver {
        if try descriptor(name).bus == OSDPDriver.descriptor.bus { return try OSDPDriver(line) }
        return try make(name, options: line.readers.first ?? line.barriers.first ?? [:])
    }

    /// Makes a driver for one device.
    ///
    /// - Parameter options: options of the protocol by name; what is missing takes its default. Options of
    ///   the line are not among them: see `DriverDescriptor.splittingLineOptions`.
    /// - Throws: `DriverError` that names driver, option and the allowed values.
    public static func make(
        _ name: String, options: [String: String]
    ) throws(DriverError) -> any DeviceDriver {
        let descriptor = try descriptor(name)
        let reader = try OptionReader(options, of: name, declared: descriptor.options)
        switch name {
        case ResidentIDCardDriver.descriptor.name: return ResidentIDCardDriver()
        case RDM6300Driver.descriptor.name: return try RDM6300Driver(reader)
        case ASCIILineDriver.descriptor.name: return try ASCIILineDriver(reader)
        case KeyboardWedgeDriver.descriptor.name: return try KeyboardWedgeDriver(reader)
        case BinaryFrameDriver.descriptor.name: return try BinaryFrameDriver(reader)
        case WiegandSerialDriver.descriptor.name: return try WiegandSerialDriver(reader)
        case VbarDriver.descriptor.name: return try VbarDriver(reader)
        case HIDPOSDriver.descriptor.name: return try HIDPOSDriver(reader)
        case HIDIDCardDriver.descriptor.name: return try HIDIDCardDriver(reader)
        case OSDPDriver.descriptor.name: return try OSDPDriver(DriverLine(readers: [options]))
        case OSDPDriver.outputDescriptor.name:
            return try OSDPDriver(DriverLine(readers: [], barriers: [options]))
        case LCUSRelayDriver.descriptor.name: return try LCUSRelayDriver(reader)
        case ModbusRelayDriver.descriptor.name: return try ModbusRelayDriver(reader)
        case KMtronicRelayDriver.descriptor.name: return try KMtronicRelayDriver(reader)
        case NumatoRelayDriver.descriptor.name: return try NumatoRelayDriver(reader)
        case HIDRelayDriver.descriptor.name: return try HIDRelayDriver(reader)
        case ATT203Driver.descriptor.name: return try ATT203Driver(reader)
        case CatraxDriver.descriptor.name: return try CatraxDriver(reader)
        case ACATRI018Driver.descriptor.name: return try ACATRI018Driver(reader)
        case TPW321Driver.descriptor.name: return try TPW321Driver(reader)
        default: preconditionFailure("driver \(name) is listed, and nothing makes it")
        }
    }
}
