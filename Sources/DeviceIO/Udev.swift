import CUdev
import Glibc

/// libudev's context. Used by one thread; libudev allows no more.
struct UdevHandle: ~Copyable {
    private let udev: OpaquePointer

    /// Nil when libudev cannot start (out of memory).
    init?() {
        guard let udev = udev_new() else { return nil }
        self.udev = udev
    }

    deinit {
        udev_unref(udev)
    }

    /// Nodes of all subsystems we care for, sorted.
    func enumerated(arrival: Int) -> [DiscoveredDevice] {
        guard let enumeration = udev_enumerate_new(udev) else { return [] }
        defer { udev_enumerate_unref(enumeration) }
        for subsystem in DiscoveredDevice.Subsystem.allCases {
            udev_enumerate_add_match_subsystem(enumeration, subsystem.rawValue)
        }
        guard udev_enumerate_scan_devices(enumeration) >= 0 else { return [] }
        var devices: [DiscoveredDevice] = []
        var entry = udev_enumerate_get_list_entry(enumeration)
        while let current = entry {
            entry = udev_list_entry_get_next(current)
            guard let device = udev_device_new_from_syspath(udev, udev_list_entry_get_name(current)) else {
                continue
            }
            defer { udev_device_unref(device) }
            if let found = DiscoveredDevice(udev: device, arrival: arrival) { devices.append(found) }
        }
        return devices.sorted { $0.node < $1.node }
    }

    func enumeratedByNode(arrival: Int) -> [String: DiscoveredDevice] {
        Dictionary(enumerated(arrival: arrival).map { ($0.node, $0) }, uniquingKeysWith: { _, last in last })
    }

    /// Nil when the kernel gives no netlink socket (a container): there is no hotplug then.
    func monitor() -> UdevMonitor? {
        guard let monitor = udev_monitor_new_from_netlink(udev, "udev") else { return nil }
        for subsystem in DiscoveredDevice.Subsystem.allCases {
            udev_monitor_filter_add_match_subsystem_devtype(monitor, subsystem.rawValue, nil)
        }
        guard udev_monitor_enable_receiving(monitor) >= 0 else {
            udev_monitor_unref(monitor)
            return nil
        }
        return UdevMonitor(monitor: monitor)
    }
}

/// udev's event socket.
final class UdevMonitor {
    enum Event {
        case present(DiscoveredDevice)
        case gone(node: String)
        /// The socket's buffer overran (a storm of plugs): enumerate again.
        case missed
    }

    private let monitor: OpaquePointer

    init(monitor: OpaquePointer) {
        self.monitor = monitor
    }

    deinit {
        udev_monitor_unref(monitor)
    }

    var descriptor: Int32 { udev_monitor_get_fd(monitor) }

    /// The next event about one of our nodes; nil when none waits.
    func next(arrival: Int) -> Event? {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while poll(&wait, 1, 0) > 0 {
            errno = 0
            guard let device = udev_monitor_receive_device(monitor) else {
                return errno == ENOBUFS ? .missed : nil
            }
            defer { udev_device_unref(device) }
            guard let node = text(udev_device_get_devnode(device)) else { continue }
            if text(udev_device_get_action(device)) == "remove" { return .gone(node: node) }
            if let found = DiscoveredDevice(udev: device, arrival: arrival) { return .present(found) }
        }
        return nil
    }
}

extension DiscoveredDevice {
    /// Nil for what is no node of ours: virtual consoles, mice' legacy nodes, sysfs-only devices.
    fileprivate init?(udev device: OpaquePointer, arrival: Int) {
        guard let node = text(udev_device_get_devnode(device)),
            let name = text(udev_device_get_subsystem(device)), let subsystem = Subsystem(rawValue: name),
            udev_device_get_parent(device) != nil, subsystem != .input || node.contains("/event")
        else { return nil }
        func property(_ name: String) -> String? { text(udev_device_get_property_value(device, name)) }
        let usb = udev_device_get_parent_with_subsystem_devtype(device, "usb", "usb_device")
        func attribute(_ name: String) -> String? {
            usb.flatMap { text(udev_device_get_sysattr_value($0, name)) }
        }
        let links = (property("DEVLINKS") ?? "").split(separator: " ").map(String.init)
        let vendor = attribute("idVendor") ?? property("ID_VENDOR_ID")
        let product = attribute("idProduct") ?? property("ID_MODEL_ID")
        let words = [attribute("manufacturer"), attribute("product") ?? property("ID_MODEL")]
        self.init(
            node: node, subsystem: subsystem, vendorID: vendor.flatMap { UInt16($0, radix: 16) },
            productID: product.flatMap { UInt16($0, radix: 16) },
            serial: attribute("serial") ?? property("ID_SERIAL_SHORT"),
            model: words.compactMap { $0 }.joined(separator: " "), links: links.sorted(),
            usages: subsystem == .hidraw ? outermostUsages(of: device) : [],
            isKeyboard: property("ID_INPUT_KEYBOARD") == "1", arrival: arrival)
    }
}

/// From the report descriptor in sysfs, which needs no right to open the device.
private func outermostUsages(of device: OpaquePointer) -> [HIDUsage] {
    guard let parent = udev_device_get_parent_with_subsystem_devtype(device, "hid", nil),
        let folder = text(udev_device_get_syspath(parent))
    else { return [] }
    let descriptor = Glibc.open(folder + "/report_descriptor", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    // HID_MAX_DESCRIPTOR_SIZE of the kernel.
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    return count > 0 ? HIDUsage.outermost(in: Array(buffer[0..<count])) : []
}

private func text(_ pointer: UnsafePointer<CChar>?) -> String? {
    pointer.map { String(cString: $0) }
}
