public import SiteModel

/// Readers and barriers for `muster device list`, for people and for programs. No personal data.
public struct DeviceListing: Sendable {
    public let devices: [DeviceStatus]

    public init(_ devices: [DeviceStatus]) {
        self.devices = devices
    }

    /// One device a line.
    public var lines: [String] {
        devices.map { device in
            let discards = device.discards.sorted { $0.key.rawValue < $1.key.rawValue }
                .map { "\($0.key.rawValue) \($0.value)" }
            let counts =
                device.isBarrier
                ? "pulses \(device.pulses), failed \(device.failedPulses)"
                : "reads \(device.reads), last \(device.lastReadAt?.rfc3339 ?? "never"), "
                    + "discarded bytes: \(discards.isEmpty ? "none" : discards.joined(separator: ", "))"
            let detail = device.detail.isEmpty ? "" : " (\(device.detail))"
            return "device   \(device.lane)/\(device.name)  \(device.driver) \(device.direction.name)  "
                + "\(device.state.rawValue)\(detail)  \(device.port)  \(counts), "
                + "reconnects \(device.reconnects)"
        }
    }

    public var json: JSONText {
        var json = JSONText()
        append(to: &json)
        return json
    }

    /// An array of `reader, driver, port, state, last_read_at, reads, discards: {reason: n}, reconnects`.
    public func append(to json: inout JSONText) {
        json.beginArray()
        for device in devices { append(device, to: &json) }
        json.endArray()
    }

    private func append(_ device: DeviceStatus, to json: inout JSONText) {
        json.beginObject()
        json.member("reader", "\(device.lane)/\(device.name)")
        json.member("driver", device.driver)
        json.member("direction", device.direction.name)
        json.member("port", device.port)
        json.member("state", device.state.rawValue)
        json.member("detail", device.detail)
        json.member("last_read_at", device.lastReadAt?.rfc3339)
        json.member("reads", device.reads)
        json.name("discards")
        json.beginObject()
        for (reason, count) in device.discards.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            json.member(reason.rawValue, count)
        }
        json.endObject()
        json.member("reconnects", device.reconnects)
        if device.isBarrier {
            json.member("pulses", device.pulses)
            json.member("failed_pulses", device.failedPulses)
        }
        json.endObject()
    }
}
