import Foundation
import SiteModel
import Testing

@testable import DeviceDrivers

/// The regression suite of the hardware: every capture decodes as recorded, in any chunking.
struct CaptureTests {
    /// `RECORD=1` rewrites the transcripts. A missing one is recorded and fails once.
    @Test(arguments: CaptureFile.all)
    func everyCaptureDecodesAsRecorded(file: CaptureFile) throws {
        var capture = try file.capture()
        let transcript = try capture.replayedTranscript()
        let isRecording = ProcessInfo.processInfo.environment["RECORD"] == "1"
        guard let expected = capture.transcript, !isRecording else {
            let wasMissing = capture.transcript == nil
            capture.transcript = transcript
            try file.write(capture)
            if wasMissing { Issue.record("\(file.name) had no transcript; recorded, look at it") }
            return
        }
        #expect(transcript == expected)
    }

    @Test(arguments: CaptureFile.all)
    func everyCaptureIsPrintedAsItStands(file: CaptureFile) throws {
        let text = try String(contentsOf: file.url, encoding: .utf8)
        #expect(try Capture(text: text).text == text)
        #expect(text.utf8.allSatisfy { $0 != 0x0D })
    }

    /// Where a capture shows what was sent, the driver says the same, in the same order.
    @Test(arguments: CaptureFile.all)
    func theDriverSendsWhatTheCaptureShows(file: CaptureFile) throws {
        let capture = try file.capture()
        let shown = capture.events.compactMap { timed -> [UInt8]? in
            if case .toDevice(let bytes) = timed.event { bytes } else { nil }
        }
        guard !shown.isEmpty else { return }
        let said = try capture.replay().compactMap { timed -> [UInt8]? in
            if case .send(let bytes) = timed.output { bytes } else { nil }
        }
        #expect(shown == said)
    }

    @Test func everyDriverHasThreeCapturesInItsFolder() throws {
        for descriptor in DriverCatalogue.all {
            let files = CaptureFile.all.filter { $0.name.hasPrefix(descriptor.name + "/") }
            #expect(files.count >= 3, "\(descriptor.name)")
            for file in files {
                let capture = try file.capture()
                #expect(capture.driver == descriptor.name, "\(file.name)")
                if capture.made.hasPrefix("synthetic") { #expect(descriptor.evidenceLevel <= 4) }
            }
        }
        #expect(CaptureFile.all.allSatisfy { $0.name.split(separator: "/").count == 2 })
    }

    @Test(arguments: CaptureFile.all)
    func anyChunkingGivesTheSameCredentials(file: CaptureFile) throws {
        let capture = try file.capture()
        let expected = try Self.credentials(of: capture)
        // Short captures: every pair of cuts. Long ones: seeded cuts.
        let byteCount = capture.events.map(\.byteCount).max() ?? 0
        if byteCount <= 40 {
            for first in 0...byteCount {
                for second in first...byteCount {
                    let cut = capture.cut { _ in [first, second] }
                    #expect(try Self.credentials(of: cut) == expected, "cuts \(first), \(second)")
                }
            }
        }
        for seed in UInt64(0)..<60 {
            var random = SeededGenerator(seed: seed)
            let cut = capture.cut { count in
                (0..<Int.random(in: 0...8, using: &random)).map { _ in
                    Int.random(in: 0...max(count, 1), using: &random)
                }
            }
            #expect(try Self.credentials(of: cut) == expected, "seed \(seed)")
        }
        #expect(try Self.credentials(of: capture.cut { Array(0...$0) }) == expected, "byte by byte")
    }

    private static func credentials(of capture: Capture) throws -> [DriverOutput] {
        try capture.replay().map(\.output).filter {
            switch $0 {
            case .credential, .identity, .passed, .notPassed, .fireInput: true
            default: false
            }
        }
    }
}

extension Capture.TimedEvent {
    var byteCount: Int {
        if case .fromDevice(let bytes) = event { bytes.count } else { 0 }
    }
}

extension Capture {
    /// The same capture with the bytes of each piece cut at the given offsets, at the same time. Keyboards
    /// send whole records and HID devices whole reports: cuts fall between them.
    func cut(_ offsets: (Int) -> [Int]) -> Capture {
        let grain = link == "evdev" ? 8 : link.hasPrefix("hid") ? 64 : 1
        var copy = self
        copy.events = events.flatMap { timed -> [TimedEvent] in
            guard case .fromDevice(let bytes) = timed.event else { return [timed] }
            let marks = Set(offsets(bytes.count).map { $0 / grain * grain }).filter { $0 <= bytes.count }
            let edges = ([0, bytes.count] + marks).sorted()
            return zip(edges, edges.dropFirst()).map {
                TimedEvent(milliseconds: timed.milliseconds, event: .fromDevice(Array(bytes[$0..<$1])))
            }
        }
        return copy
    }
}

/// The file format itself.
struct CaptureTextTests {
    static let head = "# reader: r\n# link: uart 9600 8N1\n# driver: rdm6300\n# made: m\n# shows: s\n"

    @Test(arguments: [
        ("# color: red\n" + head, CaptureError.badHeader(line: 1)),
        ("# reader: a\n" + head, .badHeader(line: 2)),
        ("# words\n", .badHeader(line: 1)),
        ("# reader: r\n", .headerMissing(key: "link")),
        (head + "@0 < 0\n", .badEvent(line: 6)),
        (head + "@x < 00\n", .badEvent(line: 6)),
        (head + "@-1 < 00\n", .badEvent(line: 6)),
        (head + "@0 ? 00\n", .badEvent(line: 6)),
        (head + "@0 ! dance\n", .badEvent(line: 6)),
        (head + "@5 < 00\n@4 < 00\n", .timeRunsBackwards(line: 7)),
    ])
    func aWrongLineIsNamed(text: String, error: CaptureError) {
        #expect(throws: error) { try Capture(text: text) }
    }

    @Test func transcriptAndLongPiecesComeBack() throws {
        let bytes = [UInt8](0...99)
        let capture = Capture(
            reader: "r", link: "l", driver: "rdm6300", options: ["a": "1", "b": "x"], made: "m", shows: "s",
            events: [
                .init(milliseconds: 0, event: .fromDevice(bytes)),
                .init(milliseconds: 0, event: .toDevice([1])),
                .init(milliseconds: 12_345_678, event: .site(.openLeaving)),
            ],
            transcript: ["@0     credential cardNumber 0015219292"])
        #expect(try Capture(text: capture.text) == capture)
        #expect(try Capture(text: Self.head).transcript == nil)
        #expect(try Capture(text: Self.head + "----------\n").transcript == [])
    }

    @Test func theTemplateIsACapture() throws {
        let url = CaptureFile.folder.deletingLastPathComponent().appendingPathComponent("TEMPLATE.capture")
        let capture = try Capture(text: String(contentsOf: url, encoding: .utf8))
        #expect(
            try capture.replayedTranscript() == ["@0     credential cardNumber 0015219292"])
    }
}
