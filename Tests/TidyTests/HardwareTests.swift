import Foundation
import Testing

/// Drivers, captures, profiles, udev rules and the table of supported hardware name the same things.
struct HardwareTests {
    /// Names of the descriptors: what the configuration calls the drivers.
    private static func drivers() throws -> Set<String> {
        let names = try Repository.swiftFiles(under: "Sources")
            .filter { $0.path.hasPrefix("Sources/DeviceDrivers/") }
            .flatMap { file in
                file.lines.joined(separator: "\n")
                    .matches(of: /DriverDescriptor\(\s*name: "([a-z0-9-]+)"/).map { String($0.1) }
            }
        #expect(Set(names).count == names.count)
        return Set(names)
    }

    @Test func everyDriverHasItsRowAndItsFolderOfCaptures() throws {
        let drivers = try Self.drivers()
        #expect(drivers.count >= 5)
        // The table of devices; those behind it say how drivers are proved.
        let rows = try Repository.text("hardware/README.md")
            .components(separatedBy: "## How each driver is proved")[0]
            .split(separator: "\n").filter { $0.hasPrefix("|") }
        let folder = Repository.root.appendingPathComponent("hardware/captures").path
        let folders = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(Set(folders) == drivers)
        for driver in drivers {
            let own = rows.filter { $0.contains("`\(driver)`") }
            #expect(!own.isEmpty, "\(driver) has no row in hardware/README.md")
            for row in own {
                #expect(row.contains("`captures/\(driver)/`"), "\(row)")
                #expect(row.contains(/\| [1-5] \|/), "\(row)")
            }
        }
        for row in rows.dropFirst(2) {
            #expect(drivers.contains { row.contains("`\($0)`") }, "no driver of ours: \(row)")
        }
    }

    /// What a profile claims by USB ids, the service may open; and nothing else but what the rules explain.
    @Test func profilesAndRulesNameTheSameDevices() throws {
        let profiles = try Repository.text("hardware/profiles/readers.yaml")
        let claimed = profiles.matches(of: /"([0-9A-F]{4}:[0-9A-F]{4})"/).map { String($0.1) }
        #expect(!claimed.isEmpty)
        let rules = try Repository.text("hardware/udev/60-muster.rules")
        let pattern =
            /ATTRS\{idVendor\}=="([0-9a-f]{4})", ATTRS\{idProduct\}=="([0-9a-f]{4})"(.*)MUSTER_DRIVER/
        let ruled = rules.matches(of: pattern).filter { !$0.3.contains("ATTRS{product}") }
            .map { "\($0.1):\($0.2)".uppercased() }
        #expect(Set(ruled) == Set(claimed))
        let table = try Repository.text("hardware/README.md")
        for ids in claimed { #expect(table.contains(ids), "\(ids) is not in the table") }
        let drivers = try Self.drivers()
        for match in profiles.matches(of: /driver: ([a-z0-9-]+)/) {
            #expect(drivers.contains(String(match.1)))
        }
        for match in rules.matches(of: /MUSTER_DRIVER\}="([a-z0-9-]+)"/) {
            #expect(drivers.contains(String(match.1)))
        }
    }

    /// The guard has no list of its own: it speaks of what the rules have marked, and comes after them.
    @Test func theGuardKnowsNoDeviceButThoseOfTheRules() throws {
        let names = try Repository.files(under: "hardware/udev").map { $0.split(separator: "/").last ?? "" }
        #expect(names.sorted() == ["60-muster.rules", "95-muster-guard.rules"])
        let guardRules = try Repository.text("hardware/udev/95-muster-guard.rules")
        #expect(!guardRules.contains("idVendor"))
        #expect(guardRules.contains(#"ENV{MUSTER_DRIVER}!="?*", GOTO="muster_guard_end""#))
        for mark in ["BRLTTY_BRAILLE_DRIVER", "SYSTEMD_WANTS", "ID_MM_DEVICE_IGNORE"] {
            #expect(guardRules.contains("ENV{\(mark)}="), "\(mark)")
        }
    }

    /// They are sold inside relays, readers and cables alike.
    @Test func noRuleClaimsAGenericBridge() throws {
        let rules = try Repository.text("hardware/udev/60-muster.rules")
        for (vendor, product) in [("1a86", "7523"), ("0403", "6001"), ("10c4", "ea60"), ("067b", "2303")] {
            #expect(!rules.contains("ATTRS{idVendor}==\"\(vendor)\", ATTRS{idProduct}==\"\(product)\""))
        }
    }
}
