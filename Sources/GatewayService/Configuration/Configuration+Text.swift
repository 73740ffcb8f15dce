import DeviceSessions
import SiteModel

extension Configuration {
    /// The annotated example: a sentence for every key, and the key commented out with its default.
    /// `systemd/muster.yaml` is this text.
    public static var exampleText: String {
        let keys = ConfigurationKeys.all
        var lines = [
            "## Configuration of a Muster gateway. Every key may be left out; those with a default show it.",
            "## Remove the # in front of what the site needs, and check: muster config check --config FILE",
        ]
        for key in keys {
            let parts = key.path.split(separator: ".")
            let isFirstOfItem = keys.first { $0.parent == key.parent }?.path == key.path
            let depth = parts.count - 1 + parts.dropLast().count { $0.hasSuffix("[]") }
            var indent = String(repeating: "  ", count: depth)
            let range = key.range.isEmpty ? "" : " (\(key.range))"
            if parts.count == 1 { lines.append("") }
            lines.append("##\(indent) \(key.sentence)\(range)")
            if isFirstOfItem, key.parent.hasSuffix("[]") { indent = String(indent.dropLast(2)) + "- " }
            let value = key.defaultText.map { $0.isEmpty ? "''" : $0 } ?? key.example
            lines.append("#\(indent)\(key.name):\(value.isEmpty ? "" : " ")\(value)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What is in force, for `muster config show`: every key with its present value, lanes one a line.
    public var settings: [(key: String, value: String)] {
        var settings = [
            ("site.project_code", site.projectCode), ("site.name", site.name),
            ("site.timezone", site.timezone), ("site.opening_hours", site.openingHoursText),
            ("site.quiet_after", site.quietAfter.text),
            ("node", node), ("state_directory", stateDirectory), ("listen", listen),
            ("policy.repeat_window", Duration.milliseconds(policy.repeatWindowMilliseconds).text),
            ("policy.anti_passback", policy.antiPassback.name),
            ("policy.minimum_age", String(policy.minimumAgeYears)),
            ("policy.maximum_age", maximumAgeYears.map(String.init) ?? ""),
        ]
        settings += webTLS?.settings ?? []
        for condition in LaneCondition.allCases {
            settings.append(
                ("policy.require.\(condition.name)", policy.requirements[condition].name))
        }
        for lane in lanes {
            for reader in lane.readers {
                settings.append(
                    (
                        "lanes.\(lane.name).\(reader.name.reader)",
                        "\(reader.driver) \(reader.direction.name) \(words(reader.address))"
                    ))
            }
            if let barrier = lane.barrier {
                settings.append(("lanes.\(lane.name).barrier", "\(barrier.driver) \(words(barrier.address))"))
            }
        }
        for platform in platforms {
            settings.append(("platforms.\(platform.name)", platform.words))
        }
        return settings.map { (key: $0.0, value: $0.1) }
    }

    private func words(_ address: DeviceAddress) -> String {
        switch address {
        case .port(let path): path
        case .usb(let match): "usb \(match)"
        }
    }

    /// One `key = value` a line.
    public var settingsText: String {
        settings.map { "\($0.key) = \($0.value)" }.joined(separator: "\n")
    }

    public var settingsJSON: String {
        var json = JSONText()
        json.beginObject()
        for setting in settings { json.member(setting.key, setting.value) }
        json.endObject()
        return json.text
    }
}
