import DeviceDrivers
import DeviceIO
import Logging
import SiteModel
import Synchronization
import Testing
import VirtualSite

@testable import DeviceSessions

struct PlanTests {
    struct MatchRow: Sendable {
        let text: String
        /// Nil: no match at all.
        let fitsAdapter: Bool?
    }

    private static let adapter = DiscoveredDevice(
        node: "/dev/ttyUSB3", subsystem: .tty, vendorID: 0x1A86, productID: 0x7523, serial: "A10",
        links: [
            "/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0",
            "/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0",
        ])

    @Test(arguments: [
        MatchRow(text: "1A86:7523", fitsAdapter: true),
        MatchRow(text: "1a86:7523", fitsAdapter: true),
        MatchRow(text: "1A86:7524", fitsAdapter: false),
        MatchRow(text: "1A86:7523@A10", fitsAdapter: true),
        MatchRow(text: "1A86:7523@A11", fitsAdapter: false),
        MatchRow(text: "usb-1a86_USB_*", fitsAdapter: true),
        MatchRow(text: "usb-FTDI_*", fitsAdapter: false),
        MatchRow(text: "1A86:7523@", fitsAdapter: nil),
        MatchRow(text: "1A86:75231", fitsAdapter: nil),
        MatchRow(text: "/dev/ttyUSB0", fitsAdapter: nil),
        MatchRow(text: "", fitsAdapter: nil),
    ])
    func usbMatches(row: MatchRow) {
        #expect(USBMatch(row.text)?.matches(Self.adapter) == row.fitsAdapter, "\(row.text)")
    }

    private func reader(_ name: String, _ address: DeviceAddress, _ driver: String = "rdm6300") -> ReaderPlan
    {
        ReaderPlan(
            name: ReaderName(lane: "north", reader: name), address: address, driver: driver,
            direction: .entering)
    }

    @Test
    func barriersOfOneBoardShareALineAndEachHasItsChannel() throws {
        let board = DeviceAddress.port("/dev/relay")
        func lane(_ name: String, _ channel: String) -> LanePlan {
            LanePlan(
                name: name, readers: [reader(name, .port("/dev/\(name)"))],
                barrier: BarrierPlan(
                    lane: name, address: board, driver: "lcus-relay", options: ["channel": channel]))
        }
        let lines = try DevicePlan(lanes: [lane("a", "1"), lane("b", "2"), lane("c", "2")]).lines()
        #expect(lines.count == 4)
        #expect(lines[3].seats.map(\.lanes) == [["a"], ["b", "c"]])
        #expect(lines[3].isBarrierOnly)
    }

    struct AlikeRow: Sendable {
        let says: String
        let first: (usb: String, driver: String)
        let other: (usb: String, driver: String)
        var isBarrier = false
        let isRefused: Bool
    }

