import AccessControl
import AttendanceLedger
import DeviceDrivers
import SiteModel
import Testing

@testable import GatewayService

/// The site's own QR badge through every kind of reader that reads codes, up to the lane.
@Suite(.timeLimit(.minutes(10)))
struct BadgeReaderTests {
    struct Reader: Sendable, CustomTestStringConvertible {
        let driver: String
        var options: [String: String] = [:]
        /// What the reader sends of a text.
        let inputs: @Sendable (String) -> [DriverInput]
        var testDescription: String { "\(driver) \(options["layout"] ?? "")" }
    }

    static let readers = [
        Reader(driver: "ascii-line", options: ["credential": "qr"]) { [.bytes(Array(($0 + "\r\n").utf8))] },
        Reader(driver: "vbar") { text in
            let head: [UInt8] = [0x55, 0xAA, 0x30, 0, UInt8(text.utf8.count), 0]
            let frame = head + Array(text.utf8)
            return [.bytes(frame + [frame.reduce(0, ^)])]
        },
        Reader(driver: "hid-pos") { text in
            let body = [0x02, UInt8(text.utf8.count)] + Array("]Q1\(text)".utf8)
            return [.report(body + [UInt8](repeating: 0, count: 64 - body.count))]
        },
        Reader(driver: "keyboard-wedge") { [.report(typed($0, shift: true) + key(28))] },
        // Caps lock instead of Shift, and a reader that types small letters.
        Reader(driver: "keyboard-wedge") { [.report(key(58) + typed($0, shift: false) + key(28))] },
        Reader(driver: "keyboard-wedge") { [.report(typed($0, shift: false) + key(28))] },
    ]

    @Test(arguments: readers)
    func aBadgeOpensTheLane(reader: Reader) async throws {
        let site = try await TestSite()
        let worker = try #require(site.index.lookUp(Person.adult.byCard))
        let now = site.clock.now()
        let until = now.wall.advanced(byMilliseconds: 3_600_000)
        let entry = try await site.ledger.append([
            EntryDraft(
                BadgeIssued(until: until, by: "officer"), kind: .badgeIssued, subject: .worker(worker.id),
                clock: now)
        ])[0]
        try site.badges.follow(entry)
        let text = site.badges.text(.worker, entry.sequence, until: until)
        var driver = try DriverCatalogue.make(reader.driver, options: reader.options)
        var credentials: [Credential] = []
        for (number, input) in ([.opened(random: 0)] + reader.inputs(text)).enumerated() {
            for output in driver.handle(input, at: Uptime(milliseconds: Int64(number) * 10)) {
                if case .credential(let credential, _) = output { credentials.append(credential) }
            }
        }
        #expect(credentials.count == 1)
        let credential = try #require(credentials.first)
        #expect(await site.handle(site.swipe(credential, reader: "qr")) == .granted)
        #expect(try site.records().last?.record.badge == entry.sequence)
        await site.close()
    }

    // Keyboard records: type, code, value, little-endian.

    private static func record(_ code: UInt8, _ value: UInt8) -> [UInt8] { [1, 0, code, 0, value, 0, 0, 0] }

    private static func key(_ code: UInt8) -> [UInt8] { record(code, 1) + record(code, 0) }

    private static func typed(_ text: String, shift: Bool) -> [UInt8] {
        let rows: [(UInt8, String)] = [
            (2, "1234567890"), (16, "QWERTYUIOP"), (30, "ASDFGHJKL"), (44, "ZXCVBNM"),
        ]
        return text.flatMap { character -> [UInt8] in
            for (first, row) in rows {
                guard let place = Array(row).firstIndex(of: character) else { continue }
                let typed = key(first + UInt8(place))
                return shift && character.isLetter ? record(42, 1) + typed + record(42, 0) : typed
            }
            return []
        }
    }
}
