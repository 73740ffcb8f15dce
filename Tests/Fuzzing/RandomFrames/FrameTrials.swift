import Foundation
import SiteModel

@testable import DeviceDrivers

/// How often chance makes a credential, by trial.
enum FrameTrials {
    /// `COUNT SHAPED [LINE...]`: COUNT frames of random bytes a line, of which a protocol with a check must
    /// take none. SHAPED frames with everything right but the content and the check: the check lets through
    /// what its bits promise, and no more.
    ///
    /// - Returns: whether both hold for every line; each is printed as it ends.
    static func run(_ arguments: [String]) throws -> Bool {
        let counts = arguments.prefix(2).compactMap { Int($0) }
        guard counts.count == 2 else { fatalError("COUNT SHAPED [LINE...] are expected") }
        let lines = Line.all.filter { line in
            arguments.count < 3 || arguments.dropFirst(2).contains { line.name == $0 }
        }
        var isGood = true
        for line in lines {
            var (randomTrial, shapedTrial) = (try Trial(line), try Trial(line))
            let random = randomTrial.random(line.check == "none" ? 0 : counts[0])
            let shaped = shapedTrial.shaped(line.expectedRate == nil ? 0 : counts[1])
            let (words, fits) = verdict(shaped, line)
            // Without a check of its own nothing is promised: the figure is stated and that is all.
            let isPure = random.accepted == 0 || line.expectedRate == nil
            isGood = isGood && isPure && fits
            print(
                "\(line.name)\t\(line.check)\trandom \(random.count): \(random.accepted) accepted,"
                    + " \(random.seconds) s\tshaped \(shaped.count): \(shaped.accepted) accepted, \(words)"
                    + (isPure && fits ? "" : "\tFAILED"))
            fflush(nil)
        }
        return isGood
    }

    /// Five standard deviations and one, of a count of rare events.
    private static func verdict(_ trial: Trial.Outcome, _ line: Line) -> (String, Bool) {
        guard let rate = line.expectedRate, trial.count > 0 else { return ("not tried", true) }
        let expected = rate * Double(trial.count)
        let allowed = 5 * (expected * (1 - rate)).squareRoot() + 1
        return (
            "expected \(String(format: "%.1f", expected))", abs(Double(trial.accepted) - expected) <= allowed
        )
    }
}

/// One driver and a stream of frames, each 400 ms after the one before, so that no repeat is merged.
struct Trial {
    struct Outcome {
        let count: Int
        let accepted: Int
        let seconds: Int
    }

    private let line: Line
    private var probe: DriverProbe
    private var random = SeededGenerator(seed: 20_260_304)
    private var time: Int64 = 0
    private var acceptedCount = 0
    /// Of an OSDP reader: what it was asked last, from the header on, and whether it was ever polled.
    private var asked: [UInt8]?
    private var hasMet = false

    init(_ line: Line) throws {
        self.line = line
        probe = try DriverProbe(line.driver, line.options)
        probe.handle(.opened(random: 0), at: 0)
    }

    mutating func random(_ count: Int) -> Outcome {
        run(count) { trial in
            let byteCount = Int.random(in: trial.line.byteCount, using: &trial.random)
            trial.probe.feed(trial.random.bytes(byteCount), at: trial.time)
        }
    }

    mutating func shaped(_ count: Int) -> Outcome {
        run(count) { trial in
            var frame = trial.line.shaped(&trial.random)
            if trial.line.driver == "osdp" { frame = trial.answering(frame) }
            trial.probe.feed(frame, at: trial.time)
        }
    }

    private mutating func run(_ count: Int, _ one: (inout Trial) -> Void) -> Outcome {
        let start = SystemSiteClock.uptime()
        acceptedCount = 0
        for _ in 0..<count {
            time += 400
            if line.driver == "osdp" { beAsked() } else { probe.handle(.woken, at: time) }
            one(&self)
            forget()
        }
        if let broken = probe.broken { fatalError("\(line.name): \(broken)") }
        let seconds = (SystemSiteClock.uptime() - start).wholeMilliseconds / 1_000
        return Outcome(count: count, accepted: acceptedCount, seconds: Int(seconds))
    }

    private mutating func forget() {
        acceptedCount += probe.credentials.count
        probe.forgetOutputs()
    }

    /// A panel listens to a reader that it has met: every command is answered as it should be, the poll that
    /// the frame before came for among them, up to a poll that waits.
    private mutating func beAsked() {
        answer()
        for _ in 0..<24 {
            forget()
            probe.handle(.woken, at: time)
            guard let command = probe.sent.last?.dropFirst().map({ $0 }) else {
                time += 20
                continue
            }
            asked = command
            let isPoll = command[5] == 0x60
            if isPoll, hasMet { return }
            hasMet = hasMet || isPoll
            answer()
            time += 60
        }
    }

    private mutating func answer() {
        guard let asked else { return }
        let body: [UInt8] =
            switch asked[5] {
            case 0x61: [0x45, 0x5C, 0x26, 0x23, 1, 1, 0x78, 0x56, 0x34, 0x12, 1, 2, 3]
            case 0x62: [0x46, 8, 1, 0]
            default: [0x40]
            }
        let control = asked[4] & 0x03 | OSDPFrame.crcFlag
        probe.feed(OSDPFrame.frame(address: 0x80, control: control, body: body), at: time)
    }

    /// With the sequence number of the command that waits.
    private func answering(_ frame: [UInt8]) -> [UInt8] {
        guard let command = probe.sent.last else { return frame }
        var frame = frame
        frame[4] = OSDPFrame.crcFlag | command[5] & 0x03
        return frame
    }
}
