import SiteModel

@testable import DeviceDrivers

/// What happens to a driver, as bytes that a fuzzer can change: any bytes are a script.
///
///     byte 0          which options, counted round
///     then, each      low 4 bits: 0 to 7 bytes come, 8 to 15 what the site does
///                     high 4 bits: the time that passes before
///     of 0 to 7       one byte: how many less one; then they
enum Script {
    /// Milliseconds: the drivers' own patiences, and both sides of them.
    static let pauses: [Int64] = [
        0, 1, 5, 20, 51, 65, 100, 200, 301, 500, 1_001, 2_001, 5_000, 10_000, 20_001, 60_000,
    ]
    /// A poll of 50 ms would ring 1,200 times in a minute: enough is enough.
    private static let ringLimit = 16

    /// Plays it, alarms included, and stops the process where the driver breaks a promise.
    static func play(_ script: UnsafeBufferPointer<UInt8>, _ driver: String, _ options: [[String: String]]) {
        guard let first = script.first else { return }
        // try!: these options are those of captures, which the tests have made drivers of.
        let probe = try! DriverProbe(driver, options[Int(first) % options.count])
        var player = Player(probe: probe)
        player.handle(.opened(random: 0))
        var index = 1
        while index < script.count {
            let kind = script[index]
            index += 1
            player.wait(pauses[Int(kind >> 4)], ringLimit: ringLimit)
            if kind & 8 == 0 {
                guard index < script.count else { break }
                let end = min(script.count, index + 2 + Int(script[index]))
                player.feed(Array(script[(index + 1)..<end]))
                index = end
            } else {
                player.handle(input(kind & 7))
            }
        }
        if let broken = player.probe.broken { fatalError("\(driver): \(broken)") }
    }

    private static func input(_ kind: UInt8) -> DriverInput {
        switch kind {
        case 0: .woken
        case 1: .open(.entering)
        case 2: .open(.leaving)
        case 3: .release(true)
        case 4: .release(false)
        case 5: .show(.granted, reader: 0)
        case 6: .opened(random: 0)
        default: .closing
        }
    }

    /// A capture as a script; pauses become the next longer ones.
    static func bytes(of capture: Capture, _ options: [[String: String]]) -> [UInt8] {
        var script = [UInt8(options.firstIndex(of: capture.options) ?? 0)]
        var time: Int64 = 0
        for timed in capture.events {
            var pause = UInt8(pauses.firstIndex { $0 >= timed.milliseconds - time } ?? pauses.count - 1) << 4
            time = timed.milliseconds
            switch timed.event {
            case .fromDevice(let bytes):
                for start in stride(from: 0, to: bytes.count, by: 256) {
                    let piece = bytes[start..<min(start + 256, bytes.count)]
                    script += [pause, UInt8(piece.count - 1)] + piece
                    pause = 0
                }
            case .toDevice: break
            case .site(let event): script.append(pause | 8 | code(of: event))
            }
        }
        return script
    }

    private static func code(of event: Capture.SiteEvent) -> UInt8 {
        switch event {
        case .wait: 0
        case .openEntering: 1
        case .openLeaving: 2
        case .release: 3
        case .control: 4
        case .showGranted: 5
        case .opened: 6
        case .closing: 7
        }
    }
}

/// A driver, its alarm and its time.
private struct Player {
    private(set) var probe: DriverProbe
    private var now: Int64 = 0
    private var alarmAt: Int64?

    init(probe: DriverProbe) {
        self.probe = probe
    }

    mutating func wait(_ milliseconds: Int64, ringLimit: Int) {
        let end = now + milliseconds
        for _ in 0..<ringLimit {
            guard let due = alarmAt, due <= end else { break }
            now = max(now, due)
            alarmAt = nil
            handle(.woken)
        }
        now = end
    }

    mutating func feed(_ bytes: [UInt8]) {
        probe.feed(bytes, at: now)
        noteAlarm()
    }

    mutating func handle(_ input: DriverInput) {
        probe.handle(input, at: now)
        noteAlarm()
    }

    private mutating func noteAlarm() {
        for case .wake(let delay) in probe.outputs {
            alarmAt = now + (delay.wholeNanoseconds + 999_999) / 1_000_000
        }
        probe.forgetOutputs()
    }
}