    @Test(arguments: [
        AlikeRow(
            says: "two readers", first: ("1A86:7523", "rdm6300"), other: ("1A86:7523", "rdm6300"),
            isRefused: true),
        AlikeRow(
            says: "a reader and a relay", first: ("1A86:7523", "rdm6300"),
            other: ("1a86:7523", "lcus-relay"), isBarrier: true, isRefused: true),
        AlikeRow(
            says: "a serial number each", first: ("1A86:7523@A1", "rdm6300"),
            other: ("1A86:7523@A2", "rdm6300"), isRefused: false),
        AlikeRow(
            says: "a serial number of one", first: ("1A86:7523", "rdm6300"),
            other: ("1A86:7523@A2", "rdm6300"), isRefused: false),
        AlikeRow(
            says: "a keyboard and a serial line", first: ("1A86:7523", "rdm6300"),
            other: ("1A86:7523", "keyboard-wedge"), isRefused: false),
        AlikeRow(
            says: "a reader and its own output", first: ("1A86:7523", "rdm6300"),
            other: ("1A86:7523", "rdm6300"), isBarrier: true, isRefused: false),
    ])
    func devicesThatNothingTellsApartAreRefused(row: AlikeRow) throws {
        let first = DeviceAddress.usb(try #require(USBMatch(row.first.usb)))
        let other = DeviceAddress.usb(try #require(USBMatch(row.other.usb)))
        var lanes = [LanePlan(name: "north", readers: [reader("a", first, row.first.driver)])]
        if row.isBarrier {
            let options = row.other.driver == "lcus-relay" ? ["channel": "1"] : [:]
            lanes[0].barrier = BarrierPlan(
                lane: "north", address: other, driver: row.other.driver, options: options)
        } else {
            lanes[0].readers.append(reader("b", other, row.other.driver))
        }
        let plan = DevicePlan(lanes: lanes)
        guard row.isRefused else {
            try plan.check()
            return
        }
        let error = #expect(throws: DevicePlanError.self, "\(row.says)") { try plan.check() }
        #expect(error?.device == (row.isBarrier ? "north/barrier" : "north/b"), "\(row.says)")
        #expect(error?.words.contains("and north/a are both usb 1A86:7523, and nothing tells") == true)
    }

    struct SharedLineRow: Sendable {
        let says: String
        var reader = (driver: "rdm6300", options: [String: String]())
        let other: (driver: String, options: [String: String])
        let isOtherBarrier: Bool
        /// What the refusal says after the names; nil when both may have the line.
        let refusal: String?
    }

    private static let otherSettings = "are on the same line /dev/bus with different line settings"

    @Test(arguments: [
        SharedLineRow(
            says: "two readers of one driver", other: ("rdm6300", [:]), isOtherBarrier: false,
            refusal: "are two readers on the same line /dev/bus, which can carry one"),
        SharedLineRow(
            says: "two readers of two drivers", other: ("ascii-line", [:]), isOtherBarrier: false,
            refusal: "are two readers on the same line /dev/bus, which can carry one"),
        SharedLineRow(
            says: "a reader with another speed", other: ("rdm6300", ["baud": "19200"]),
            isOtherBarrier: false, refusal: otherSettings),
        SharedLineRow(
            says: "a relay with another parity", other: ("lcus-relay", ["parity": "even"]),
            isOtherBarrier: true, refusal: otherSettings),
        SharedLineRow(
            says: "a relay with its own speed", reader: ("rdm6300", ["baud": "115200"]),
            other: ("lcus-relay", [:]), isOtherBarrier: true, refusal: otherSettings),
        SharedLineRow(
            says: "a keyboard and a serial reader", other: ("keyboard-wedge", [:]), isOtherBarrier: false,
            refusal: otherSettings),
        SharedLineRow(
            says: "a barrier of the reader's driver", other: ("rdm6300", [:]), isOtherBarrier: true,
            refusal: nil),
        SharedLineRow(
            says: "the factory speed, written out", other: ("lcus-relay", ["baud": "9600"]),
            isOtherBarrier: true, refusal: nil),
    ])
    func oneLineHasOneSettingAndOneReader(row: SharedLineRow) throws {
        let bus = DeviceAddress.port("/dev/bus")
        var first = reader("a", bus, row.reader.driver)
        first.options = row.reader.options
        var second = ReaderPlan(
            name: ReaderName(lane: "south", reader: "b"), address: bus, driver: row.other.driver,
            direction: .leaving)
        second.options = row.other.options
        let barrier = BarrierPlan(
            lane: "south", address: bus, driver: row.other.driver, options: row.other.options)
        let plan = DevicePlan(lanes: [
            LanePlan(name: "north", readers: [first]),
            row.isOtherBarrier
                ? LanePlan(name: "south", readers: [], barrier: barrier)
                : LanePlan(name: "south", readers: [second]),
        ])
        guard let refusal = row.refusal else {
            #expect(try plan.lines().count == 1, "\(row.says)")
            return
        }
        let other = row.isOtherBarrier ? "south/barrier" : "south/b"
        let error = #expect(throws: DevicePlanError.self, "\(row.says)") { try plan.check() }
        #expect(error == .sameLine(device: other, other: "north/a", words: refusal), "\(row.says)")
        #expect(error?.words == "\(other) and north/a \(refusal)", "\(row.says)")
    }

    @Test
    func barriersOfOneBoardWithTwoSpeedsAreRefused() {
        func lane(_ name: String, _ options: [String: String]) -> LanePlan {
            LanePlan(
                name: name, readers: [],
                barrier: BarrierPlan(
                    lane: name, address: .port("/dev/relay"), driver: "lcus-relay", options: options))
        }
        let plan = DevicePlan(lanes: [
            lane("a", ["channel": "1"]), lane("b", ["channel": "2", "baud": "19200"]),
        ])
        #expect(
            throws: DevicePlanError.sameLine(
                device: "b/barrier", other: "a/barrier",
                words: "are on the same line /dev/relay with different line settings")
        ) { try plan.check() }
    }

    /// Each of two drivers would let somebody through at the same time, and both would believe the board.
    @Test(arguments: [
        ("att203", ["pass_time": "6s"], "pass_time"), ("catrax", ["entering": "left-to-right"], "entering"),
        ("tpw-321", ["entering": "exit", "pulse": "2s"], "entering, pulse"),
    ])
    func lanesOfOneTurnstileHaveTheSameOptions(
        driver: String, options: [String: String], differing: String
    ) throws {
        func plan(_ second: [String: String]) -> DevicePlan {
            DevicePlan(
                lanes: [("a", [:]), ("b", second)].map { name, options in
                    LanePlan(
                        name: name, readers: [],
                        barrier: BarrierPlan(
                            lane: name, address: .port("/dev/board"), driver: driver, options: options))
                })
        }
        #expect(try plan([:]).lines()[0].seats.count == 1)
        #expect(
            throws: DevicePlanError.sameLine(
                device: "b/barrier", other: "a/barrier",
                words: "share the \(driver) at /dev/board, which lets one person through at a time, and have"
                    + " different options: give both the same \(differing)")
        ) { try plan(options).check() }
    }

