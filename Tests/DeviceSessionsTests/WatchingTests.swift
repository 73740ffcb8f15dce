import DeviceDrivers
import DeviceIO
import SiteModel
import Testing
import VirtualSite

@testable import DeviceSessions

/// What is shown of a line, and what is not.
struct TrafficScribeTests {
    private static let at = UTCInstant(milliseconds: 1_772_600_000_250)

    /// Feeds a driver and the scribe, piece by piece.
    private static func notes(
        _ driver: String, reveals: Bool = false, _ pieces: [[UInt8]]
    ) throws -> [TrafficNote] {
        var driven = try DriverCatalogue.make(driver, options: [:])
        var scribe = TrafficScribe(device: "north/in", driver: driver, reveals: reveals)
        _ = driven.handle(.opened(random: 0), at: Uptime(milliseconds: 0))
        let isKeyboard = driver == "keyboard-wedge"
        return pieces.enumerated().flatMap { index, piece -> [TrafficNote] in
            let input = isKeyboard ? DriverInput.report(piece) : .bytes(piece)
            let outputs = driven.handle(input, at: Uptime(milliseconds: Int64(index + 1)))
            return scribe.notes(input, outputs, pendingByteCount: driven.pendingByteCount, at: at)
        }
    }

    private static let card = CardNumber(value: 15_219_292, bitLength: 32)!

    @Test func ofACardTheMarksAreShownAndTheNumberIsMasked() throws {
        let frame = VirtualCardReader.frame(of: Self.card)
        let notes = try Self.notes("rdm6300", [frame])
        #expect(notes.map(\.kind) == [.received, .credential])
        #expect(notes[0].bytes == Array(frame.prefix(4)) && notes[0].byteCount == 14)
        #expect(!notes[1].words.contains("15219292"))
        #expect(notes[0].line.hasSuffix("north/in  < 02 30 30 30 … 10 more"))
    }

    /// Piece by piece nothing is shown before it is known what it is.
    @Test func aFrameInPiecesIsShownWhenItIsWhole() throws {
        let frame = VirtualCardReader.frame(of: Self.card)
        let notes = try Self.notes("rdm6300", frame.map { [$0] })
        #expect(notes.map(\.kind) == [.received, .credential])
        #expect(notes[0].bytes == Array(frame.prefix(4)))
    }

    @Test func noiseIsShownWithItsReason() throws {
        let notes = try Self.notes("rdm6300", [[0xF8, 0x00, 0x80]])
        #expect(notes.map(\.kind) == [.received, .discarded])
        #expect(notes[0].bytes == [0xF8, 0x00, 0x80])
        #expect(notes[1].line.hasSuffix("! discarded noise, 3 bytes"))
    }

    /// The number of a frame that is nearly right is nearly somebody's.
    @Test func aFrameWhoseCheckFailsShowsItsMarksAlone() throws {
        var frame = VirtualCardReader.frame(of: Self.card)
        frame[12] = frame[12] == 0x30 ? 0x31 : 0x30
        let notes = try Self.notes("rdm6300", [frame])
        #expect(notes.allSatisfy { $0.bytes.count <= 4 })
        #expect(notes.contains { $0.kind == .discarded && $0.words == "integrity" })
    }

    /// Name, address and number stand in the bytes of an identity card: whole, in pieces, or damaged.
    @Test(arguments: [1_295, 200, 16, 8, 1], [false, true])
    func ofADocumentOnlyTheHeadIsEverShown(chunk: Int, isDamaged: Bool) throws {
        let site = InventedSite(seed: 3, today: CivilDate(year: 2026, month: 3, day: 4)!)
        let reader = SAMText(of: site.workers[0])
        var frame = reader.frame
        if isDamaged { frame.removeSubrange(0..<3) }
        let pieces = stride(from: 0, to: frame.count, by: chunk).map {
            Array(frame[$0..<min($0 + chunk, frame.count)])
        }
        let notes = try Self.notes("resident-id-card", pieces)
        let shown = notes.filter { $0.kind == .received }.flatMap(\.bytes)
        // Ten bytes a frame: preamble, length, status word.
        #expect(Set(shown).isSubset(of: [0xAA, 0x96, 0x69, 0x05, 0x08, 0x00, 0x90]), "\(shown)")
        #expect(notes.allSatisfy { note in !reader.secrets.contains { note.line.contains($0) } })
        let told = notes.filter { $0.kind == .received }.map(\.byteCount).reduce(0, +)
        #expect(told <= frame.count)
    }

