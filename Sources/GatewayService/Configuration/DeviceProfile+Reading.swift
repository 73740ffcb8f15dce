import DeviceSessions
import SiteModel
import Yams

extension DeviceProfile {
    /// The profiles of a file in the format of `hardware/profiles/readers.yaml`.
    static func all(inFile path: String) throws(ConfigurationError) -> [DeviceProfile] {
        let bytes: [UInt8]
        do throws(FileReadError) {
            bytes = try FileBytes.read(path, upTo: 1 << 20)
        } catch {
            throw ConfigurationError(file: path, line: 0, message: "cannot be read: \(error.reason)")
        }
        return try all(yaml: String(decoding: bytes, as: UTF8.self), file: path)
    }

    static func all(yaml: String, file: String) throws(ConfigurationError) -> [DeviceProfile] {
        let reader = try ConfigurationReader(yaml: yaml, file: file, keys: .profile)
        var profiles: [DeviceProfile] = []
        for part in try reader?.list("profiles", upTo: 1_000) ?? [] { profiles.append(try profile(part)) }
        return profiles
    }

    private static func profile(_ part: ConfigurationReader) throws(ConfigurationError) -> DeviceProfile {
        guard let name = try part.text("name", upTo: 80), !name.isEmpty else { throw part.wrong("name") }
        guard let driver = try part.text("driver") else { throw part.wrong("driver") }
        var matches: [USBMatch] = []
        for text in try part.texts("usb", upTo: 64) {
            guard let match = USBMatch(text), match.ids != nil else { throw part.wrong("usb") }
            matches.append(match)
        }
        if let pattern = try part.text("by_id") {
            guard let match = USBMatch(pattern), match.ids == nil else { throw part.wrong("by_id") }
            matches.append(match)
        }
        if let page = try part.text("usage_page") {
            guard let match = USBMatch(usagePage: page) else { throw part.wrong("usage_page") }
            matches.append(match)
        }
        guard !matches.isEmpty else {
            throw part.fault(at: "name", "a profile needs usb, by_id or usage_page")
        }
        let profile = DeviceProfile(
            name: name, matches: matches, driver: driver, options: try part.options("options"))
        do throws(DevicePlanError) {
            try DevicePlan(lanes: [], profiles: [profile]).check()
        } catch {
            throw part.fault(at: "driver", error.words)
        }
        return profile
    }
}
