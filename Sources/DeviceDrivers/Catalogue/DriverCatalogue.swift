/// Every driver there is, by name.
public enum DriverCatalogue {
    /// Readers first, then barriers; the order of help and lists.
    public static let all: [DriverDescriptor] = [
        ResidentIDCardDriver.descriptor, RDM6300Driver.descriptor, ASCIILineDriver.descriptor,
        KeyboardWedgeDriver.descriptor, LCUSRelayDriver.descriptor,
    ]

    public static func descriptor(_ name: String) throws(DriverError) -> DriverDescriptor {
        guard let descriptor = all.first(where: { $0.name == name }) else {
            throw .unknownDriver(name, known: all.map(\.name))
        }
        return descriptor
    }

    /// Makes a driver.
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
        case LCUSRelayDriver.descriptor.name: return try LCUSRelayDriver(reader)
        default: preconditionFailure("driver \(name) is listed, and nothing makes it")
        }
    }
}
