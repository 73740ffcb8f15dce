import DeviceDrivers
import DeviceIO

/// A device of this machine, and what configuration and profiles say of it.
public struct PluggedDevice: Sendable, Hashable {
    /// How it becomes known.
    public enum Claim: Sendable, Hashable {
        /// The configuration names it for this reader or barrier.
        case configured(String)
        /// This profile fits.
        case profile(String)
        /// Nobody speaks of it: it is left alone.
        case nobody
    }

    /// The path that survives the next plug.
    public let path: String
    public let node: String
    /// What udev calls it, with its USB ids and HID usage pages.
    public let words: String
    public let isSerial: Bool
    public let claim: Claim
    /// What the claim gives it; nil without a claim.
    public let driver: String?
    public let options: [String: String]

    /// Bridges and shared ids stand in relays, readers, cables and modems alike: no profile of the program
    /// claims them (`hardware/README.md`).
    public static let genericIDs: Set<String> = [
        "1A86:7523", "1A86:5523", "0403:6001", "0403:6015", "10C4:EA60", "067B:2303", "067B:23A3",
        "16C0:05DF",
    ]
}

extension DevicePlan {
    /// What is plugged now, in order of node; virtual consoles and on-board ports without a device are left
    /// out unless the configuration names them.
    public func pluggedDevices() -> [PluggedDevice] {
        HotplugMonitor.plugged().filter { $0.vendorID != nil || configured($0) != nil }
            .filter { $0.subsystem != .input || $0.isKeyboard }.map(plugged)
    }

    /// What configuration or profile say of a port, by any of its names; nil when neither does.
    public func claim(ofPort path: String) -> PluggedDevice? {
        let node = resolved(path) ?? path
        let found = HotplugMonitor.plugged().first { $0.node == node }
        // Lines that udev does not know, such as pseudo terminals, the configuration may name.
        let device = plugged(found ?? DiscoveredDevice(node: node, subsystem: .tty, links: [path]))
        return device.claim == .nobody ? nil : device
    }

    func plugged(_ device: DiscoveredDevice) -> PluggedDevice {
        let ids = zip([device.vendorID], [device.productID]).compactMap { vendor, product in
            vendor.flatMap { vendor in product.map { "\(fourDigits(vendor)):\(fourDigits($0))" } }
        }
        let pages = device.usages.map { "usage \(fourDigits($0.page)):\(fourDigits($0.number))" }
        let words = [device.model].filter { !$0.isEmpty } + ids + pages
        let (claim, driver, options): (PluggedDevice.Claim, String?, [String: String]) =
            if let configured = configured(device) {
                (.configured(configured.name), configured.driver, configured.options)
            } else if let profile = profile(of: device) {
                (.profile(profile.name), profile.driver, profile.options)
            } else {
                (.nobody, nil, [:])
            }
        return PluggedDevice(
            path: device.stablePath, node: device.node, words: words.joined(separator: ", "),
            isSerial: device.subsystem == .tty, claim: claim, driver: driver, options: options)
    }

    private func profile(of device: DiscoveredDevice) -> DeviceProfile? {
        profiles.first { profile in
            // try?: `check` has said what is wrong with it.
            guard let descriptor = try? DriverCatalogue.descriptor(profile.driver) else { return false }
            return descriptor.link.subsystem == device.subsystem
                && (device.subsystem != .input || device.isKeyboard)
                && profile.matches.contains { $0.matches(device) }
        }
    }

    private func configured(
        _ device: DiscoveredDevice
    ) -> (name: String, driver: String, options: [String: String])? {
        let readers = lanes.flatMap(\.readers).map { ("\($0.name)", $0.address, $0.driver, $0.options) }
        let barriers = lanes.compactMap(\.barrier)
            .map { ("\($0.lane)/barrier", $0.address, $0.driver, $0.options) }
        let fitting = (readers + barriers).filter { _, address, _, _ in
            switch address {
            case .port(let path):
                path == device.node || device.links.contains(path) || resolved(path) == device.node
            case .usb(let match): match.matches(device)
            }
        }
        // A port or a serial number says more than ids, here as when the service takes it.
        let found =
            fitting.first { _, address, _, _ in
                if case .usb(let match) = address { match.serial != nil } else { true }
            } ?? fitting.first
        return found.map { (name: $0.0, driver: $0.2, options: $0.3) }
    }
}
