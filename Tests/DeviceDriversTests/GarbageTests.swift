import Foundation
import SiteModel
import Testing

@testable import DeviceDrivers

/// What lines do to frames, beside chance (`FloodTests`): nothing wrong is read, and reading goes on at once.
struct GarbageTests {
    private static let hour: Int64 = 3_600_000
    /// Of 4 KiB, of each byte: past every driver's bound. The catalogue's gibibyte takes a night.
    private static let pieceCount =
        ProcessInfo.processInfo.environment["MUSTER_FLOOD_MEGABYTES"].flatMap { Int($0) }.map { $0 * 256 }
        ?? 32

    private static let readers = FloodTests.lines.filter { $0.credential != nil }
    /// Those whose frame proves itself.
    private static let checked = readers.filter {
        !["ascii-line", "keyboard-wedge", "hid-pos"].contains($0.driver) || $0.options["checksum"] != nil
    }

    /// No terminator, nothing but terminators, starts without end: NUL, STX, LF, CR, space, 0, ], U, AA, FF.
    @Test("C2: a flood of one byte neither grows nor reads, and the next frame is read", arguments: readers)
    func aFloodOfOneByteIsBounded(line: FloodTests.Line) throws {
        for byte: UInt8 in [0x00, 0x02, 0x0A, 0x0D, 0x20, 0x30, 0x5D, 0x55, 0xAA, 0xFF] {
            var probe = try DriverProbe(line.driver, line.options)
            probe.handle(.opened(random: 0), at: 0)
            probe.forgetOutputs()
            let piece = [UInt8](repeating: byte, count: 4_096)
            for index in 0..<Self.pieceCount {
                probe.feed(piece, at: Int64(index) / 16)
                #expect(probe.credentials == [])
                probe.forgetOutputs()
            }
            Self.readTwo(line, &probe)
            #expect(probe.credentials.last == line.credential, "after a flood of \(byte)")
            #expect(probe.broken == nil)
        }
    }

    @Test("C2: a wrong bit anywhere never reads another credential", arguments: checked)
    func aWrongBitIsNeverAnotherCredential(line: FloodTests.Line) throws {
        // Of an identity card the content that names the person; the photo is the same length of noise.
        for bit in 0..<(min(line.good.count, 300) * 8) {
            var probe = try DriverProbe(line.driver, line.options)
            probe.handle(.opened(random: 0), at: 0)
            var frame = line.good
            frame[bit / 8] ^= 1 << UInt8(bit % 8)
            probe.feed(frame, at: 1_000)
            probe.handle(.woken, at: 3_000)
            if line.driver == "wiegand-serial" {
                // Two parity bits over hexadecimal digits: hardware/README.md tells what they let through.
                #expect(probe.credentials.count <= 1)
            } else {
                #expect(probe.credentials.allSatisfy { $0 == line.credential }, "bit \(bit)")
            }
            #expect(probe.broken == nil, "bit \(bit)")
        }
    }

    @Test("C2: after a truncated frame at most one is lost", arguments: checked)
    func afterATruncatedFrameAtMostOneIsLost(line: FloodTests.Line) throws {
        for cut in 1..<min(line.good.count, 200) {
            var probe = try DriverProbe(line.driver, line.options)
            probe.handle(.opened(random: 0), at: 0)
            probe.feed(Array(line.good.prefix(cut)), at: 1_000)
            Self.readTwo(line, &probe)
            #expect(probe.credentials.contains { $0 == line.credential }, "cut at \(cut)")
            #expect(probe.credentials.allSatisfy { $0 == line.credential }, "cut at \(cut)")
            #expect(probe.broken == nil, "cut at \(cut)")
        }
    }

    @Test("C2: frames of every kind on one line break nothing, and its own are read", arguments: readers)
    func framesOfEveryKindBreakNothing(line: FloodTests.Line) throws {
        for seed in UInt64(0)..<50 {
            var random = SeededGenerator(seed: seed)
            var probe = try DriverProbe(line.driver, line.options)
            probe.handle(.opened(random: 0), at: 0)
            var time: Int64 = 0
            for _ in 0..<100 {
                time += Int64.random(in: 1...500, using: &random)
                probe.handle(.woken, at: time)
                let other = FloodTests.lines.randomElement(using: &random) ?? line
                // Merged: the end of one is the start of another.
                let start = Int.random(in: 0...other.good.count / 4, using: &random)
                probe.feed(Array(other.good.dropFirst(start)), at: time)
            }
            probe.forgetOutputs()
            Self.readTwo(line, &probe, after: time)
            #expect(probe.credentials.last == line.credential, "seed \(seed)")
            #expect(probe.broken == nil, "seed \(seed)")
        }
    }

    /// Readers repeat their frame while the card lies there, RDM6300 every 65 ms.
    @Test(
        "C4: a card held for ten seconds is one credential, its frames counted",
        arguments: readers.filter { $0.driver != "keyboard-wedge" && !$0.driver.hasSuffix("id-card") })
    func aHeldCardIsOneCredential(line: FloodTests.Line) throws {
        var probe = try DriverProbe(line.driver, line.options)
        probe.handle(.opened(random: 0), at: 0)
        for milliseconds in stride(from: Int64(1_000), to: 11_000, by: 65) {
            probe.feed(line.good, at: milliseconds)
        }
        #expect(probe.credentials == [line.credential].compactMap { $0 })
        #expect(probe.discards.isEmpty)
        probe.feed(line.good, at: Self.hour)
        #expect(probe.credentials.count == 2, "taken away and shown again")
    }

    /// The kernel hands over a break, and a byte with a framing or parity error, as NUL.
    @Test(
        "C6: a break or a spoilt byte costs its own frame, is counted, and no more",
        arguments: checked.filter { !$0.driver.hasPrefix("hid") })
    func aSpoiltByteCostsItsOwnFrame(line: FloodTests.Line) throws {
        for index in 0..<min(line.good.count, 60) where line.good[index] != 0 {
            var probe = try DriverProbe(line.driver, line.options)
            probe.handle(.opened(random: 0), at: 0)
            var frame = line.good
            frame[index] = 0
            probe.feed(frame, at: 1_000)
            probe.handle(.woken, at: 6_000)
            // A line's last byte may be one more than it needs.
            #expect(probe.credentials.allSatisfy { $0 == line.credential }, "byte \(index)")
            Self.readTwo(line, &probe, after: 6_000)
            #expect(probe.credentials.last == line.credential, "byte \(index)")
            #expect(probe.discards.values.reduce(0, +) > 0, "byte \(index)")
            #expect(probe.broken == nil, "byte \(index)")
        }
    }

    /// A good frame is read at once or, where what came before reaches into it, the one after it.
    private static func readTwo(
        _ line: FloodTests.Line, _ probe: inout DriverProbe, after time: Int64 = hour
    ) {
        for round in Int64(1)...2 {
            probe.handle(.woken, at: time + round * 5_000)
            probe.feed(line.good, at: time + round * 5_000)
        }
    }
}
