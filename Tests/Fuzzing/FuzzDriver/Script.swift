import SiteModel

@testable import DeviceDrivers

/// What happens to a driver, as bytes that a fuzzer can change: any bytes are a script.
///
///     byte 0          which options, counted round
///     then, each      low 4 bits: 0 to 7 bytes come, 8 to 15 what the site does
///                     high 4 bits: the time that passes before
///     of 0 to 7       one byte: how many less one; then they
///     of 15           one byte: which of the rarer things
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
        let probe = try! DriverProbe(driver, options[Int(first) % options.count], secrets: secrets)
        var player = Player(probe: probe, reader: OSDPPeripheral(key: key))
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
            } else if kind & 7 < 7 {
                player.handle(input(kind & 7))
            } else {
                guard index < script.count else { break }
                playRarer(script[index], &player)
                index += 1
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
        default: .opened(random: 0)
        }
    }

    private static func playRarer(_ kind: UInt8, _ player: inout Player) {
        switch kind & 15 {
        case 0: player.handle(.closing)
        case 1: player.handle(.opened(random: 1, isReleased: true))
        case 2: player.handle(.openBarrier(0, .entering))
        case 3: player.handle(.openBarrier(0, .leaving))
        case 4: player.handle(.show(.refused(.unknown, opens: false), reader: 0))
        case 5: player.handle(.commission(reader: 0, .seconds(30)))
        case 6: player.handle(.moveReader(0, address: Int(kind >> 4), baud: nil))
        case 7: player.handle(.moveReader(0, address: nil, baud: 1_200 << Int(kind >> 4 & 7)))
        // The secure channel is out of the reach of chance: a reader that is there speaks it.
        case 8...13: player.letReaderAnswer()
        case 14: player.letReaderAnswer(flippingBit: Int(kind >> 4))
        default: player.restartReader()
        }
    }

    /// Of the site, and what a reader with the identity of `OSDPPeripheral` makes of it.
    private static let siteKey = [UInt8](0x10...0x1F)
    private static let key = OSDPKey(site: siteKey, uniqueID: OSDPPeripheral().uniqueID)
    private static let secrets = DriverSecrets([OSDPSettings.key.defaultText: siteKey])

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
            case .site(.closing): script += [pause | 15, 0]
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
        case .opened, .closing: 6
        }
    }
}

/// A driver, its alarm and its time.
private struct Player {
    private(set) var probe: DriverProbe
    private var reader: OSDPPeripheral
    private var now: Int64 = 0
    private var alarmAt: Int64?
    private var sent: [UInt8] = []

    init(probe: DriverProbe, reader: OSDPPeripheral) {
        self.probe = probe
        self.reader = reader
    }

    /// To what was sent last; nothing to what is no command of OSDP for it.
    mutating func letReaderAnswer(flippingBit bit: Int? = nil) {
        guard sent.count > OSDPFrame.shortestByteCount, var reply = reader.answer(sent) else { return }
        if let bit { reply[bit % reply.count] ^= 1 << UInt8(bit % 8) }
        feed(reply)
    }

    mutating func restartReader() { reader.restart() }

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
        sent = probe.sent.last ?? sent
        for case .wake(let delay) in probe.outputs {
            alarmAt = now + (delay.wholeNanoseconds + 999_999) / 1_000_000
        }
        probe.forgetOutputs()
    }
}
