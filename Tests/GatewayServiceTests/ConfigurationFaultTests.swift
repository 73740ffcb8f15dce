import SiteModel
import Testing

@testable import GatewayService

/// A file that is refused: where, and what the operator reads.
struct ConfigurationFault: Sendable, CustomTestStringConvertible {
    let yaml: String
    let line: Int
    /// Part of the message.
    let says: String

    init(_ yaml: String, _ line: Int, _ says: String) {
        self.yaml = yaml
        self.line = line
        self.says = says
    }

    var testDescription: String { says }

    /// A lane of one reader whose entries stand one a line, from line 4 on.
    private static func reader(_ entries: String...) -> String {
        "lanes:\n  - name: north\n    readers:\n      - " + entries.joined(separator: "\n        ")
    }

    private static func barrier(_ entries: String...) -> String {
        "lanes:\n  - name: north\n    barrier:\n      " + entries.joined(separator: "\n      ")
    }

    static let keys: [ConfigurationFault] = [
        .init(
            "sites: {}", 1,
            "unknown key 'sites'; known: site, node, state_directory, listen, web, policy, lanes, platforms"),
        .init("node: a\nsite:\n  names: x", 3, "unknown key 'names' in site; known: project_code, name"),
        .init("policy:\n  antipassback: off", 2, "unknown key 'antipassback' in policy"),
        .init("lanes:\n  - name: a\n    reader: []", 3, "unknown key 'reader' in lanes[]"),
        .init(reader("prot: /dev/ttyS0"), 4, "unknown key 'prot' in lanes[].readers[]"),
        .init("node: a\nlisten: 127.0.0.1:1\nnode: b", 1, "'node' is given twice"),
        .init("site:\n  name: a\n  name: b", 2, "'name' is given twice"),
        .init(
            reader("driver: rdm6300", "options:", "  baud: 9600", "  baud: 1"), 6, "'baud' is given twice"),
        .init("- a\n- b", 1, "the file must be a mapping"),
        .init("node: [a", 2, "is no YAML"),
        .init("site: {}\n\tnode: a", 2, "is no YAML"),
        .init("site: north", 1, "site must be a mapping"),
        .init("lanes: north", 1, "'lanes' must be up to 32 lanes"),
        .init("lanes:\n  - north", 2, "lanes[] must be a mapping"),
        .init("node: {a: b}", 1, "'node' must be 1 to 32 of a-z 0-9 -"),
    ]

