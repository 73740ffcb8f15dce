import DeviceDrivers
import DeviceSessions
import SiteModel

/// Reads the keys that drivers ask for. The configuration names where they lie; it never holds them.
enum DriverKeys {
    /// More than any key, in any form.
    private static let byteLimit = 1_024

    /// The keys of a plan: `credential:NAME` is a file of systemd's folder, `file:PATH` any file; raw bytes,
    /// or hexadecimal digits and a line's end. What cannot be read is said when a driver needs it.
    static func read(_ plan: DevicePlan, credentials: String?) -> DriverSecrets {
        var keys: [String: [UInt8]] = [:]
        var faults: [String: String] = [:]
        for reference in plan.secretReferences {
            do throws(FileReadError) {
                keys[reference] = try key(reference, credentials)
            } catch {
                faults[reference] = error.reason
            }
        }
        return DriverSecrets(keys, faults: faults)
    }

    private static func key(_ reference: String, _ credentials: String?) throws(FileReadError) -> [UInt8] {
        let parts = reference.split(separator: ":", maxSplits: 1)
        let name = String(parts.last ?? "")
        let path: String
        if parts.first == "file" {
            path = name
        } else {
            guard let credentials else {
                throw FileReadError(path: name, reason: "systemd gave this process no credentials")
            }
            path = credentials + "/" + name
        }
        let bytes = try FileBytes.read(path, upTo: byteLimit)
        let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isNewline }
        return [UInt8](hexadecimal: text) ?? bytes
    }
}
