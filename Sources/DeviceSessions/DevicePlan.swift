public import DeviceDrivers
public import DeviceIO
public import SiteModel

/// Which readers and barriers there shall be, and how unknown devices are recognised.
public struct DevicePlan: Sendable {
    public var lanes: [LanePlan]
    public var profiles: [DeviceProfile]
    /// The keys that drivers ask for, by reference; unread where a plan is only checked.
    public var secrets: DriverSecrets

    public init(
        lanes: [LanePlan], profiles: [DeviceProfile] = [], secrets: DriverSecrets = .unread
    ) {
        self.lanes = lanes
        self.profiles = profiles
        self.secrets = secrets
    }
}

public struct LanePlan: Sendable {
    public var name: String
    public var readers: [ReaderPlan]
    public var barrier: BarrierPlan?

    public init(name: String, readers: [ReaderPlan], barrier: BarrierPlan? = nil) {
        self.name = name
        self.readers = readers
        self.barrier = barrier
    }
}

/// A reader has its line to itself, or shares it with a barrier of the same line settings.
public struct ReaderPlan: Sendable {
    public var name: ReaderName
    public var address: DeviceAddress
    public var driver: String
    public var direction: Direction
    /// Driver options, and those of the line: `baud`, `data_bits`, `parity`, `stop_bits`.
    public var options: [String: String]

    public init(
        name: ReaderName, address: DeviceAddress, driver: String, direction: Direction,
        options: [String: String] = [:]
    ) {
        self.name = name
        self.address = address
        self.driver = driver
        self.direction = direction
        self.options = options
    }
}

/// Several lanes may name the same address with the same line settings, each with its own options (channels
/// of one relay board).
public struct BarrierPlan: Sendable {
    public var lane: String
    public var address: DeviceAddress
    public var driver: String
    public var options: [String: String]

    public init(
        lane: String, address: DeviceAddress, driver: String, options: [String: String] = [:]
    ) {
        self.lane = lane
        self.address = address
        self.driver = driver
        self.options = options
    }
}

/// How a device that nobody configured is recognised and what it gets. Its lane is `auto`, its name the
/// physical port, its direction unknown.
public struct DeviceProfile: Sendable {
    public var name: String
    public var matches: [USBMatch]
    public var driver: String
    public var options: [String: String]

    public init(name: String, matches: [USBMatch], driver: String, options: [String: String] = [:]) {
        self.name = name
        self.matches = matches
        self.driver = driver
        self.options = options
    }
}

/// Where a configured device is.
public enum DeviceAddress: Sendable, Hashable {
    /// A path; by-path names the physical port.
    case port(String)
    /// The first device that fits and that nothing else has, in order of physical ports. Two alike need
    /// `port` or a serial number each; a plan that names both by their ids is refused.
    case usb(USBMatch)
}

/// USB devices by id, serial number, udev's by-id name or HID usage page.
///
/// Text: `1A86:7523`, `1A86:7523@SERIAL`, or a pattern of shell wildcards for the last part of a
/// `/dev/…/by-id/` link.
public struct USBMatch: Sendable, Hashable, CustomStringConvertible {
    /// Upper-case `VVVV:PPPP`; nil for a pattern or a usage page.
    public let ids: String?
    public let serial: String?
    public let pattern: String?
    /// What raw HID devices say they are for.
    public let usagePage: UInt16?

    /// - Parameter usagePage: `8C`, up to four hexadecimal digits, not 0. Nil for another text.
    public init?(usagePage text: String) {
        guard (1...4).contains(text.utf8.count), text.allSatisfy(\.isHexDigit),
            let page = UInt16(text, radix: 16), page > 0
        else { return nil }
        (ids, serial, pattern, usagePage) = (nil, nil, nil, page)
    }

    /// Nil for a text of neither shape.
    public init?(_ text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let ids = parts[0].split(separator: ":", omittingEmptySubsequences: false)
        if ids.count == 2, ids.allSatisfy({ $0.utf8.count == 4 && UInt16($0, radix: 16) != nil }) {
            guard parts.count == 1 || !parts[1].isEmpty else { return nil }
            self.ids = parts[0].uppercased()
            serial = parts.count == 2 ? String(parts[1]) : nil
            pattern = nil
            usagePage = nil
        } else {
            guard !text.isEmpty, !text.contains("/"), !text.contains(":") else { return nil }
            self.ids = nil
            serial = nil
            pattern = text
            usagePage = nil
        }
    }

    public var description: String {
        if let usagePage { return "usage page \(fourDigits(usagePage))" }
        return pattern ?? (ids ?? "") + (serial.map { "@\($0)" } ?? "")
    }

    public func matches(_ device: DiscoveredDevice) -> Bool {
        if let usagePage { return device.usages.contains { $0.page == usagePage } }
        if let pattern {
            return device.links.contains { $0.contains("/by-id/") && fits(lastPart(of: $0), pattern) }
        }
        guard let vendor = device.vendorID, let product = device.productID else { return false }
        return ids == "\(fourDigits(vendor)):\(fourDigits(product))"
            && (serial == nil || serial == device.serial)
    }
}

/// Why a plan cannot be carried out. Nothing was opened.
public enum DevicePlanError: Error, Equatable, Sendable {
    /// The driver is unknown or refuses its options; its `words` say why.
    case driver(device: String, DriverError)
    /// A barrier's driver where a reader is wanted, or the other way round.
    case wrongRole(device: String, driver: String)
    /// A profile tells a HID device by its usage page and gives it a driver of another link, so that it would
    /// never fit anything.
    case noHIDDriver(device: String, driver: String)
    /// Two devices name one line that cannot serve both; `words` say why.
    case sameLine(device: String, other: String, words: String)

    /// Who cannot be served: `LANE/READER`, `LANE/barrier` or a profile.
    public var device: String {
        switch self {
        case .driver(let device, _), .wrongRole(let device, _), .noHIDDriver(let device, _),
            .sameLine(let device, _, _):
            device
        }
    }

    /// One sentence for the operator.
    public var words: String {
        switch self {
        case .driver(let device, let error): "\(device): \(error.words)"
        case .wrongRole(let device, let driver): "\(device): driver \(driver) does not do that job"
        case .noHIDDriver(let device, let driver):
            "\(device): usage_page tells raw HID devices, and driver \(driver) is for another link"
        case .sameLine(let device, let other, let words): "\(device) and \(other) \(words)"
        }
    }
}

func fourDigits(_ value: UInt16) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: 4 - digits.count) + digits
}