    static let values: [ConfigurationFault] = [
        .init("site:\n  project_code: \(long(65))", 2, "'project_code' must be up to 64 characters"),
        .init("site:\n  name: \(long(65))", 2, "'name' must be up to 64 characters"),
        .init(
            "site:\n  timezone: Asia/Peking", 2, "'timezone' must be Asia/Shanghai, Asia/Urumqi or an"),
        .init("site:\n  timezone: '+15:00'", 2, "'timezone' must be"),
        .init("site:\n  timezone: '+08:60'", 2, "'timezone' must be"),
        .init("site:\n  timezone: '+8:00'", 2, "'timezone' must be"),
        .init("site:\n  timezone: '+08:00:00'", 2, "'timezone' must be"),
        .init("site:\n  timezone: '+-8:00'", 2, "'timezone' must be"),
        .init("site:\n  opening_hours: '6-19'", 2, "'opening_hours' must be HH:MM-HH:MM in site time"),
        .init("site:\n  opening_hours: '06:00-25:00'", 2, "'opening_hours' must be"),
        .init("site:\n  quiet_after: 5min", 2, "'quiet_after' must be 10min to 24h"),
        .init("site:\n  quiet_after: 25h", 2, "'quiet_after' must be 10min to 24h"),
        .init("node: North", 1, "'node' must be 1 to 32 of a-z 0-9 -"),
        .init("node: ''", 1, "'node' must be"),
        .init("node: \(long(33))", 1, "'node' must be"),
        .init("state_directory: srv/muster", 1, "'state_directory' must be an absolute path"),
        .init("listen: '8470'", 1, "'listen' must be HOST:PORT"),
        .init("listen: 127.0.0.1:65536", 1, "'listen' must be HOST:PORT"),
        .init("listen: '::1:8470'", 1, "'listen' must be HOST:PORT"),
        .init("policy:\n  repeat_window: 3", 2, "'repeat_window' must be 0s to 60s"),
        .init("policy:\n  repeat_window: 60001ms", 2, "'repeat_window' must be"),
        .init("policy:\n  repeat_window: -1s", 2, "'repeat_window' must be"),
        .init("policy:\n  anti_passback: on", 2, "'anti_passback' must be off, soft or hard"),
        .init("policy:\n  anti_passback: false", 2, "'anti_passback' must be"),
        .init("policy:\n  require: refuse", 2, "policy.require must be a mapping"),
        .init("policy:\n  require:\n    contract: yes", 3, "'contract' must be off, warn or refuse"),
        .init("policy:\n  require: {insurance: no}", 2, "'insurance' must be off, warn or refuse"),
        .init("policy:\n  require: {training: 1}", 2, "'training' must be off, warn or refuse"),
        .init("policy:\n  require: {id_valid: false}", 2, "'id_valid' must be off, warn or refuse"),
        .init(
            "policy:\n  require: {retraining_after_a_year: 1}", 2,
            "'retraining_after_a_year' must be off, warn or refuse"),
        .init("policy:\n  minimum_age: -1", 2, "'minimum_age' must be 0 to 100"),
        .init("policy:\n  minimum_age: 101", 2, "'minimum_age' must be"),
        .init("policy:\n  minimum_age: sixteen", 2, "'minimum_age' must be"),
        .init("policy:\n  maximum_age: 17", 2, "'maximum_age' must be 18 to 100"),
        .init("policy:\n  maximum_age: 101", 2, "'maximum_age' must be 18 to 100"),
        .init("policy:\n  maximum_age: sixty", 2, "'maximum_age' must be"),
        .init("policy:\n  minimum_age: 16.5", 2, "'minimum_age' must be"),
    ]

