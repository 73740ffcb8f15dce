import SiteModel

/// One output of an OSDP device that opens a lane.
struct OSDPBarrier: Sendable {
    /// Index among the devices of the line.
    let device: Int
    let number: UInt8
    /// Tenths of a second, at least 1.
    let pulseTenths: UInt16

    static let output = DriverOption(
        "output", .wholeNumber(0...15, unit: ""), default: "0", "Output of the device, as it numbers them.")
    static let pulse = DriverOption(
        "pulse", .duration(.milliseconds(100)...(.seconds(10))), default: "500ms",
        "How long the output stays on, in whole tenths of a second.")

    /// Finds the device among those of the line, or adds it.
    ///
    /// - Throws: `DriverError` when the device has other settings already, or the output opens another lane.
    init(
        _ options: [String: String], _ secrets: DriverSecrets, number index: Int,
        _ devices: inout [OSDPDevice]
    ) throws(DriverError) {
        let descriptor = OSDPDriver.outputDescriptor
        let reader = try OptionReader(options, of: descriptor.name, declared: descriptor.options)
        let settings = try OSDPSettings(reader, secrets, isReader: false)
        number = UInt8(try reader.wholeNumber("output"))
        pulseTenths = UInt16((try reader.duration("pulse").wholeMilliseconds + 99) / 100)
        if let found = devices.firstIndex(where: { $0.settings.address == settings.address }) {
            guard devices[found].settings.texts == settings.texts else {
                throw reader.conflict(
                    "secure, key, key_kind and poll of address \(settings.address) must be those of the"
                        + " reader with this address")
            }
            device = found
        } else {
            device = devices.count
            devices.append(OSDPDevice(settings))
        }
        guard devices[device].barriers[number] == nil else {
            throw reader.conflict("output \(number) of address \(settings.address) is given twice")
        }
        devices[device].barriers[number] = index
    }
}
