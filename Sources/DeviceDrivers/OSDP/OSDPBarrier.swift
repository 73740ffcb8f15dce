import SiteModel

/// One output of an OSDP device that opens a lane, and the inputs that see who passes.
struct OSDPBarrier: Sendable {
    /// Index among the devices of the line.
    let device: Int
    let number: UInt8
    /// Tenths of a second, at least 1.
    let pulseTenths: UInt16
    let sensors: PassSensors
    private(set) var watch: PassageWatch
    private var lastInputs: UInt64?
    /// Nil until it was heard, which is told too. Kept over a lost line: the end of an alarm is told when it
    /// is seen.
    private var isFireActive: Bool?

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
        sensors = try PassSensors(reader)
        watch = PassageWatch(patience: try reader.duration("pass_time"))
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
        guard devices[device].outputs.barriers[number] == nil else {
            throw reader.conflict("output \(number) of address \(settings.address) is given twice")
        }
        devices[device].outputs.barriers[number] = index
        devices[device].neededInputCount = max(devices[device].neededInputCount, sensors.last)
    }

    /// Somebody may pass now.
    mutating func begin(_ direction: Direction, at uptime: Uptime) {
        if sensors.seePassing { watch.begin(direction, at: uptime) }
    }

    /// The device is met anew: an input that is active then is nobody new.
    mutating func forgetInputs() { lastInputs = nil }

    /// The device answered: it would have told of an input that changed, once it has told them at all.
    mutating func looked(at uptime: Uptime) { if lastInputs != nil { watch.looked(at: uptime) } }

    /// The port was opened.
    mutating func forget() {
        lastInputs = nil
        watch.end()
    }

    /// What its inputs say, the first in element 0.
    mutating func take(_ inputs: [Bool]) -> [BarrierWord] {
        // Of a device that tells too few its status says so.
        guard sensors.areAny, inputs.count >= sensors.last else { return [] }
        let closed = inputs.prefix(64).reversed().reduce(UInt64(0)) { $0 << 1 | ($1 ? 1 : 0) }
        let risen = lastInputs.map { sensors.risen(closed, before: $0) } ?? 0
        lastInputs = closed
        var words: [BarrierWord] = []
        if let isFire = sensors.isFire(closed), isFire != isFireActive {
            isFireActive = isFire
            words.append(.fireInput(isActive: isFire))
        }
        for direction in sensors.passed(risen, granted: watch.direction) {
            watch.passed(direction)
            words.append(.passed(direction))
        }
        return words
    }

    /// Nobody may pass after all.
    mutating func withdraw() { watch.end() }

    /// Whether the time to pass is over and nobody passed, as far as its inputs were heard; says so once.
    mutating func isOver(at uptime: Uptime) -> Bool { watch.expire(at: uptime) }
}