    static let lanes: [ConfigurationFault] = [
        .init(
            "lanes:\n" + (0..<33).map { "  - name: lane\($0)\n" }.joined(), 1,
            "'lanes' must be up to 32 lanes"),
        .init(
            "lanes:\n  - direction: both", 2, "'name' must be 1 to 32 bytes (10 Chinese characters), unique"),
        .init("lanes:\n  - name: \(String(repeating: "北", count: 11))", 2, "'name' must be 1 to 32 bytes"),
        .init(
            reader(
                "name: \(String(repeating: "北", count: 22))", "port: /dev/ttyS0", "driver: rdm6300",
                "direction: entering"), 4, "'name' must be 1 to 64 bytes"),
        .init("lanes:\n  - name: ''", 2, "'name' must be"),
        .init("lanes:\n  - name: \(long(33))", 2, "'name' must be"),
        .init("lanes:\n  - name: a\n  - name: a", 3, "lane 'a' is given twice"),
        .init("lanes:\n  - name: a\n    direction: in", 3, "'direction' must be entering, leaving or both"),
        .init(
            reader("port: /dev/ttyS0", "driver: rdm6300"), 5,
            "a reader of lane 'north' (direction both) needs a direction"),
        .init(
            reader("port: /dev/ttyS0", "driver: rdm6300", "direction: both"), 6,
            "'direction' must be entering or leaving"),
        .init(reader("driver: rdm6300", "direction: entering"), 4, "give either port or usb"),
        .init(
            reader("driver: rdm6300", "port: /dev/ttyS0", "usb: 1A86:7523", "direction: entering"), 4,
            "give either port or usb (one of them)"),
        .init(
            reader("port: ttyS0", "driver: rdm6300", "direction: entering"), 4,
            "'port' must be an absolute path"),
        .init(reader("usb: 1A86", "driver: rdm6300", "direction: entering"), 4, "'usb' must be VVVV:PPPP"),
        .init(
            reader("port: /dev/ttyS0", "direction: entering"), 4,
            "'driver' must be one of resident-id-card, rdm6300"),
        .init(
            reader("port: /dev/ttyS0", "driver: lcus-relay", "direction: entering"), 5,
            "'driver' must be one of resident-id-card, rdm6300"),
        .init(
            reader("port: /dev/ttyS0", "driver: rdm6300", "direction: entering", "options: {speed: 9600}"), 3,
            "north/reader-1: driver rdm6300 has no option 'speed'; known: format"),
        .init(
            reader("port: /dev/ttyS0", "driver: rdm6300", "direction: entering", "options: {baud: fast}"), 3,
            "option 'baud' of driver rdm6300 must be"),
        .init(
            reader(
                "{name: a, port: /dev/ttyS0, driver: rdm6300, direction: entering}",
            ) + "\n      - {name: a, port: /dev/ttyS1, driver: rdm6300, direction: leaving}", 5,
            "reader 'a' is given twice in lane 'north'"),
        .init(
            """
            lanes:
              - name: a
                barrier: {usb: '16C0:05DF', driver: hid-relay, options: {channel: 1}}
              - name: b
                readers: []
                barrier: {usb: '16c0:05df', driver: hid-relay, options: {channel: 1}}
            """, 6,
            "b/barrier and a/barrier are both usb 16C0:05DF, and nothing tells one from the other: give"),
        .init(barrier("port: /dev/ttyS0", "driver: rdm6300"), 5, "'driver' must be one of lcus-relay"),
        .init(
            barrier("port: /dev/ttyS0", "driver: lcus-relay", "options: {channel: 9}"), 2,
            "option 'channel' of driver lcus-relay must be"),
        .init(
            barrier("port: /dev/ttyS0", "driver: lcus-relay", "options: {pulse: 500}"), 2,
            "option 'pulse' of driver lcus-relay must be"),
    ]

    /// A platform whose entries stand one a line, from line 2 on.
    private static func platform(_ entries: String...) -> String {
        "platforms:\n  - " + entries.joined(separator: "\n    ")
    }

    /// A good one with one line more, or in place of its own.
    private static func city(_ entry: String) -> String {
        let key = entry.prefix { $0 != ":" }
        let good = [
            "name: city", "url: https://platform.example/open.api", "app_id: A1", "project_code: P1",
            "secret: {file: /run/secret}",
        ]
        return ([platform(entry)] + good.filter { !$0.hasPrefix(key + ":") }).joined(separator: "\n    ")
    }