    @Test
    func lineOptionsSetTheLineAndAreNoDriverOptions() throws {
        var plan = reader("a", .port("/dev/a"))
        plan.options = ["baud": "19200", "parity": "even"]
        let line = try DevicePlan(lanes: [LanePlan(name: "north", readers: [plan])]).lines()[0]
        #expect(line.link == .serial(SerialSettings(baud: 19_200, parity: .even)))
        #expect(line.seats[0].options.isEmpty)
    }

    @Test(arguments: [
        ("no-such-driver", [:]), ("rdm6300", ["baud": "fast"]), ("rdm6300", ["colour": "red"]),
        ("lcus-relay", [:]),
    ])
    func plansThatCannotBeCarriedOutAreRefused(driver: String, options: [String: String]) {
        var plan = reader("a", .port("/dev/a"), driver)
        plan.options = options
        let lanes = [LanePlan(name: "north", readers: [plan])]
        #expect(throws: DevicePlanError.self) {
            for line in try DevicePlan(lanes: lanes).lines() {
                for seat in line.seats { _ = try seat.makeDriver() }
            }
        }
    }

    @Test
    func aProfileNamesADeviceByItsPortAndConfigurationComesFirst() throws {
        let profile = DeviceProfile(
            name: "test", matches: [try #require(USBMatch("1A86:7523"))], driver: "rdm6300")
        let lines = try ProfileBook([profile]).lines(for: [Self.adapter])
        let path = "/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0"
        #expect(lines.map(\.address) == [.port(path)])
        #expect(
            lines[0].seats[0].readers.map(\.name)
                == [ReaderName(lane: "auto", reader: "pci-0000:00:14.0-usb-0:2:1.0-port0")])
        let configured = try DevicePlan(
            lanes: [LanePlan(name: "north", readers: [reader("a", .port("/dev/ttyUSB3"))])]
        ).lines()
        #expect(!PluggedDevices(lines: configured).isUnconfigured(Self.adapter))
        #expect(PluggedDevices(lines: []).isUnconfigured(Self.adapter))
    }

    /// What raw HID says it is for, whoever made it; keyboards and serial lines say nothing of the kind.
    @Test
    func aProfileNamesADeviceByItsUsagePage() throws {
        let match = try #require(USBMatch(usagePage: "8C"))
        let profile = DeviceProfile(name: "scanners", matches: [match], driver: "hid-pos")
        let scanner = DiscoveredDevice(
            node: "/dev/hidraw0", subsystem: .hidraw, vendorID: 0x0C2E, productID: 0x0001,
            usages: [HIDUsage(page: 0x8C, number: 2)])
        let mouse = DiscoveredDevice(
            node: "/dev/hidraw1", subsystem: .hidraw, vendorID: 0x0C2E, productID: 0x0002,
            usages: [HIDUsage(page: 1, number: 2)])
        let book = try ProfileBook([profile])
        #expect(book.lines(for: [mouse, scanner]).map(\.address) == [.port("/dev/hidraw0")])
        for text in ["", "0", "8C02F", "xy", "-1", "+1"] {
            #expect(USBMatch(usagePage: text) == nil, "\(text)")
        }
        let plan = DevicePlan(lanes: [], profiles: [profile])
        #expect(plan.plugged(scanner).claim == .profile("scanners"))
        #expect(plan.plugged(scanner).words == "0C2E:0001, usage 008C:0002")
        #expect(plan.plugged(mouse).claim == .nobody)
    }

    @Test
    func aClaimedDeviceIsGivenToNobodyElse() throws {
        let match = try #require(USBMatch("1A86:7523"))
        let plugged = PluggedDevices(lines: [])
        #expect(plugged.claim(match, .tty, for: 1) == nil)
        plugged.replace([Self.adapter])
        #expect(plugged.claim(match, .tty, for: 1) == Self.adapter.stablePath)
        #expect(plugged.claim(match, .tty, for: 2) == nil)
        #expect(plugged.claim(match, .hidraw, for: 3) == nil)
        plugged.release(owner: 1)
        #expect(plugged.claim(match, .tty, for: 2) == Self.adapter.stablePath)
    }

    @Test
    func aDeviceWithASerialNumberOfItsOwnIsNotTakenByItsIdsAlone() throws {
        let byIDs = try #require(USBMatch("1A86:7523"))
        let bySerial = try #require(USBMatch("1A86:7523@A10"))
        let lanes = [
            LanePlan(name: "north", readers: [reader("a", .usb(byIDs)), reader("b", .usb(bySerial))])
        ]
        let plan = DevicePlan(lanes: lanes)
        let plugged = PluggedDevices(lines: try plan.lines())
        // Only the one of "b" is there.
        plugged.replace([Self.adapter])
        #expect(plugged.claim(byIDs, .tty, for: 0) == nil)
        #expect(plugged.claim(bySerial, .tty, for: 1) == Self.adapter.stablePath)
        #expect(plan.plugged(Self.adapter).claim == .configured("north/b"))
    }

    /// The kernel's numbers of raw HID devices change with the order of plugging.
    @Test
    func rawHIDDevicesAreKnownByTheirPort() throws {
        func relay(_ number: Int, port: Int) -> DiscoveredDevice {
            DiscoveredDevice(
                node: "/dev/hidraw\(number)", subsystem: .hidraw, vendorID: 0x16C0, productID: 0x05DF,
                links: ["/dev/hid/by-path/pci-0000:00:14.0-usb-0:\(port):1.0"])
        }
        let match = try #require(USBMatch("16C0:05DF"))
        for (first, second) in [(9, 10), (10, 9)] {
            let plugged = PluggedDevices(lines: [])
            plugged.replace([relay(second, port: 2), relay(first, port: 1)])
            #expect(
                plugged.claim(match, .hidraw, for: 1) == "/dev/hid/by-path/pci-0000:00:14.0-usb-0:1:1.0")
        }
    }

    @Test
    func aReplayGoesThroughDriverAndHandler() async throws {
        let card = CardNumber(value: 0x0A_0012_3456 & 0xFFFF_FFFF, bitLength: 32)!
        let frame = VirtualCardReader.frame(of: card)
        let swipes = Shared<[Swipe]>([])
        let start = Uptime(milliseconds: 5_000)
        let (status, sent) = try await DeviceReplay.play(
            [
                .init(after: .zero, bytes: Array(frame[0..<5]), isReport: false),
                .init(after: .milliseconds(20), bytes: Array(frame[5...]), isReport: false),
                .init(after: .seconds(3), bytes: frame, isReport: false),
            ], reader: reader("a", .port("/dev/a")), start: start, clock: ManualSiteClock(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            swipes: { read in
                swipes.withLock { $0 += read }
                return read.map { _ in .granted }
            }, events: { _ in })
        #expect(
            swipes.withLock { $0 }.map(\.arrivedAt)
                == [start + .milliseconds(20), start + .seconds(3)])
        #expect(status.reads == 2)
        #expect(sent.isEmpty)
    }

    @Test
    func theInventedSiteIsTheSameForTheSameSeed() {
        let today = CivilDate(year: 2026, month: 11, day: 21)!
        let site = InventedSite(seed: 7, today: today)
        #expect(site.workers == InventedSite(seed: 7, today: today).workers)
        #expect(site.workers != InventedSite(seed: 8, today: today).workers)
        #expect(site.workers.count == 60 && site.admitted.count == 56 && site.left.count == 3)
        #expect(Set((site.workers + site.strangers).map(\.idNumber)).count == 70)
        #expect(Set((site.workers + site.strangers).compactMap(\.card)).count == 70)
        #expect(Set(site.workers.map(\.name)).count == 60)
        #expect(today.age(ofBirth: site.underAge.idNumber.birthDate!) < 16)
        #expect(site.admitted.allSatisfy { today.age(ofBirth: $0.idNumber.birthDate!) >= 16 })
    }
}
