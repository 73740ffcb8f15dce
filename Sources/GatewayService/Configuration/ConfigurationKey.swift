/// One key of the configuration file: declared here once; reading, help, `config check` and the example file
/// follow.
public struct ConfigurationKey: Sendable {
    /// `policy.repeat_window`; `lanes[].name` inside a list.
    public let path: String
    public let type: ConfigurationType
    /// As it would be written in the file; nil when the key has no default.
    public let defaultText: String?
    /// Allowed values in words, for people and error messages.
    public let range: String
    /// What it means, one sentence.
    public let sentence: String
    /// What the example file shows for a key without a default; empty for nothing.
    let example: String

    init(
        _ path: String, _ type: ConfigurationType, _ defaultText: String?, _ range: String,
        _ sentence: String,
        example: String = ""
    ) {
        self.path = path
        self.type = type
        self.defaultText = defaultText
        self.range = range
        self.sentence = sentence
        self.example = example
    }

    /// The last part of the path: the word in the file.
    public var name: String { String(path.split(separator: ".").last ?? "") }

    /// The path of the mapping that holds the key; empty at the top.
    var parent: String { path.split(separator: ".").dropLast().joined(separator: ".") }
}

/// How the value of a key is written.
public enum ConfigurationType: String, Sendable {
    case text
    case wholeNumber = "whole number"
    /// A number with a unit: `500ms`, `3s`, `5min`.
    case duration
    case mapping
    case list
    /// A mapping whose keys belong to the driver (`muster device list --drivers`).
    case driverOptions = "driver options"
}

extension [ConfigurationKey] {
    /// Keys of a profile file: `hardware/profiles/readers.yaml` and `STATE/profiles/*.yaml`.
    static let profile: [ConfigurationKey] = [
        .init("profiles", .list, nil, "up to 1000 profiles", "How devices are recognised."),
        .init("profiles[].name", .text, nil, "1 to 80 characters", "What lists and logs call it."),
        .init("profiles[].usb", .list, nil, "VVVV:PPPP or VVVV:PPPP@serial", "USB ids."),
        .init("profiles[].by_id", .text, nil, "a glob over by-id names", "Name that udev gives the device."),
        .init(
            "profiles[].usage_page", .text, nil, "1 to 4 hexadecimal digits, in quotes",
            "HID usage page that a raw HID device names."),
        .init("profiles[].driver", .text, nil, "a reader driver's name", "The protocol it speaks."),
        .init("profiles[].options", .driverOptions, nil, "", "Options of the driver and its line."),
    ]
}

public enum ConfigurationKeys {
    public static let all: [ConfigurationKey] = site + web + policy + lanes + platforms

    private static let site: [ConfigurationKey] = [
        .init("site", .mapping, nil, "", "The construction site this gateway serves."),
        .init("site.project_code", .text, "", "up to 64 characters", "Code of the project at the platform."),
        .init("site.name", .text, "未命名工地", "up to 64 characters", "Name of the site, shown on the pages."),
        .init(
            "site.timezone", .text, "Asia/Shanghai", "Asia/Shanghai, Asia/Urumqi or an offset such as +08:00",
            "Time zone of days and sheets; stored times are UTC."),
        .init(
            "site.opening_hours", .text, "",
            "HH:MM-HH:MM in site time, in quotes; without it no reader counts as quiet",
            "When people come and go: a reader that nothing comes from for long then may be broken."),
        .init(
            "site.quiet_after", .duration, "4h", "10min to 24h",
            "How long, within the opening hours, nothing may come from a reader that cannot be asked."),
        .init(
            "node", .text, nil, "1 to 32 of a-z 0-9 -; without it the host name",
            "Name of this machine; part of the ledger's origin, fixed when the ledger is made."),
        .init(
            "state_directory", .text, nil, "an absolute path; without it $XDG_STATE_HOME/muster",
            "Folder of the ledger, the socket and the site's own profiles."),
        .init(
            "listen", .text, "127.0.0.1:8470", "HOST:PORT; port 0 takes a free one",
            "Where the pages are served."),
    ]