    @Test func whatAKeyboardTypesIsNeverShown() throws {
        let key: [UInt8] = [1, 0, 3, 0, 1, 0, 0, 0, 1, 0, 3, 0, 0, 0, 0, 0]
        let enter: [UInt8] = [1, 0, 28, 0, 1, 0, 0, 0, 1, 0, 28, 0, 0, 0, 0, 0]
        let notes = try Self.notes("keyboard-wedge", [key, key, enter])
        #expect(notes.allSatisfy { $0.bytes.isEmpty })
    }

    @Test func revealedEverythingIsShown() throws {
        let frame = VirtualCardReader.frame(of: Self.card)
        #expect(try Self.notes("rdm6300", reveals: true, [frame])[0].bytes == frame)
    }

    @Test func anObjectHasItsMembers() {
        var json = JSONText()
        TrafficNote(
            at: Self.at, device: "north/in", kind: .received, bytes: [0x02, 0xAB], byteCount: 14
        ).append(to: &json)
        #expect(
            json.text
                == #"{"at":"2026-03-04T04:53:20.250Z","device":"north/in","kind":"received","bytes":"02AB","#
                + #""byte_count":14,"words":""}"#)
    }
}

/// An identity card's answer, and what of it must never be shown.
private struct SAMText {
    let frame: [UInt8]
    let secrets: [String]

    init(of person: ProjectWorker) {
        func field(_ text: String, _ byteCount: Int) -> [UInt8] {
            let bytes: [UInt8] = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
            let padding: [UInt8] = (bytes.count..<byteCount).map { $0.isMultiple(of: 2) ? 0x20 : 0 }
            return bytes + padding
        }
        let number = person.idNumber.revealed
        let fields: [(String, Int)] = [
            (person.name, 30), ("1", 2), ("01", 4), (String(number.dropFirst(6).prefix(8)), 16),
            ("测试路1号", 70), (number, 36), ("公安局", 30), ("20200102", 16), ("长期", 16), ("", 36),
        ]
        let text = fields.flatMap { field($0.0, $0.1) }
        let body: [UInt8] = [0, 0, 0x90, 1, 0, 4, 0] + text + [UInt8](repeating: 0, count: 1_024)
        let content = [UInt8((body.count + 1) >> 8), UInt8((body.count + 1) & 0xFF)] + body
        frame = [0xAA, 0xAA, 0xAA, 0x96, 0x69] + content + [content.reduce(0, ^)]
        secrets = [person.name, number, String(number.suffix(8))]
    }
}

struct TrafficTapTests {
    private static let note = TrafficNote(at: UTCInstant(milliseconds: 0), device: "a/b", kind: .status)

    @Test func itIsClosedUntilSomebodyLooksAndClosesByItself() {
        let tap = TrafficTap()
        #expect(!tap.isOpen)
        let first = tap.notes(from: nil, at: Uptime(milliseconds: 0))
        #expect(tap.isOpen && first.notes.isEmpty)
        tap.add([Self.note, Self.note], at: Uptime(milliseconds: 10_000))
        #expect(tap.notes(from: first.next, at: Uptime(milliseconds: 10_000)).notes.count == 2)
        tap.add([Self.note], at: Uptime(milliseconds: 20_001))
        #expect(!tap.isOpen)
        // Numbers go on, so that nothing is told twice.
        let next = tap.notes(from: nil, at: Uptime(milliseconds: 30_000)).next
        #expect(next == first.next + 2)
    }

    @Test func onlyTheLast2000AreKept() {
        let tap = TrafficTap()
        let first = tap.notes(from: nil, at: Uptime(milliseconds: 0)).next
        for _ in 0..<2_500 { tap.add([Self.note], at: Uptime(milliseconds: 1)) }
        let seen = tap.notes(from: first, at: Uptime(milliseconds: 2))
        #expect(seen.notes.count == 2_000 && seen.next == first + 2_500)
    }
}

/// What a capture keeps of what the driver sends.
struct RecordingTests {
    /// A relay on raw HID is told by feature reports.
    @Test func featureReportsAreSentAndKept() throws {
        let header = ["reader: bench", "link: hidraw", "driver: hid-relay", "made: today", "shows: a start"]
        let capture = try Capture(text: header.map { "# \($0)\n" }.joined())
        let start = Uptime(milliseconds: 0)
        let port = ReplayPort([], start: start)
        var recording = Recording(
            capture: capture, driver: try DriverCatalogue.make("hid-relay", options: [:]), start: start)
        recording.carryOut(.opened(random: 0), at: start, on: port)
        #expect(port.sent == [[0, 0xFD, 1, 0, 0, 0, 0, 0, 0]])
        #expect(recording.capture.events.map(\.event) == port.sent.map(Capture.Event.toDevice))
    }

