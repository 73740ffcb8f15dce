import SiteModel
import Testing

@testable import GatewayService

/// A reader that is plugged in and nothing comes from.
struct QuietReadersTests {
    /// 2026-11-21 00:00 at the site.
    private static let midnight = UTCInstant(rfc3339: "2026-11-20T16:00:00Z")!
    private static let offset: Int64 = 28_800_000

    private static func reader(_ driver: String, reads: Int = 0) -> DeviceStatus {
        var status = DeviceStatus(
            lane: "north", name: "in", isBarrier: false, direction: .entering, driver: driver, port: "/dev/x",
            state: .online)
        status.reads = reads
        return status
    }

    /// Minutes of the day, in site time → what is written then.
    private static func run(
        _ quiet: QuietReaders, _ minutes: ClosedRange<Int64>, _ status: (Int64) -> DeviceStatus
    ) -> [(minute: Int64, isOver: Bool)] {
        minutes.flatMap { minute in
            let now = midnight.advanced(byMilliseconds: minute * 60_000)
            let reading = ClockReading(
                wall: now, uptime: Uptime(milliseconds: minute * 60_000),
                boot: BootID(bytes: [UInt8](1...16))!,
                synchronisation: .none)
            return quiet.look(at: [status(minute)], now: now, reading).map { (minute, $0.until != nil) }
        }
    }

    private static func watch(_ hours: String = "06:00-18:00") -> QuietReaders {
        QuietReaders(hours: OpeningHours(text: hours), limit: .seconds(4 * 3_600), offsetMilliseconds: offset)
    }

    /// Quiet from the start: four of the opening hours later, not of the night before.
    @Test func aQuietReaderIsToldOnceAndOnceItIsHeard() {
        let quiet = Self.watch()
        let told = Self.run(quiet, 0...700) { Self.reader("rdm6300", reads: $0 < 650 ? 0 : 1) }
        #expect(told.map(\.minute) == [599, 650])
        #expect(told.map(\.isOver) == [false, true])
    }

    @Test func aQuietReaderIsShownAsSilent() {
        let quiet = Self.watch()
        _ = Self.run(quiet, 0...601) { _ in Self.reader("rdm6300") }
        let shown = quiet.marked([Self.reader("rdm6300"), Self.reader("osdp")])
        #expect(shown.map(\.state) == [.silent, .online])
        #expect(shown[0].detail == "nothing came for 4h of the opening hours: show it a card")
    }

    @Test(arguments: ["osdp", "resident-id-card", "hid-id-card"])
    func aReaderThatIsAskedNeedsNoCards(driver: String) {
        #expect(Self.run(Self.watch(), 0...1_439) { _ in Self.reader(driver) }.isEmpty)
    }

    /// Some heads know the question, others do not.
    @Test(arguments: [true, false]) func aHeadThatHasAnsweredNeedsNoCards(answers: Bool) {
        let told = Self.run(Self.watch(), 0...1_439) { _ in
            var status = Self.reader("vbar")
            status.answers = answers
            return status
        }
        #expect(told.count == (answers ? 0 : 1))
    }

    @Test func aReaderInUseIsNotQuiet() {
        let told = Self.run(Self.watch(), 0...1_439) { Self.reader("rdm6300", reads: Int($0 / 200)) }
        #expect(told.isEmpty)
    }

    @Test func oneThatIsNotThereHasAnotherGap() {
        let told = Self.run(Self.watch(), 0...1_439) { _ in
            var status = Self.reader("rdm6300")
            status.state = .absent
            return status
        }
        #expect(told.isEmpty)
    }

    @Test func withoutOpeningHoursNobodyIsQuiet() {
        let quiet = QuietReaders(hours: nil, limit: .seconds(600), offsetMilliseconds: Self.offset)
        #expect(Self.run(quiet, 0...1_439) { _ in Self.reader("rdm6300") }.isEmpty)
    }

    @Test(arguments: [
        ("06:00-18:00", 359, false), ("06:00-18:00", 360, true), ("06:00-18:00", 1_079, true),
        ("06:00-18:00", 1_080, false), ("22:00-04:00", 1_320, true), ("22:00-04:00", 239, true),
        ("22:00-04:00", 240, false), ("00:00-24:00", 1_439, true),
    ])
    func hoursBeginAndEnd(text: String, minute: Int64, isOpen: Bool) throws {
        let hours = try #require(OpeningHours(text: text))
        let instant = Self.midnight.advanced(byMilliseconds: minute * 60_000)
        #expect(hours.contains(instant, offsetMilliseconds: Self.offset) == isOpen)
    }

    @Test(arguments: [
        "", "6:00-18:00", "06:00", "06:00-06:00", "06:00-24:01", "06:60-18:00", "06:00-18:00-20:00",
    ])
    func otherTextsAreNoHours(text: String) {
        #expect(OpeningHours(text: text) == nil)
    }
}
