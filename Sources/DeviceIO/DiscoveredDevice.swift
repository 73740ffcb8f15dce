/// A device node that udev knows, of the kinds a reader or barrier can be.
public struct DiscoveredDevice: Sendable, Hashable {
    public enum Subsystem: String, Sendable, Hashable, CaseIterable {
        case tty
        case input
        case hidraw
    }

    /// `/dev/ttyUSB0`; changes with the order of plugging.
    public let node: String
    public let subsystem: Subsystem
    /// USB vendor and product; nil for what is no USB device.
    public let vendorID: UInt16?
    public let productID: UInt16?
    /// The USB device's own serial number; many have none, or all the same.
    public let serial: String?
    /// What udev calls it, `QinHeng Electronics USB Serial` or so.
    public let model: String
    /// Links that udev made, sorted: `/dev/serial/by-path/…`, `/dev/serial/by-id/…`, `/dev/input/by-path/…`.
    public let links: [String]
    /// Of raw HID: what its report descriptor says it is, each once; empty for everything else.
    public let usages: [HIDUsage]
    /// Has letter or digit keys, as udev judges.
    public let isKeyboard: Bool
    /// Counts arrivals since the monitor started: the same plug pushed in again has another number.
    public let arrival: Int

    public init(
        node: String, subsystem: Subsystem, vendorID: UInt16? = nil, productID: UInt16? = nil,
        serial: String? = nil, model: String = "", links: [String] = [], usages: [HIDUsage] = [],
        isKeyboard: Bool = false, arrival: Int = 0
    ) {
        self.node = node
        self.subsystem = subsystem
        self.vendorID = vendorID
        self.productID = productID
        self.serial = serial
        self.model = model
        self.links = links
        self.usages = usages
        self.isKeyboard = isKeyboard
        self.arrival = arrival
    }

    /// The path that names the physical port, else the device, else the node.
    public var stablePath: String {
        links.first { $0.contains("/by-path/") } ?? links.first { $0.contains("/by-id/") } ?? node
    }
}
