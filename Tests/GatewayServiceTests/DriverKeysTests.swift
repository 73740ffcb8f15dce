import DeviceSessions
import Foundation
import SiteModel
import Testing

@testable import GatewayService

/// Keys of drivers: the configuration says where they lie, the service reads them, nothing shows them.
struct DriverKeysTests {
    private static func plan(_ key: String) throws -> DevicePlan {
        let configuration = try Configuration(
            yaml: """
                lanes:
                  - name: north
                    direction: entering
                    readers:
                      - {port: /dev/bus, driver: osdp, options: {address: 3, secure: required, key: \(key)}}
                """, file: "muster.yaml",
            environment: HostEnvironment(nodeName: "bench", stateDirectory: "/var/lib/bench"))
        return DevicePlan(lanes: configuration.lanes)
    }

    @Test(arguments: [
        ("{credential: osdp}", "credential:osdp"),
        ("{file: /etc/muster/osdp.key}", "file:/etc/muster/osdp.key"),
    ])
    func theConfigurationNamesAKey(written: String, reference: String) throws {
        #expect(try Self.plan(written).secretReferences == [reference])
    }

    @Test(arguments: [
        "{file: osdp.key}", "{key: x}", "{credential: ../x}", "{credential: a, file: /b}", "[a]",
        "30313233343536373839414243444546", "{file: {a: b}}",
    ])
    func anythingElseIsRefused(written: String) {
        #expect(throws: ConfigurationError.self) { try Self.plan(written) }
    }

    @Test func keysAreReadRawOrInHexadecimal() throws {
        let folder = TemporaryFolder()
        let key = [UInt8](0x80...0x8F)
        try Data(key).write(to: URL(filePath: folder.path + "/raw"))
        try Data((key.hexadecimal + "\n").utf8).write(to: URL(filePath: folder.path + "/text"))
        try Data(key.dropLast()).write(to: URL(filePath: folder.path + "/short"))
        for name in ["raw", "text", "short", "missing"] {
            for written in ["{credential: \(name)}", "{file: \(folder.path)/\(name)}"] {
                var plan = try Self.plan(written)
                plan.secrets = DriverKeys.read(plan, credentials: folder.path)
                #expect("\(plan.secrets)".hasSuffix(" secrets"))
                let isGood = name == "raw" || name == "text"
                let words = Self.fault(of: plan)
                #expect((words == nil) == isGood, "\(name)")
                #expect(words?.contains(key.dropLast().hexadecimal) != true)
            }
        }
        var plan = try Self.plan("{credential: raw}")
        plan.secrets = DriverKeys.read(plan, credentials: nil)
        #expect(Self.fault(of: plan)?.contains("no credentials") == true)
    }

    private static func fault(of plan: DevicePlan) -> String? {
        do throws(DevicePlanError) {
            try plan.check()
            return nil
        } catch {
            return error.words
        }
    }
}
