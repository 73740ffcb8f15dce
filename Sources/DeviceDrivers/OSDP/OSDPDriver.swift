public import SiteModel

/// Panel of an OSDP line (SIA OSDP 2.x, IEC 60839-11-5): readers and outputs on RS-485, 8N1, 9600 to 230400
/// baud, polled. One driver speaks for all devices of a line; `OSDPFrame` shows the frames, `OSDPDevice` the
/// conversation with each, `OSDPSecureChannel` what is secret.
///
/// - Turns: one command at a time on the line, to the device that has waited longest for its turn; each is
///   polled no more often than its `poll`, and what a lane decided goes ahead of all polls. A device that
///   does not answer costs the others one timeout: 200 ms and what the bytes take at the line's speed.
/// - Check: commands carry a CRC always; replies may carry a sum.
/// - Credential: the bits of osdp_RAW (`OSDPCard`); with `keypad: card` ten typed digits. Those of a second
///   reading head (reader number 1 and more) are counted as unexpected. Where a secure channel is configured
///   nothing is believed that came without it.
/// - Lamp, buzzer and display follow the lane's decision for 3 s; else the lamp is red.
/// - Barrier: an output of a device, switched on for `pulse` by the device itself, so no crash of ours leaves
///   it on, and nothing is sent at `.closing`; switched off for good when the device is met and no pulse of
///   ours runs. What cannot be told within 2 s, or before `.closing`, is not told. What the output does is
///   asked after each order and every 10 s: one that does not follow opened nothing. Released,
///   it is on until the release is over, also after a shutdown.
/// - Inputs: told by the device when they change and asked every second; `pass_input` sees who passes,
///   `fire_input` hears the fire alarm, and tells it when it was first read and when it changes.
/// - Commissioning: see `OSDPDevice` for the key, `OSDPMove` for another address or speed. A device that was
///   moved is looked for in its new place when the port is opened again, until the service starts anew.
/// - Integrity: CRC of 16 bits, address, sequence and, in the secure channel, a chained MAC.
/// - Two devices at one address: the answers of the second come when nobody awaits them. Five in a minute are
///   a fault, over a minute after the last.
/// - Resync: after a bad frame go on with the byte after its first. What does not come from the device that
///   was asked is passed over at once; a frame that stops growing for 20 ms when its reply is due is given
///   up and what it swallowed is read.
/// - Bound: at most 512 bytes wait for more.
/// - Source: SIA OSDP 2.2 and its Annex E; libosdp for what it leaves open. Captures:
///   `hardware/captures/osdp/`.
public struct OSDPDriver: DeviceDriver {
    private static let bus = "osdp"
    /// Commands carry the CRC always; who does not know it hears none of them.
    private static let silenceHint =
        "look at address, speed and wiring; a reader that knows the sum alone and no CRC never answers"

    static let descriptor = DriverDescriptor(
        name: "osdp", isBarrier: false, link: .serial(SerialSettings(baud: 9_600)),
        summary: "OSDP readers on RS-485, several on a line, with secure channel.",
        options: OSDPSettings.deviceOptions + [CredentialText.byteOrderOption, OSDPSettings.keypad],
        evidenceLevel: 3, bus: bus, isPolled: true, silenceHint: silenceHint)

    static let outputDescriptor = DriverDescriptor(
        name: "osdp-output", isBarrier: true, link: .serial(SerialSettings(baud: 9_600)),
        summary: "An output of an OSDP device, switched on for one pulse to let one person through.",
        options: OSDPSettings.deviceOptions + [OSDPBarrier.output, OSDPBarrier.pulse]
            + PassSensors.options,
        evidenceLevel: 3, bus: bus, isPolled: true, silenceHint: silenceHint)

    /// The command whose reply is awaited.
    private struct Exchange {
        let device: Int
        let address: UInt8
        /// End of patience; moves while a reply is still growing.
        var deadline: Uptime
        let lastDeadline: Uptime
    }

    var devices: [OSDPDevice]
    private(set) var barriers: [OSDPBarrier]
    /// Bits a second, and where each device is by the configuration.
    var baud: Int
    let configured: [BusPlace]
    /// At most one device is on its way to another place.
    var moving: OSDPMove?
    /// Index of the device that was asked when the last input came.
    private var heard: Int?
    private var nonce = OSDPNonce(seed: 0)
    private var pending = PendingBytes()
    private var lastBytesAt = Uptime(nanoseconds: 0)
    private var exchange: Exchange?
    /// When the alarm that was asked for rings.
    private var alarmAt: Uptime?
    private var isOpen = false

    init(_ line: DriverLine) throws(DriverError) {
        baud = line.settings?.baud ?? 9_600
        var devices: [OSDPDevice] = []
        for (index, options) in line.readers.enumerated() {
            let reader = try OptionReader(
                options, of: Self.descriptor.name, declared: Self.descriptor.options)
            var device = OSDPDevice(try OSDPSettings(reader, line.secrets, isReader: true))
            guard !devices.contains(where: { $0.settings.address == device.settings.address }) else {
                throw reader.conflict("two readers of the line have address \(device.settings.address)")
            }
            device.readerIndex = index
            devices.append(device)
        }
        var barriers: [OSDPBarrier] = []
        for options in line.barriers {
            let barrier = try OSDPBarrier(options, line.secrets, number: barriers.count, &devices)
            barriers.append(barrier)
        }
        self.devices = devices
        self.barriers = barriers
        configured = devices.map { [baud] in BusPlace(address: Int($0.settings.address), baud: baud) }
    }

