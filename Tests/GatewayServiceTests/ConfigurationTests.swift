import DeviceSessions
import Foundation
import LocalWeb
import PersonnelChanges
import SiteModel
import Testing

@testable import GatewayService

/// The machine that the configurations are read on.
private let host = HostEnvironment(nodeName: "bench", stateDirectory: "/var/lib/bench")

private func read(_ yaml: String) throws(ConfigurationError) -> Configuration {
    try Configuration(yaml: yaml, file: "muster.yaml", environment: host)
}

/// A lane with one reader, ready for one more line somewhere.
private func lane(_ reader: String, lane: String = "name: north", barrier: String = "") -> String {
    "lanes:\n  - \(lane)\n    readers:\n      - \(reader)\n\(barrier)"
}

private func repositoryText(_ path: String) throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    return try String(contentsOf: root.appending(path: path), encoding: .utf8)
}

private let card = "{port: /dev/ttyS0, driver: rdm6300, direction: entering}"

struct ConfigurationTests {
    /// The example of the format's description: other programs rely on it.
    @Test func theDocumentedFormatIsRead() throws {
        let configuration = try read(
            """
            site: {project_code: '110105-0042', name: 测试工地, timezone: Asia/Urumqi}
            node: north-gate
            state_directory: /srv/muster
            listen: 0.0.0.0:8080
            policy:
              repeat_window: 500ms
              anti_passback: hard
              minimum_age: 18
              maximum_age: 60
              require: {contract: refuse, insurance: off, id_valid: warn}
            lanes:
              - name: north
                direction: entering
                readers:
                  - {port: /dev/serial/by-path/north, driver: resident-id-card}
                  - {name: cards, usb: '1A86:7523@A1', driver: rdm6300, options: {baud: 19200}}
                barrier: {port: /dev/relay, driver: lcus-relay, options: {channel: 2, pulse: 800ms}}
              - name: south
                readers:
                  - {usb: '0400:c35a', driver: resident-id-card, direction: leaving}
            """)
        #expect(configuration.site.projectCode == "110105-0042")
        #expect(configuration.site.name == "测试工地")
        #expect(configuration.site.timezone == "Asia/Urumqi")
        #expect(configuration.site.offsetMilliseconds == 21_600_000)
        #expect(configuration.node == "north-gate")
        #expect(configuration.stateDirectory == "/srv/muster")
        #expect(configuration.listen == "0.0.0.0:8080")
        var requirements = LaneRequirements(all: .warn)
        requirements[.contract] = .refuse
        requirements[.insurance] = .off
        #expect(
            configuration.policy
                == PolicyApplied(
                    repeatWindowMilliseconds: 500, antiPassback: .hard, minimumAgeYears: 18,
                    requirements: requirements))
        #expect(configuration.ages == AgeLimits(minimumYears: 18, maximumYears: 60))
        try #require(configuration.lanes.map(\.name) == ["north", "south"])
        let north = configuration.lanes[0]
        #expect(north.readers.map(\.name.description) == ["north/reader-1", "north/cards"])
        #expect(north.readers.map(\.direction) == [.entering, .entering])
        #expect(north.readers.map(\.driver) == ["resident-id-card", "rdm6300"])
        #expect(north.readers[0].address == .port("/dev/serial/by-path/north"))
        #expect(north.readers[1].address == .usb(USBMatch("1A86:7523@A1")!))
        #expect(north.readers[1].options == ["baud": "19200"])
        #expect(north.barrier?.address == .port("/dev/relay"))
        #expect(north.barrier?.options == ["channel": "2", "pulse": "800ms"])
        #expect(configuration.lanes[1].readers[0].address == .usb(USBMatch("0400:C35A")!))
        #expect(configuration.lanes[1].readers[0].direction == .leaving)
        #expect(configuration.lanes[1].barrier == nil)
    }

    @Test(arguments: ["", "# nothing\n", "---\n", "site:\n", "lanes: []\n", "policy: ~\n"])
    func whatIsNotSaidIsTheDefault(yaml: String) throws {
        #expect(try read(yaml).settingsText == Configuration(environment: host).settingsText)
    }

    @Test func theDefaultsAreThoseOfTheDescription() {
        let configuration = Configuration(environment: host)
        #expect(configuration.listen == "127.0.0.1:8470")
        #expect(
            configuration.policy
                == PolicyApplied(
                    repeatWindowMilliseconds: 3_000, antiPassback: .off, minimumAgeYears: 16,
                    requirements: LaneRequirements(all: .warn)))
        #expect(configuration.ages == AgeLimits(minimumYears: 16, maximumYears: nil))
        #expect(configuration.site.timezone == "Asia/Shanghai")
        #expect(configuration.node == "bench" && configuration.stateDirectory == "/var/lib/bench")
        #expect(configuration.lanes.isEmpty)
    }

    @Test(arguments: [
        ("off", AntiPassback.off), ("'off'", .off), ("\"off\"", .off), ("soft", .soft), ("hard", .hard),
    ])
    func antiPassbackIsAWordAlsoWhereYAMLSeesATruthValue(written: String, mode: AntiPassback) throws {
        #expect(try read("policy: {anti_passback: \(written)}").policy.antiPassback == mode)
    }

    @Test(arguments: [
        ("0s", 0 as Int64), ("500ms", 500), ("3s", 3_000), ("1min", 60_000), ("60s", 60_000),
    ])
    func aRepeatWindowIsADurationWithAUnit(written: String, milliseconds: Int64) throws {
        let policy = try read("policy:\n  repeat_window: \(written)").policy
        #expect(policy.repeatWindowMilliseconds == milliseconds)
        #expect(policy.minimumAgeYears == 16, "what is not said keeps its default")
    }

    @Test(arguments: [
        ("Asia/Shanghai", 28_800_000 as Int64), ("Asia/Urumqi", 21_600_000), ("+08:00", 28_800_000),
        ("-03:30", -12_600_000), ("+14:00", 50_400_000), ("+00:00", 0),
    ])
    func aTimezoneIsANameOrAnOffset(written: String, milliseconds: Int64) throws {
        #expect(try read("site: {timezone: '\(written)'}").site.offsetMilliseconds == milliseconds)
    }

    /// Whatever `config check` lets through must also serve: the page's own reading is the measure.
    @Test(arguments: [
        ("127.0.0.1:8470", true), ("[::1]:0", true), ("gate.local:65535", true), ("0.0.0.0:0", true),
        ("127.0.0.1", false), (":8470", false), ("127.0.0.1:", false), ("127.0.0.1:65536", false),
        ("127.0.0.1:-1", false), ("127.0.0.1:+80", false), ("::1:8470", false), ("gate 1:8470", false),
        ("gate_1:8470", false), ("[gate]:8470", false), ("闸机:8470", false),
    ])
    func anAddressIsAcceptedExactlyWhenThePageCanServeIt(text: String, isAddress: Bool) {
        #expect(Configuration.isListenAddress(text) == isAddress)
        #expect((ListenAddress(text) != nil) == isAddress)
    }

    @Test func everyKeyOfTheTableIsShownByTheExampleOnce() {
        let text = Configuration.exampleText
        for key in ConfigurationKeys.all {
            #expect(text.components(separatedBy: key.sentence).count >= 2, "\(key.path)")
        }
        #expect(Set(ConfigurationKeys.all.map(\.path)).count == ConfigurationKeys.all.count)
        #expect(text.split(separator: "\n").allSatisfy { $0.hasPrefix("#") }, "all of it is commented out")
    }

    /// Somebody who removes every # gets a configuration that is accepted, and whose values with a default
    /// are the defaults.
    @Test func theExampleUncommentedIsTheDefaults() throws {
        let yaml = Configuration.exampleText.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("##") }.map { $0.hasPrefix("#") ? $0.dropFirst() : $0 }
            .joined(separator: "\n")
        let example = try read(yaml)
        let defaults = Configuration(environment: host)
        #expect(example.site == defaults.site)
        #expect(example.listen == defaults.listen)
        #expect(example.policy == defaults.policy)
        #expect(example.lanes.count == 1)
        #expect(example.platforms.map(\.name) == ["city"])
    }

    @Test func theInstalledFileIsTheExample() throws {
        #expect(try repositoryText("systemd/muster.yaml") == Configuration.exampleText)
    }

    /// What the README tells people to write is accepted, and gives a gate.
    @Test func theConfigurationOfTheReadmeIsGood() throws {
        let lines = try repositoryText("README.md").components(separatedBy: "\n")
        let start = try #require(lines.firstIndex { $0.hasSuffix("# /etc/muster/muster.yaml") })
        let indent = lines[start].prefix { $0 == " " }
        let yaml = lines[start...].prefix { $0.hasPrefix(indent) }.joined(separator: "\n")
        let configuration = try read(yaml)
        #expect(configuration.lanes.count == 1)
        #expect(configuration.lanes[0].readers.count == 2 && configuration.lanes[0].barrier != nil)
    }

    @Test func showNamesEverySettingWithItsValue() throws {
        let configuration = try read(lane(card))
        let keys = Set(configuration.settings.map(\.key))
        for key in ConfigurationKeys.all where key.defaultText != nil && !key.path.contains("[]") {
            #expect(keys.contains(key.path), "\(key.path)")
        }
        #expect(keys.isSuperset(of: ["node", "state_directory", "lanes.north.reader-1"]))
        #expect(
            configuration.settingsText.contains("lanes.north.reader-1 = rdm6300 entering /dev/ttyS0"))
        #expect(configuration.settingsJSON.contains(#""policy.repeat_window":"3s""#))
    }

    @Test(arguments: [
        (nil as String?, nil as String?, "/srv/a"), ("/srv/b", nil, "/srv/b"), (nil, "127.0.0.1:1", "/srv/a"),
    ])
    func aFlagGoesOverTheFile(state: String?, listen: String?, directory: String) throws {
        let folder = TemporaryFolder()
        let file = folder.path + "/notify"
        try "state_directory: /srv/a\nlisten: 127.0.0.1:2\n".write(
            toFile: file, atomically: true, encoding: .utf8)
        let configuration = try SiteSelection(configPath: file, stateDirectory: state, listen: listen)
            .configuration()
        #expect(configuration.stateDirectory == directory)
        #expect(configuration.listen == listen ?? "127.0.0.1:2")
    }

    @Test func whatCannotBeUsedIsRefusedWithItsName() {
        let error = #expect(throws: ConfigurationError.self) {
            try SiteSelection(configPath: "/nowhere/muster.yaml", stateDirectory: nil).configuration()
        }
        #expect(error?.description.hasPrefix("/nowhere/muster.yaml: cannot be read") == true)
        let listen = #expect(throws: ConfigurationError.self) {
            try SiteSelection(configPath: nil, stateDirectory: "/srv/a", listen: "8470").configuration()
        }
        #expect(listen?.description == "--listen: must be HOST:PORT, not '8470'")
    }
}
