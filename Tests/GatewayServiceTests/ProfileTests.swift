import DeviceIO
import Foundation
import Glibc
import HardwareProfiles
import Testing

@testable import DeviceSessions
@testable import GatewayService

struct ProfileTests {
    @Test func ourOwnProfilesAreGood() throws {
        let profiles = try DeviceProfile.all(yaml: HardwareProfiles.readersYAML, file: "readers.yaml")
        #expect(!profiles.isEmpty)
        try DevicePlan(lanes: [], profiles: profiles).check()
    }

    /// They are sold inside relays, readers and cables alike: an id alone says nothing.
    @Test(arguments: ["1A86:7523", "0403:6001", "10C4:EA60", "067B:2303"])
    func noProfileOfOursClaimsAGenericBridge(ids: String) throws {
        let profiles = try DeviceProfile.all(yaml: HardwareProfiles.readersYAML, file: "readers.yaml")
        #expect(!profiles.flatMap(\.matches).contains { $0.ids == ids && $0.serial == nil })
    }

    /// A machine with one of each that is sold inside relays, readers, cables and tills alike: without
    /// configuration the gateway opens none of them.
    @Test func nothingGenericIsClaimedWithoutConfiguration() throws {
        let plan = try Gateway.devicePlan(Configuration(), state: StateDirectory(path: "/nowhere"))
        var devices = PluggedDevice.genericIDs.sorted().flatMap { ids in
            let numbers = ids.split(separator: ":").compactMap { UInt16($0, radix: 16) }
            return DiscoveredDevice.Subsystem.allCases.map { subsystem in
                DiscoveredDevice(
                    node: "/dev/\(subsystem)\(ids)", subsystem: subsystem, vendorID: numbers[0],
                    productID: numbers[1], serial: "1", model: "USB Serial",
                    links: ["/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0"], isKeyboard: true)
            }
        }
        for page in [UInt16(0x01), 0x8C, 0xFF00] {
            devices.append(
                DiscoveredDevice(
                    node: "/dev/hidraw\(page)", subsystem: .hidraw, vendorID: 0xFFFF, productID: 0x0035,
                    usages: [HIDUsage(page: page, number: 1)]))
        }
        for device in devices { #expect(plan.plugged(device).claim == .nobody, "\(device.node)") }
        // The control: what the profiles do name is claimed.
        let reader = DiscoveredDevice(
            node: "/dev/ttyACM0", subsystem: .tty, vendorID: 0x0400, productID: 0xC35A)
        #expect(plan.plugged(reader).driver == "resident-id-card")
    }

    @Test func aProfileNamesIdsOrAGlobAndOptions() throws {
        let profiles = try DeviceProfile.all(
            yaml: """
                profiles:
                  - {name: a, usb: '1A86:7523@A1', driver: rdm6300, options: {baud: 19200}}
                  - {name: b, usb: ['0400:C35A', '0400:C35B'], driver: resident-id-card}
                  - {name: c, by_id: usb-Site_Reader_*, driver: keyboard-wedge}
                  - {name: d, usage_page: "8c", driver: hid-pos}
                """, file: "site.yaml")
        #expect(profiles.map(\.name) == ["a", "b", "c", "d"])
        #expect(
            profiles.map { $0.matches.map(\.description) } == [
                ["1A86:7523@A1"], ["0400:C35A", "0400:C35B"], ["usb-Site_Reader_*"], ["usage page 008C"],
            ])
        #expect(profiles[0].options == ["baud": "19200"])
        #expect(try DeviceProfile.all(yaml: "", file: "site.yaml").isEmpty)
    }

    @Test(arguments: [
        ("profiles:\n  - usb: 1A86:7523", 2, "'name' must be 1 to 80 characters"),
        ("profiles:\n  - name: a\n    usb: 1A86:7523", 2, "'driver' must be a reader driver's name"),
        ("profiles:\n  - name: a\n    driver: rdm6300", 2, "a profile needs usb, by_id or usage_page"),
        ("profiles:\n  - name: a\n    usb: 1A86\n    driver: rdm6300", 3, "'usb' must be VVVV:PPPP"),
        ("profiles:\n  - name: a\n    by_id: a/b\n    driver: rdm6300", 3, "'by_id' must be a glob"),
        (
            "profiles:\n  - name: a\n    usage_page: 8C02F\n    driver: hid-pos", 3,
            "'usage_page' must be 1 to 4 hexadecimal digits"
        ),
        (
            "profiles:\n  - name: a\n    usage_page: 8C\n    driver: rdm6300", 4,
            "usage_page tells raw HID devices, and driver rdm6300 is for another link"
        ),
        ("profiles:\n  - name: a\n    vendor: 1A86", 3, "unknown key 'vendor' in profiles[]"),
        ("profiles:\n  - name: a\n    usb: 1A86:7523\n    driver: rdm", 4, "no driver is called 'rdm'"),
        (
            "profiles:\n  - name: a\n    usb: 1A86:7523\n    driver: lcus-relay", 4,
            "driver lcus-relay does not do that job"
        ),
        (
            "profiles:\n  - name: a\n    usb: 1A86:7523\n    driver: rdm6300\n    options: {baud: fast}", 4,
            "option 'baud' of driver rdm6300 must be"
        ),
    ])
    func aFaultIsRefusedWithItsLine(yaml: String, line: Int, says: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try DeviceProfile.all(yaml: yaml, file: "site.yaml")
        }
        #expect(error?.line == line)
        #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
    }

    /// The site's own folder is read in order of names, before ours, and a bad file stops the start.
    @Test func theSitesOwnProfilesComeFirstAndAreChecked() throws {
        let folder = TemporaryFolder()
        let state = StateDirectory(path: folder.path)
        mkdir(state.profilesPath, 0o700)
        func write(_ name: String, _ text: String) throws {
            try text.write(toFile: state.profilesPath + "/" + name, atomically: true, encoding: .utf8)
        }
        try write("b.yaml", "profiles:\n  - {name: second, usb: '0001:0002', driver: rdm6300}\n")
        try write("a.yaml", "profiles:\n  - {name: first, usb: '0001:0001', driver: rdm6300}\n")
        try write("notes.txt", "no profile")
        let plan = try Gateway.devicePlan(Configuration(), state: state)
        #expect(plan.profiles.prefix(2).map(\.name) == ["first", "second"])
        #expect(plan.profiles.count > 2)

        try write("a.yaml", "profiles:\n  - {name: first, usb: '0001:0001', driver: no-such-driver}\n")
        let error = #expect(throws: GatewayError.self) {
            try Gateway.devicePlan(Configuration(), state: state)
        }
        #expect(error.map { "\($0)" }?.contains("a.yaml:2: ") == true)
    }
}
