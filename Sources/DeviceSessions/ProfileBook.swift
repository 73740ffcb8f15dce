import DeviceDrivers
import DeviceIO
import SiteModel

/// The profiles, checked: which driver an unconfigured device gets.
struct ProfileBook: Sendable {
    private let profiles: [(profile: DeviceProfile, seat: SeatRequest)]

    /// Makes each profile's driver once, so that a bad one stops the start and not the gate.
    init(_ profiles: [DeviceProfile]) throws(DevicePlanError) {
        var checked: [(profile: DeviceProfile, seat: SeatRequest)] = []
        for profile in profiles {
            let seat = try SeatRequest(
                device: "profile \(profile.name)", address: .port(""), driver: profile.driver,
                options: profile.options)
            guard !seat.descriptor.isBarrier else {
                throw .wrongRole(device: "profile \(profile.name)", driver: profile.driver)
            }
            guard seat.link == .hidRaw || profile.matches.allSatisfy({ $0.usagePage == nil }) else {
                throw .noHIDDriver(device: "profile \(profile.name)", driver: profile.driver)
            }
            _ = try seat.seat(readers: []).makeDriver()
            checked.append((profile, seat))
        }
        self.profiles = checked
    }

    /// A line for each device that a profile knows; the first profile that fits wins.
    func lines(for devices: [DiscoveredDevice]) -> [LinePlan] {
        devices.compactMap { device in
            let fitting = profiles.first { profile, seat in
                seat.link.subsystem == device.subsystem && (device.subsystem != .input || device.isKeyboard)
                    && profile.matches.contains { $0.matches(device) }
            }
            guard let (_, request) = fitting else { return nil }
            let address = DeviceAddress.port(device.stablePath)
            let reader = ReaderPlan(
                name: ReaderName(lane: "auto", reader: lastPart(of: device.stablePath)), address: address,
                driver: request.driver, direction: .unknown, options: request.options)
            return LinePlan(address: address, seats: [request.seat(readers: [reader])], link: request.link)
        }
    }
}
