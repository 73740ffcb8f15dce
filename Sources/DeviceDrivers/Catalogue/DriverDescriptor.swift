public import SiteModel

/// What there is to know about a driver before one is made: for configuration, help and the device list.
public struct DriverDescriptor: Sendable, Hashable {
    /// Kind of port that the driver speaks through.
    public enum Link: Sendable, Hashable {
        /// The settings most of these devices leave the factory with.
        case serial(SerialSettings)
        /// An evdev node of key presses.
        case keyboard
        case hidRaw

        /// As captures say it: `uart 9600 8N1`, `evdev`, `hid`.
        public var captureWords: String {
            switch self {
            case .serial(let settings):
                "uart \(settings.baud) \(settings.dataBits)\(settings.parity.letter)\(settings.stopBits)"
            case .keyboard: "evdev"
            case .hidRaw: "hid"
            }
        }
    }

    /// The word in the configuration.
    public let name: String
    /// It opens a lane. Everything else reads credentials.
    public let isBarrier: Bool
    public let link: Link
    /// One sentence.
    public let summary: String
    /// Options of the protocol. Those of the line are `lineOptions`.
    public let options: [DriverOption]
    /// 1 reverse engineered, 2 fragments of documents, 3 public document, 4 vendor document, 5 vendor
    /// document and the device on a bench.
    public let evidenceLevel: Int
    /// Drivers with the same word here speak through one driver for all devices of a line; nil: a line has
    /// one reader.
    public internal(set) var bus: String?
    /// The device is asked again and again and must answer, so that its silence is known; of others nothing
    /// is known while nobody shows a card.
    public internal(set) var isPolled = false
    /// What a person may look at when it does not answer; for the device page.
    public internal(set) var silenceHint = ""

    /// Options of the line itself, with this driver's defaults; empty when the link is no serial line.
    public var lineOptions: [DriverOption] {
        guard case .serial(let settings) = link else { return [] }
        return [
            DriverOption(
                "baud", .wholeNumber(300...4_000_000, unit: "bits a second"), default: "\(settings.baud)",
                "Speed of the line."),
            DriverOption(
                "data_bits", .wholeNumber(7...8, unit: ""), default: "\(settings.dataBits)",
                "Data bits of a character."),
            DriverOption(
                "parity", .choice(SerialSettings.Parity.allCases.map(\.rawValue)),
                default: settings.parity.rawValue, "Parity bit of a character."),
            DriverOption(
                "stop_bits", .wholeNumber(1...2, unit: ""), default: "\(settings.stopBits)",
                "Stop bits of a character."),
        ]
    }

    /// Separates the options of the line from those of the protocol.
    ///
    /// - Returns: the link as the options set it, and the options that are left for `DriverCatalogue.make`.
    public func splittingLineOptions(
        _ options: [String: String]
    ) throws(DriverError) -> (link: Link, rest: [String: String]) {
        guard case .serial(var settings) = link else { return (link, options) }
        let names = Set(lineOptions.map(\.name))
        let line = try OptionReader(
            options.filter { names.contains($0.key) }, of: name, declared: lineOptions)
        settings.baud = try line.wholeNumber("baud")
        settings.dataBits = try line.wholeNumber("data_bits")
        settings.parity = SerialSettings.Parity(rawValue: try line.choice("parity")) ?? settings.parity
        settings.stopBits = try line.wholeNumber("stop_bits")
        return (.serial(settings), options.filter { !names.contains($0.key) })
    }
}

extension SerialSettings.Parity {
    /// N, E or O.
    fileprivate var letter: String { rawValue.prefix(1).uppercased() }
}
