import DeviceDrivers
import SiteModel
import Testing

@testable import DeviceSessions

/// Several devices of one line, and where their keys lie.
struct BusPlanTests {
    private static let port = DeviceAddress.port("/dev/bus")

    private static func reader(
        _ lane: String, _ options: [String: String], _ driver: String = "osdp",
        _ address: DeviceAddress = port
    ) -> ReaderPlan {
        ReaderPlan(
            name: ReaderName(lane: lane, reader: "in"), address: address, driver: driver,
            direction: .entering, options: options)
    }

    private static func barrier(_ lane: String, _ options: [String: String]) -> BarrierPlan {
        BarrierPlan(lane: lane, address: port, driver: "osdp-output", options: options)
    }

    @Test func devicesOfALineShareOneDriver() throws {
        let plan = DevicePlan(lanes: [
            LanePlan(
                name: "a", readers: [Self.reader("a", ["address": "1", "baud": "38400"])],
                barrier: Self.barrier("a", ["address": "1", "baud": "38400"])),
            LanePlan(
                name: "b", readers: [Self.reader("b", ["address": "2", "baud": "38400"])],
                barrier: Self.barrier("b", ["address": "2", "output": "1", "baud": "38400"])),
        ])
        let lines = try plan.lines()
        #expect(lines.count == 1)
        #expect(lines[0].link == .serial(SerialSettings(baud: 38_400)))
        let seat = try #require(lines[0].seats.first)
        #expect(lines[0].seats.count == 1)
        #expect(seat.readers.map(\.name.lane) == ["a", "b"])
        #expect(seat.readerOptions == [["address": "1"], ["address": "2"]])
        #expect(seat.lanes == ["a", "b"])
        #expect(seat.driver == "osdp" && seat.barrierDriver == "osdp-output")
        #expect(seat.laneOptions == [["address": "1"], ["address": "2", "output": "1"]])
        #expect(throws: Never.self) { try plan.check() }
    }

    @Test func oneUSBAdapterIsOneLine() throws {
        let adapter = DeviceAddress.usb(try #require(USBMatch("0403:6001")))
        let readers = ["1", "2"].map { Self.reader("a", ["address": $0], "osdp", adapter) }
        #expect(try DevicePlan(lanes: [LanePlan(name: "a", readers: readers)]).lines().count == 1)
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let readers: [ReaderPlan]
    }

    @Test(arguments: [
        Wrong(testDescription: "address twice", readers: [reader("a", [:]), reader("b", [:])]),
        Wrong(
            testDescription: "two speeds",
            readers: [reader("a", ["baud": "19200"]), reader("b", ["address": "1"])]),
        Wrong(
            testDescription: "another protocol on the bus",
            readers: [reader("a", [:]), reader("b", [:], "rdm6300")]),
    ])
    func whatDoesNotFitTheLineIsRefused(wrong: Wrong) {
        #expect(throws: DevicePlanError.self) {
            try DevicePlan(lanes: [LanePlan(name: "a", readers: wrong.readers)]).check()
        }
    }

    @Test func keysAreAskedForByReference() {
        let plan = DevicePlan(lanes: [
            LanePlan(
                name: "a",
                readers: [
                    Self.reader("a", [:]), Self.reader("a", ["address": "1", "key": "file:/etc/key"]),
                    Self.reader("a", [:], "rdm6300"),
                ], barrier: Self.barrier("a", ["key": "file:/etc/key"]))
        ])
        #expect(plan.secretReferences == ["credential:muster-osdp-key", "file:/etc/key"])
    }

    @Test func aKeyThatIsNotThereStopsTheStart() {
        var plan = DevicePlan(lanes: [LanePlan(name: "a", readers: [Self.reader("a", [:])])])
        #expect(throws: Never.self) { try plan.check() }
        plan.secrets = DriverSecrets([:], faults: ["credential:muster-osdp-key": "no such file"])
        #expect {
            try plan.check()
        } throws: {
            ($0 as? DevicePlanError)?.words.hasSuffix(
                "the key credential:muster-osdp-key was not read: no such file") == true
        }
        // Where nothing is secret none is needed.
        plan.lanes[0].readers[0].options = ["secure": "off"]
        #expect(throws: Never.self) { try plan.check() }
    }

    /// What can be said before the reader is asked.
    @Test func aPlaceThatIsTakenIsRefusedAtOnce() throws {
        func reader(_ name: String, _ options: [String: String]) -> ReaderPlan {
            ReaderPlan(
                name: ReaderName(lane: "north", reader: name), address: .port("/dev/ttyS9"), driver: "osdp",
                direction: .entering, options: options.merging(["baud": "115200"]) { $1 })
        }
        let readers = [reader("a", [:]), reader("b", ["address": "5", "secure": "install"])]
        let barrier = BarrierPlan(
            lane: "north", address: .port("/dev/ttyS9"), driver: "osdp-output",
            options: ["address": "7", "baud": "115200"])
        let plan = DevicePlan(lanes: [LanePlan(name: "north", readers: readers, barrier: barrier)])
        let seat = try #require(try plan.lines().first?.seats.first)
        let (a, b) = (readers[0].name, readers[1].name)
        #expect(seat.refusal(ofPlace: 5, nil, for: a) == "another device of the line has address 5")
        #expect(seat.refusal(ofPlace: 0, nil, for: b) == "another device of the line has address 0")
        #expect(seat.refusal(ofPlace: 7, nil, for: a) == "another device of the line has address 7")
        #expect(seat.refusal(ofPlace: 127, nil, for: a) == "there is no address 127")
        #expect(
            seat.refusal(ofPlace: nil, 9_600, for: a)
                == "other devices of the line would not follow to 9600 baud")
        #expect(
            seat.refusal(ofPlace: 6, 115_200, for: a) == nil && seat.refusal(ofPlace: 0, nil, for: a) == nil)
        #expect(!seat.givesKey(to: a) && seat.givesKey(to: b))
        let alone = DevicePlan(lanes: [LanePlan(name: "north", readers: [readers[0]])])
        #expect(try alone.lines().first?.seats.first?.refusal(ofPlace: 5, 9_600, for: a) == nil)
    }
}