    static let platforms: [ConfigurationFault] = [
        .init(
            "platforms:\n" + (0..<5).map { "  - name: p\($0)\n" }.joined(), 1,
            "'platforms' must be up to 4 platforms"),
        .init("platforms: city", 1, "'platforms' must be up to 4"),
        .init(city("name: City"), 2, "'name' must be 1 to 32 of a-z 0-9 -, unique"),
        .init(city("name: \(long(33))"), 2, "'name' must be 1 to 32"),
        .init(
            city("dialect: national") + "\n" + city("dialect: jinhua").dropFirst(11), 9,
            "platform 'city' is given twice"),
        .init(city("adapter: webdav"), 2, "'adapter' must be open-api"),
        .init(city("dialect: beijing"), 2, "'dialect' must be national or jinhua"),
        .init(platform("name: city"), 2, "'url' must be an https address"),
        .init(city("url: ftp://platform.example"), 2, "'url': https://HOST/PATH"),
        .init(city("url: https://me:pw@platform.example/"), 2, "'url': https://HOST/PATH"),
        .init(city("app_id: \(long(65))"), 2, "'app_id' must be 1 to 64 characters"),
        .init(city("app_id: ''"), 2, "'app_id': 1 to 100 bytes"),
        .init(city("project_code: ''"), 2, "'project_code' must be said here or as site.project_code"),
        .init(city("project_code: \(long(51))"), 2, "'project_code' must be 1 to 50 characters"),
        .init(city("secret:"), 2, "'secret' must say a credential or a file"),
        .init(city("secret: 0123"), 2, "platforms[].secret must be a mapping"),
        .init(city("secret: {}"), 2, "give either 'credential' or 'file' (one of them)"),
        .init(city("secret: {credential: a, file: /b}"), 2, "give either 'credential' or 'file'"),
        .init(city("secret: {credential: ../a}"), 2, "'credential' must be a name without /"),
        .init(city("secret: {file: secret}"), 2, "'file' must be an absolute path"),
        .init(city("ca: ca.pem"), 2, "'ca' must be an absolute path"),
        .init(city("ca: /ca.pem\n    pin: \(long(64))"), 3, "give either 'ca' or 'pin'"),
        .init(
            city("ca: /ca.pem").replacing("https:", with: "http:"), 2, "'ca': means nothing for an http"),
        .init(city("pin: \(long(63))"), 2, "'pin' must be 64 hexadecimal digits"),
        .init(city("client_certificate: a.pem"), 2, "platforms[].client_certificate must be a mapping"),
        .init(
            city("client_certificate: {certificate: a.pem, key: /b}"), 2,
            "'certificate' must be an absolute path"),
        .init(city("client_certificate: {certificate: /a}"), 2, "'key' must be an absolute path"),
        .init(city("proxy: proxy.example"), 2, "'proxy' must be HOST:PORT"),
        .init(city("proxy: proxy.example:0"), 2, "'proxy' must be HOST:PORT"),
        .init(city("attendance_batch: 0"), 2, "'attendance_batch' must be 1 to 10000"),
        .init(city("attendance_batch: 10001"), 2, "'attendance_batch' must be"),
        .init(city("backlog: newest"), 2, "'backlog' must be oldest_first or newest_first"),
        .init(city("pace: fast"), 2, "'pace' must be normal; or brisk"),
        .init(city("pace: brisk"), 2, "'pace': brisk is for a sandbox on a loopback address"),
    ]

    static let web: [ConfigurationFault] = [
        .init("web: 1", 1, "web must be a mapping"),
        .init("web:\n  tls: /crt.pem", 2, "web.tls must be a mapping"),
        .init("web:\n  tls: {}", 2, "'certificate' must say a credential or a file"),
        .init("web:\n  tls:\n    certificate: {file: /a}", 3, "'key' must say a credential or a file"),
        .init("web:\n  tls:\n    certificate: {file: a}", 3, "'file' must be an absolute path"),
        .init("web:\n  tls:\n    certificate: {credential: a/b}", 3, "'credential' must be a name without /"),
    ]

    static let all = keys + values + web + lanes + platforms

    private static func long(_ count: Int) -> String { String(repeating: "a", count: count) }
}

struct ConfigurationFaultTests {
    @Test(arguments: ConfigurationFault.all)
    func aFaultIsRefusedWithItsLine(_ fault: ConfigurationFault) {
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration(yaml: fault.yaml, file: "muster.yaml")
        }
        #expect(error?.line == fault.line)
        #expect(error?.message.contains(fault.says) == true, "\(error?.message ?? "")")
        #expect(error?.description.hasPrefix("muster.yaml:\(fault.line): ") == true)
    }

    /// Every key that the table declares is read: a value out of its range is refused at least once.
    @Test func everyKeyHasAFault() {
        let said = ConfigurationFault.all.map(\.says).joined(separator: "\n")
        let withoutValues: Set = ["site", "policy", "lanes[].readers", "lanes[].barrier"]
        for key in ConfigurationKeys.all where !withoutValues.contains(key.path) && key.type != .driverOptions
        {
            #expect(said.contains("'\(key.name)'") || said.contains(key.name), "\(key.path)")
        }
    }
}
