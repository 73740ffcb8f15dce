import DeviceSessions
import SiteModel
import Synchronization
import Testing

@testable import DeviceDrivers

/// The panel against readers that somebody else wrote: libosdp, over a pseudo terminal.
@Suite(
    .serialized, .timeLimit(.minutes(5)),
    .enabled(if: PeerProcess.isThere, "no Python with libosdp: set MUSTER_INTEROP_PYTHON"))
struct LibosdpTests {
    /// libosdp makes the unique id of vendor, model, version and serial; `readers.py` gives the serial 1000
    /// and the address.
    private static func readerKey(_ address: UInt8, site: [UInt8] = PanelSite.siteKey) -> String {
        let uniqueID: [UInt8] = [0x5C, 0x23, 0x01, 0x00, address, 0x10, 0x00, 0x00]
        return OSDPKey(site: site, uniqueID: uniqueID).bytes.hexadecimal
    }

    private static func lane(_ site: PanelSite, _ options: [String: String]) -> [LanePlan] {
        [LanePlan(name: "lane0", readers: [site.reader(1, options)])]
    }

    @Test func cardsInTheClear() async throws {
        let site = try PanelSite()
        let readers = try PeerProcess(link: site.path(), ["1=plain"])
        try await readers.waitUntilReady()
        try await site.run(Self.lane(site, ["secure": "off"])) { supervisor in
            #expect(await eventually { supervisor.isPlain() })
            readers.say("1 card 00e83a5c 32")
            #expect(await eventually { site.cardNumbers == [15_219_292] })
            // Idle lamp when it was met, green for the card.
            #expect(await eventually { readers.count(of: "on_color") >= 2 })
            readers.say("1 tamper 1")
            #expect(await eventually { supervisor.detail().contains("tamper") })
            readers.say("1 tamper 0")
            #expect(await eventually { supervisor.isPlain() })
        }
    }

    @Test func aReaderWithTheKeyOfTheSite() async throws {
        let site = try PanelSite()
        let readers = try PeerProcess(link: site.path(), ["1=\(Self.readerKey(1))"])
        try await readers.waitUntilReady()
        try await site.run(Self.lane(site, ["secure": "required"])) { supervisor in
            #expect(await eventually { supervisor.isSecure() })
            readers.say("1 state")
            #expect(await eventually { readers.count(of: "\"secure\": true") == 1 })
            readers.say("1 card ea83e840 26")
            #expect(await eventually { site.cardNumbers == [213 << 16 | 2_000] })
            #expect(await eventually { readers.count(of: "on_color") >= 2 })
        }
    }

    @Test func aFactoryReaderGetsItsKeyInTheWindowOnly() async throws {
        let site = try PanelSite()
        let readers = try PeerProcess(link: site.path(), ["1=install"])
        try await readers.waitUntilReady()
        try await site.run(Self.lane(site, ["secure": "install"])) { supervisor in
            #expect(await eventually { supervisor.detail().contains("commissioning window") })
            readers.say("1 card 00e83a5c 32")
            let isOpened = supervisor.commission(
                ReaderName(lane: "lane0", reader: "in1"), for: .seconds(60))
            #expect(isOpened)
            #expect(await eventually { supervisor.isSecure() })
            #expect(readers.count(of: Self.readerKey(1)) == 1)
            // With the new key it needs no window, and it keeps the key over a loss of power.
            readers.say("1 restart")
            readers.say("1 card 00000007 32")
            #expect(await eventually { site.cardNumbers.contains(7) })
            #expect(supervisor.isSecure())
            #expect(site.commissioned.map { $0.prefix(15) } == ["key_set: vendor"])
        }
    }