    private static func header(_ driver: String, _ options: String = "") throws -> Capture {
        let lines = ["reader: r", "link: l", "driver: \(driver)", "made: m", "shows: s"]
        return try Capture(text: lines.map { "# \($0)\n" }.joined() + options)
    }

    @Test(
        arguments: [
            ("rdm6300", [:], "uart 9600 8N1", [:]), ("keyboard-wedge", [:], "evdev", [:]),
            ("hid-pos", [:], "hid", [:]),
            (
                "ascii-line", ["baud": "19200", "parity": "even", "data_bits": "7", "charset": "hex"],
                "uart 19200 7E1", ["charset": "hex"]
            ),
        ] as [(String, [String: String], String, [String: String])])
    func theHeaderSaysTheLineAsItWas(
        driver: String, options: [String: String], link: String, kept: [String: String]
    ) throws {
        var header = try Self.header(driver)
        header.options = options
        let capture = try CaptureRecorder(path: "/dev/null", capture: header).capture
        #expect(capture.link == link && capture.options == kept)
        #expect(try capture.replayedTranscript().isEmpty || driver == "hid-pos")
    }

    /// The plug was pulled in a frame; a text that silence ends came last.
    @Test func whatStandsAtTheEndIsKept() throws {
        let start = Uptime(milliseconds: 0)
        func finished(_ driver: String, _ input: PortInput) throws -> Capture {
            var recording = Recording(
                capture: try Self.header(driver), driver: try DriverCatalogue.make(driver, options: [:]),
                start: start)
            recording.take(input, on: ReplayPort([], start: start))
            recording.end(at: Uptime(milliseconds: 3_000))
            return recording.finished
        }
        let frame = VirtualCardReader.frame(of: cards(1)[0])
        let cut = try finished(
            "rdm6300",
            .bytes(Array(frame.prefix(9)), at: Uptime(milliseconds: 10), isPendingFromBeforeOpen: false))
        #expect(cut.transcript == ["@3000  pending 9"])
        let head: [UInt8] = [0x55, 0xAA, 0x30, 0, 1]
        let given = try finished(
            "vbar", .bytes(head, at: Uptime(milliseconds: 10), isPendingFromBeforeOpen: false))
        #expect(given.transcript?.suffix(2) == ["@1010  discarded incomplete 1", "@1010  discarded noise 4"])
        #expect(try Capture(text: given.text) == given)
    }
}

extension DeviceTests {
    @Suite(.timeLimit(.minutes(5)))
    struct WatchingTests {
        @Test
        func theRunningServiceTellsWhatItsReaderSays() async throws {
            let site = Site()
            let reader = try VirtualCardReader(path: site.path("reader0"))
            let lane = LanePlan(name: "north", readers: [site.reader()])
            try await site.run([lane]) { supervisor in
                #expect(await eventually { supervisor.statuses[0].state == .online })
                let first = supervisor.traffic(from: nil).next
                reader.present(cards(1, from: 15_219_292)[0])
                let kinds: @Sendable () -> [TrafficNote.Kind] = {
                    supervisor.traffic(from: first).notes.map(\.kind)
                }
                #expect(await eventually { kinds() == [.received, .credential] })
                #expect(supervisor.traffic(from: first).notes.allSatisfy { $0.device == "north/in0" })
            }
            #expect(site.swipes.count == 1)
        }

        @Test
        func aPortIsWatchedAlone() async throws {
            let site = Site()
            let reader = try VirtualIDCardReader(path: site.path("reader0"))
            let person = InventedSite(today: CivilDate(year: 2026, month: 3, day: 4)!).workers[0]
            reader.present(person)
            let watch = try DeviceWatch(
                path: site.path("reader0"), driver: "resident-id-card", options: [:], reveals: false)
            let seen = Shared<[TrafficNote]>([])
            try await watch.run(for: .seconds(3), clock: try SystemSiteClock()) { notes in
                seen.withLock { $0 += notes }
            }
            let notes = seen.withLock { $0 }
            #expect(notes.contains { $0.kind == .sent })
            let credentials = notes.filter { $0.kind == .credential }
            #expect(credentials.map(\.words) == ["idNumber id \(person.idNumber.revealed.prefix(2))***"])
            #expect(!notes.contains { $0.line.contains(person.name) })
        }
    }
}