    private var byteTime: Duration { .seconds(1) * 10 / baud }

    public var pendingByteCount: Int { pending.count }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        var outputs: [DriverOutput] = []
        heard = exchange?.device ?? heard
        switch input {
        case .opened(let random, let isReleased): open(random, isReleased, at: uptime, &outputs)
        case .bytes(let bytes):
            lastBytesAt = uptime
            pending.append(bytes)
            readFrames(at: uptime, &outputs)
        case .woken:
            alarmAt = nil
            ring(at: uptime, &outputs)
        case .show(let signal, let reader): show(signal, reader: reader, at: uptime)
        case .open(let direction): letThrough(barrier: 0, direction, at: uptime, &outputs)
        case .openBarrier(let barrier, let direction):
            letThrough(barrier: barrier, direction, at: uptime, &outputs)
        case .release(let isReleased):
            for index in devices.indices { devices[index].release(isReleased, at: uptime) }
            for number in barriers.indices { barriers[number].withdraw() }
        case .commission(let reader, let duration):
            if let index = deviceIndex(ofReader: reader) {
                devices[index].commission(until: uptime + duration, at: uptime)
            }
        case .moveReader(let reader, let address, let baud):
            move(reader: reader, address, baud, at: uptime, &outputs)
        case .report(let report): outputs.discard(report.count, .unexpected)
        case .closing:
            for index in devices.indices { devices[index].giveUpOpenings() }
            for index in devices.indices { tell(of: index, at: uptime, &outputs) }
            return outputs
        }
        advance(at: uptime, &outputs)
        pending.compact()
        return outputs
    }

    private mutating func open(
        _ random: UInt64, _ isReleased: Bool, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        pending.discard(pending.count, .incomplete, &outputs)
        nonce = OSDPNonce(seed: random)
        (exchange, alarmAt, isOpen) = (nil, nil, true)
        // Opened at the configured speed; a device that was moved is elsewhere.
        if let first = configured.first, first.baud != baud { outputs.append(.setBaud(baud)) }
        for index in devices.indices { devices[index].open(at: uptime, isReleased: isReleased) }
        for index in barriers.indices { barriers[index].forget() }
    }

    func deviceIndex(ofReader reader: Int) -> Int? {
        devices.firstIndex { $0.readerIndex == reader }
    }

    private mutating func show(_ signal: LaneSignal, reader: Int, at uptime: Uptime) {
        guard let index = deviceIndex(ofReader: reader), devices[index].isOnline else { return }
        for command in OSDPSignal.commands(signal, devices[index].capabilities) {
            devices[index].say(command, at: uptime)
        }
    }

    private mutating func letThrough(
        barrier number: Int, _ direction: Direction, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        guard barriers.indices.contains(number) else { return }
        let barrier = barriers[number]
        // It stands open anyway.
        guard !devices[barrier.device].outputs.isReleased else { return }
        guard devices[barrier.device].isOnline else {
            return outputs.append(.notOpened(barrier: number))
        }
        barriers[number].begin(direction, at: uptime)
        devices[barrier.device].opensUntil = uptime + Self.openingPatience
        devices[barrier.device].say(
            .output(number: barrier.number, .pulse, tenths: barrier.pulseTenths), at: uptime, isFirst: true)
    }

    // The line.

    /// Gives the line to whoever's turn it is, and sets the alarm for what comes next.
    private mutating func advance(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        guard isOpen else { return }
        followMove(at: uptime, &outputs)
        for index in devices.indices { tell(of: index, at: uptime, &outputs) }
        for number in barriers.indices where barriers[number].isOver(at: uptime) {
            outputs.append(.ofBarrier(number, .notPassed))
        }
        if exchange == nil, let index = nextDevice(at: uptime) { send(to: index, at: uptime, &outputs) }
        let line = exchange?.deadline ?? devices.map(\.dueAt).min()
        let due = (barriers.compactMap(\.watch.endsAt) + [line].compactMap { $0 }).min()
        guard let due, due != alarmAt else { return }
        alarmAt = due
        outputs.append(.wake(after: max(.zero, due - uptime)))
    }

    /// What a device has left for the others to hear.
    private mutating func tell(of index: Int, at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        for barrier in devices[index].droppedOpenings {
            outputs.append(.notOpened(barrier: barrier))
            barriers[barrier].withdraw()
        }
        devices[index].droppedOpenings = []
        for (act, words) in devices[index].commissioned {
            guard let reader = devices[index].readerIndex else { continue }
            outputs.append(.commissioned(act, words, reader: reader))
        }
        devices[index].commissioned = []
        for number in barriers.indices where barriers[number].device == index {
            if !devices[index].isOnline { barriers[number].forgetInputs() }
            for inputs in devices[index].inputs {
                outputs += barriers[number].take(inputs).map { .ofBarrier(number, $0) }
            }
        }
        devices[index].inputs = []
    }

    /// Whoever is to be told something goes before those who are merely asked: somebody stands there.
    private func nextDevice(at uptime: Uptime) -> Int? {
        devices.indices.filter { devices[$0].dueAt <= uptime }.min {
            (devices[$0].isToldNext ? 0 : 1, devices[$0].dueAt) < (
                devices[$1].isToldNext ? 0 : 1, devices[$1].dueAt
            )
        }
    }

    private mutating func send(to index: Int, at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        // The line is ours: what lies there is no beginning of the reply to come.
        pending.discard(pending.count, .incomplete, &outputs)
        let sent = devices[index].next(at: uptime, &nonce)
        let patience = Self.replyPatience + byteTime * (sent.frame.count + Self.usualReplyByteCount)
        exchange = Exchange(
            device: index, address: devices[index].settings.address, deadline: uptime + patience,
            lastDeadline: uptime + patience + Self.longestGrowth)
        outputs.append(.send([OSDPFrame.mark] + sent.frame))
    }

    private mutating func ring(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        guard let waiting = exchange, uptime >= waiting.deadline else { return }
        let quietTime = Self.quietTime + byteTime * 3
        if pending.count > 0, uptime < waiting.lastDeadline, uptime - lastBytesAt < quietTime {
            exchange?.deadline = lastBytesAt + quietTime  // a reply is still growing
            return
        }
        while pending.count > 0 {
            pending.discard(1, .incomplete, &outputs)
            readFrames(at: uptime, &outputs)
        }
        guard exchange != nil else { return }
        exchange = nil
        if devices[waiting.device].miss(at: uptime) { devices[waiting.device].report(.silent, &outputs) }
    }

    private mutating func readFrames(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        while pending.count > 0 {
            guard let exchange else { return passOver(at: uptime, &outputs) }
            switch OSDPFrame.start(of: pending, from: exchange.address) {
            case .incomplete: return
            case .noise(let byteCount): pending.discard(byteCount, .noise, &outputs)
            case .bad(let reason): pending.discard(1, reason, &outputs)
            case .whole(let byteCount, let markByteCount):
                take(byteCount, markByteCount, exchange.device, at: uptime, &outputs)
            }
        }
    }

    /// Nobody awaits these bytes. The rest of an unfinished frame may come until somebody is asked.
    private mutating func passOver(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        while pending.count > 0 {
            guard let heard else { return pending.discard(pending.count, .unexpected, &outputs) }
            switch OSDPFrame.start(of: pending, from: devices[heard].settings.address) {
            case .incomplete: return
            case .noise, .bad: pending.discard(1, .unexpected, &outputs)
            case .whole(let byteCount, _):
                pending.discard(byteCount, .unexpected, &outputs)
                devices[heard].noteStray(at: uptime, &outputs)
            }
        }
    }

    /// Takes the frame at the front, from the device that was asked.
    private mutating func take(
        _ byteCount: Int, _ markByteCount: Int, _ index: Int, at uptime: Uptime,
        _ outputs: inout [DriverOutput]
    ) {
        guard let frame = OSDPReplyFrame(pending.copy(markByteCount..<byteCount)) else {
            return pending.discard(byteCount, .malformed, &outputs)
        }
        var told: [DriverOutput] = []
        let taken = devices[index].take(frame, at: uptime, &told)
        if let reason = taken.discard {
            pending.discard(byteCount, reason, &outputs)
        } else {
            pending.takeFrame(byteCount)
            for number in barriers.indices where barriers[number].device == index {
                barriers[number].looked(at: uptime)
            }
        }
        outputs += told
        // After a frame that answers nothing the reply may still come.
        if taken.endsTurn { exchange = nil }
    }

    private static let replyPatience = Duration.milliseconds(200)
    /// A card, sealed.
    private static let usualReplyByteCount = 64
    private static let quietTime = Duration.milliseconds(20)
    private static let longestGrowth = Duration.seconds(1)
    private static let openingPatience = Duration.seconds(2)
}

extension OSDPDriver: PassageReporting, PartNaming {
    public var passagePatience: Duration? { passagePatience(ofBarrier: 0) }

    public func passagePatience(ofBarrier barrier: Int) -> Duration? {
        guard barriers.indices.contains(barrier), barriers[barrier].sensors.seePassing else { return nil }
        return barriers[barrier].watch.reportPatience
    }

    public var heardPart: DriverPart? {
        guard let heard else { return nil }
        if let reader = devices[heard].readerIndex { return .reader(reader) }
        return devices[heard].outputs.barriers.values.min().map { .barrier($0) }
    }
}

extension OSDPDriver: OrderKeeping {
    public var holdsOrder: Bool { devices.contains(where: \.holdsOpening) }
}

extension OSDPDriver: FrameByteCounting {
    var framedByteCount: Int { pending.framedByteCount }
}