    /// Told another address and speed, it goes there and its line follows; the port comes back there too.
    @Test func aReaderIsGivenAnotherPlace() async throws {
        let site = try PanelSite()
        let readers = try PeerProcess(link: site.path(), baud: 115_200, ["1=\(Self.readerKey(1))"])
        try await readers.waitUntilReady()
        try await site.run(Self.lane(site, ["secure": "required"])) { supervisor in
            #expect(await eventually { supervisor.isSecure() })
            let name = ReaderName(lane: "lane0", reader: "in1")
            #expect(supervisor.commission(name, for: .seconds(60), address: 5, baud: 57_600))
            #expect(
                await eventually {
                    site.commissioned == ["line_changed: the reader answers at address 5, 57600 baud"]
                })
            #expect(
                supervisor.detail().hasSuffix(
                    ", secure; at address 5, 57600 baud, which is not configured"))
            readers.say("1 card 00e83a5c 32")
            #expect(await eventually { site.cardNumbers == [15_219_292] })
            // Its power goes: it is found where it went.
            readers.say("1 restart")
            readers.say("1 card 00000007 32")
            #expect(await eventually { site.cardNumbers.contains(7) })
        }
    }

    /// One of two readers cannot leave the speed of its line; its address alone it can.
    @Test func aReaderOfManyKeepsTheSpeed() async throws {
        let site = try PanelSite()
        let readers = try PeerProcess(link: site.path(), baud: 115_200, ["1=plain", "2=plain"])
        try await readers.waitUntilReady()
        let lane = LanePlan(
            name: "lane0", readers: [1, 2].map { site.reader($0, ["secure": "off"]) })
        try await site.run([lane]) { supervisor in
            #expect(await eventually { supervisor.isPlain("in1") && supervisor.isPlain("in2") })
            let name = ReaderName(lane: "lane0", reader: "in1")
            #expect(supervisor.commission(name, for: .seconds(60), address: nil, baud: 57_600))
            #expect(supervisor.commission(name, for: .seconds(60), address: 9))
            #expect(
                await eventually {
                    site.commissioned == [
                        "line_not_changed: other devices of the line would not follow to 57600 baud",
                        "line_changed: the reader answers at address 9, 115200 baud",
                    ]
                })
            readers.say("1 card 00000001 32")
            readers.say("2 card 00000002 32")
            #expect(await eventually { Set(site.cardNumbers) == [1, 2] })
        }
    }

    /// An input of the reader sees who passes: the grant becomes a passage.
    @Test func anInputTellsWhoPassed() async throws {
        let site = try PanelSite()
        let readers = try PeerProcess(link: site.path(), ["1=\(Self.readerKey(1))"])
        try await readers.waitUntilReady()
        var lanes = Self.lane(site, ["secure": "required"])
        lanes[0].barrier = BarrierPlan(
            lane: "lane0", address: .port(site.path()), driver: "osdp-output",
            options: [
                "address": "1", "baud": "115200", "output": "0", "pass_input": "1", "fire_input": "2",
            ])
        try await site.run(lanes) { supervisor in
            // libosdp's reader tells its inputs once one of them changes: until then nobody knows who passes.
            #expect(await eventually { supervisor.hasFault("input 2 is configured", of: "barrier") })
            readers.say("1 inputs 0 0")
            #expect(await eventually { supervisor.isSecure("in1") && supervisor.isSecure("barrier") })
            readers.say("1 card 00e83a5c 32")
            #expect(await eventually { readers.count(of: "\"control_code\": 5, \"output_no\": 0") == 1 })
            readers.say("1 inputs 1 0")
            #expect(await eventually { site.words == ["passed"] })
            readers.say("1 inputs 0 1")
            #expect(await eventually { site.words == ["passed", "released true"] })
            #expect(await eventually { readers.count(of: "\"control_code\": 2, \"output_no\": 0") == 1 })
            readers.say("1 inputs 0 0")
            #expect(await eventually { site.words.last == "released false" })
        }
    }

    /// The reader alone, then with its adapter: the port goes and comes again.
    @Test func aReaderStartsAnew() async throws {
        let site = try PanelSite()
        let key = "1=\(Self.readerKey(1))"
        let first = try PeerProcess(link: site.path(), [key])
        let later = Later()
        try await first.waitUntilReady()
        try await site.run(Self.lane(site, ["secure": "required"])) { supervisor in
            #expect(await eventually { supervisor.isSecure() })
            for number in 1...3 {
                first.say("1 restart")
                first.say("1 card 0000000\(number) 32")
                #expect(await eventually { site.cardNumbers.count == number })
            }
            first.stop()
            #expect(await eventually { supervisor.statuses[0].state == .absent })
            let next = try PeerProcess(link: site.path(), [key])
            later.keep(next)
            try await next.waitUntilReady()
            #expect(await eventually { supervisor.isSecure() && supervisor.statuses[0].state == .online })
            next.say("1 card 00000004 32")
            #expect(await eventually { site.cardNumbers == [1, 2, 3, 4] })
        }
    }

    @Test func aWrongKeyIsSaidAndNothingIsBelieved() async throws {
        let site = try PanelSite()
        let wrong = Self.readerKey(1, site: [UInt8](repeating: 9, count: 16))
        let readers = try PeerProcess(link: site.path(), ["1=\(wrong)"])
        try await readers.waitUntilReady()
        try await site.run(Self.lane(site, ["secure": "required"])) { supervisor in
            #expect(await eventually { supervisor.detail() == "the reader has another key" })
            #expect(supervisor.statuses[0].state == .failed)
            readers.say("1 card 00e83a5c 32")
            readers.say("1 state")
            #expect(await eventually { readers.count(of: "\"secure\": false") == 1 })
            #expect(site.swipes.isEmpty)
        }
    }

    @Test(arguments: ["off", "required"])
    func aBurstOfCardsArrivesInOrder(secure: String) async throws {
        let site = try PanelSite()
        let kind = secure == "off" ? "plain" : Self.readerKey(1)
        let readers = try PeerProcess(link: site.path(), ["1=\(kind)"])
        try await readers.waitUntilReady()
        try await site.run(Self.lane(site, ["secure": secure])) { supervisor in
            #expect(await eventually { supervisor.statuses[0].detail.hasPrefix("vendor") })
            // libosdp keeps a few events at a time.
            for number in 1...60 {
                readers.say("1 card \([0, 0, 1, UInt8(number)].hexadecimal) 32")
                if number.isMultiple(of: 4) {
                    #expect(await eventually { site.swipes.count == number })
                }
            }
            #expect(site.cardNumbers == (1...60).map { 256 + UInt64($0) })
            #expect(await eventually { supervisor.statuses[0].reads == 60 })
        }
    }

    @Test func anOutputOpensTheLane() async throws {
        let site = try PanelSite()
        let readers = try PeerProcess(link: site.path(), ["1=\(Self.readerKey(1))"])
        try await readers.waitUntilReady()
        var lanes = Self.lane(site, ["secure": "required"])
        lanes[0].barrier = BarrierPlan(
            lane: "lane0", address: .port(site.path()), driver: "osdp-output",
            options: ["address": "1", "baud": "115200", "output": "2", "pulse": "700ms"])
        try await site.run(lanes) { supervisor in
            #expect(await eventually { supervisor.isSecure("in1") && supervisor.isSecure("barrier") })
            // Off for good when it is met.
            #expect(await eventually { readers.count(of: "\"control_code\": 1, \"output_no\": 2") == 1 })
            readers.say("1 card 00e83a5c 32")
            #expect(await eventually { readers.count(of: "\"control_code\": 5, \"output_no\": 2") == 1 })
            let isOpened = await supervisor.open("lane0", .entering, swipedAt: SystemSiteClock.uptime())
            #expect(isOpened)
            #expect(await eventually { readers.count(of: "\"control_code\": 5, \"output_no\": 2") == 2 })
            #expect(supervisor.statuses[1].pulses == 2)
        }
        #expect(site.failedOpenings == 0)
    }

    /// Half of a second of deafness now and then: the session may break and comes again, cards may be late.
    @Test func aDeafReaderIsHeardAgain() async throws {
        let site = try PanelSite()
        let readers = try PeerProcess(link: site.path(), ["1=\(Self.readerKey(1))"])
        try await readers.waitUntilReady()
        try await site.run(Self.lane(site, ["secure": "required"])) { supervisor in
            #expect(await eventually { supervisor.isSecure() })
            for number in 1...3 {
                readers.say("hush 500")
                try await Task.sleep(for: .milliseconds(600))
                readers.say("1 card 0000000\(number) 32")
                #expect(await eventually { site.cardNumbers.count == number })
            }
        }
    }
}

/// Keeps a process that a closure made until the test is over.
private final class Later: Sendable {
    private let kept = Mutex<PeerProcess?>(nil)

    func keep(_ process: PeerProcess) { kept.withLock { $0 = process } }
}