    private static let web: [ConfigurationKey] = [
        .init("web", .mapping, nil, "", "How the pages are served."),
        .init(
            "web.tls", .mapping, nil, "",
            "https alone, TLS 1.2 or later; without it passwords and names travel readable. A renewed "
                + "certificate is taken at the next start."),
        .init("web.tls.certificate", .mapping, nil, "", "Certificate of the pages with its chain (PEM)."),
        .init(
            "web.tls.certificate.credential", .text, nil, "a name without /",
            "Name of a systemd credential. Either credential or file.", example: "muster-web-certificate"),
        .init(
            "web.tls.certificate.file", .text, nil, "an absolute path",
            "A file that the service can read. Either credential or file."),
        .init("web.tls.key", .mapping, nil, "", "Its key (PEM), without a passphrase."),
        .init(
            "web.tls.key.credential", .text, nil, "a name without /",
            "Name of a systemd credential. Either credential or file.", example: "muster-web-key"),
        .init(
            "web.tls.key.file", .text, nil, "an absolute path",
            "A file that only the service can read. Either credential or file."),
    ]

    private static let policy: [ConfigurationKey] = [
        .init("policy", .mapping, nil, "", "Who may pass."),
        .init(
            "policy.repeat_window", .duration, "3s", "0s to 60s",
            "A granted worker's next read at the same lane and direction within this time is a repeat."),
        .init(
            "policy.anti_passback", .text, "off", "off, soft or hard",
            "Entering twice without leaving: ignored, recorded, or refused. Leaving is never refused."),
        .init(
            "policy.minimum_age", .wholeNumber, "16", "0 to 100",
            "Completed years below which nobody is let in (labour law: 16)."),
        .init(
            "policy.maximum_age", .wholeNumber, nil, "18 to 100; without it none",
            "Completed years above which the officer is warned when somebody joins; nobody is refused.",
            example: "60"),
        .init(
            "policy.require", .mapping, nil, "", "What a worker must have, each off, warn or refuse."),
        .init(
            "policy.require.contract", .text, "warn", "off, warn or refuse",
            "A labour contract or work agreement is in force."),
        .init(
            "policy.require.insurance", .text, "warn", "off, warn or refuse",
            "Work-injury insurance covers the day."),
        .init(
            "policy.require.training", .text, "warn", "off, warn or refuse", "Safety training took place."),
        .init(
            "policy.require.id_valid", .text, "warn", "off, warn or refuse",
            "The identity document has not expired."),
        .init(
            "policy.require.retraining_after_a_year", .text, "warn", "off, warn or refuse",
            "The newest safety training is at most a year old."),
    ]

    private static let lanes: [ConfigurationKey] = [
        .init("lanes", .list, nil, "up to 32 lanes", "The ways through the fence."),
        .init(
            "lanes[].name", .text, nil, "1 to 32 bytes (10 Chinese characters), unique",
            "Name of the lane.", example: "north-in"),
        .init(
            "lanes[].direction", .text, "both", "entering, leaving or both",
            "Direction of its readers; with both, each reader says its own."),
        .init("lanes[].readers", .list, nil, "up to 16 readers", "The devices that read credentials here."),
        .init(
            "lanes[].readers[].name", .text, nil,
            "1 to 64 bytes (21 Chinese characters), unique in its lane; without it reader-1, reader-2 …",
            "Name of the reader in records.", example: "reader-1"),
        .init(
            "lanes[].readers[].port", .text, nil, "an absolute path; by-path links are best",
            "Device file of the reader. Either port or usb.", example: "/dev/serial/by-path/READER"),
        .init(
            "lanes[].readers[].usb", .text, nil, "VVVV:PPPP or VVVV:PPPP@serial",
            "USB ids of the reader. Either port or usb."),
        .init(
            "lanes[].readers[].driver", .text, nil, "a reader driver's name",
            "The protocol the reader speaks.", example: "rdm6300"),
        .init(
            "lanes[].readers[].direction", .text, nil, "entering or leaving; without it the lane's",
            "Direction of those who present here.", example: "entering"),
        .init("lanes[].readers[].options", .driverOptions, nil, "", "Options of the driver and its line."),
        .init("lanes[].barrier", .mapping, nil, "", "What opens."),
        .init(
            "lanes[].barrier.port", .text, nil, "an absolute path; by-path links are best",
            "Device file of the barrier. Either port or usb.", example: "/dev/serial/by-path/RELAY"),
        .init(
            "lanes[].barrier.usb", .text, nil, "VVVV:PPPP or VVVV:PPPP@serial",
            "USB ids of the barrier. Either port or usb."),
        .init(
            "lanes[].barrier.driver", .text, nil, "a barrier driver's name",
            "The protocol the barrier speaks.", example: "lcus-relay"),
        .init(
            "lanes[].barrier.options", .driverOptions, nil, "",
            "Options of the driver and its line: channel, pulse …"),
    ]
}
