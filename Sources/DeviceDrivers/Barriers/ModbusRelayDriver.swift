public import SiteModel

/// Relay boards with Modbus RTU, as a barrier, with pass sensors at their inputs where there are any: RS-485,
/// mostly 9600 8N1, polled.
///
/// `ModbusFrame` shows the frames. Coils and inputs are numbered from 0 in frames, inputs from 1 in options.
///
/// - Switching: a grant writes the coil on at once, or after the answer under way; off follows one pulse
///   after the last. A write is repeated until the board echoes it; a pulse that it refuses opened nothing
///   and is off again, but for one that a busy board puts off. Off is written when the port opens and at
///   `.closing`, where a grant whose write was never sent is told as not opened. Released, the coil is on
///   and stays on until the release is over, also after `.closing`.
/// - Proof: the board echoes each write, so an opening that it did not hear is known: it falls silent.
/// - Passing: with `pass_input`, inputs are read every 50 ms; an input that becomes active is a person who
///   passed, in the direction of the grant or in that of `pass_input_leaving`. Nobody within `pass_time` is
///   not passed; when inputs were not read for half a second of it, nothing is said. A contact shorter than
///   50 ms may be missed.
/// - Fire: `fire_input` says whether the site's alarm rings, when it was first read and when it changes.
/// - Presence: the coil is read every 5 s, and written anew when it is not as it should be; a refused
///   write is repeated until the board takes it. Two requests in a row without an answer (300 ms) are
///   silence; asking goes on.
/// - Line: 5 ms of silence between frames, 3.5 characters at 9600 and more. Two lanes may share a board
///   without sensors (their rare requests repeat when they collide); with sensors each lane needs its own
///   line.
/// - Integrity: address, function, length, CRC-16: a random position passes with 2^-34 or less. An adapter
///   that echoes what is sent makes every write look heard.
/// - Resync: after a bad frame go on with the byte after its first.
/// - Bound: at most 36 bytes wait for more.
/// - Source: Modbus over serial line, specification and implementation guide; sellers' data sheets. Captures:
///   `hardware/captures/modbus-relay/`.
public struct ModbusRelayDriver: DeviceDriver {
    static let descriptor = DriverDescriptor(
        name: "modbus-relay", isBarrier: true, link: .serial(SerialSettings(baud: 9_600)),
        summary: "Modbus RTU relay boards, with pass sensors at their inputs where there are any.",
        options: [
            DriverOption("address", .wholeNumber(1...247, unit: ""), default: "1", "Address of the board."),
            DriverOption("coil", .wholeNumber(0...255, unit: ""), default: "0", "Relay, counted from 0."),
            PulsedRelay.pulseOption,
        ] + PassSensors.options,
        evidenceLevel: 3)

    private enum Request: Hashable {
        case write(isOn: Bool)
        case readInputs
        case readCoil

        var function: UInt8 {
            switch self {
            case .write: ModbusFrame.writeCoil
            case .readInputs: ModbusFrame.readInputs
            case .readCoil: ModbusFrame.readCoils
            }
        }
    }

    private let address: UInt8
    private let coil: UInt8
    private let pulse: Duration
    let sensors: PassSensors
    private(set) var watch: PassageWatch
    private var pending = PendingBytes()
    private var isReleased = false
    private var pulseEndsAt: Uptime?
    /// The coil is not known to be as it should be.
    private var isWriteDue = false
    /// The board said so last.
    private var isKnownOn = false
    /// False for a board that has sensors and cannot say what its coils do.
    private var canReadCoil = true
    /// What the board refused last and has not done since.
    private var refused: Request?
    private var outstanding: Request?
    private var dueAt = Uptime(nanoseconds: 0)
    private var quietUntil = Uptime(nanoseconds: 0)
    private var nextPollAt = Uptime(nanoseconds: 0)
    private var nextCoilAt = Uptime(nanoseconds: 0)
    private var unansweredCount = 0
    private var lastInputs: UInt64?
    /// Nil until it was heard, which is told too. Kept over a lost line: the end of an alarm is told when it
    /// is seen.
    private var isFireActive: Bool?
    private var reported: DriverStatus?

    init(_ options: OptionReader) throws(DriverError) {
        address = UInt8(try options.wholeNumber("address"))
        coil = UInt8(try options.wholeNumber("coil"))
        pulse = try options.duration("pulse")
        sensors = try PassSensors(options)
        watch = PassageWatch(patience: try options.duration("pass_time"), gap: Self.longestGap)
    }

    public var pendingByteCount: Int { pending.count }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        var outputs: [DriverOutput] = []
        switch input {
        case .opened(_, let isReleased): start(isReleased, at: uptime, &outputs)
        case .open(let direction):
            if !isReleased {
                if sensors.seePassing { watch.begin(direction, at: uptime) }
                pulseEndsAt = uptime + pulse
                isWriteDue = true
            }
        case .release(let isReleased):
            self.isReleased = isReleased
            pulseEndsAt = nil
            isWriteDue = true
            watch.end()
        case .woken: break
        case .bytes(let bytes):
            pending.append(bytes)
            readReplies(at: uptime, &outputs)
        case .report(let report): outputs.discard(report.count, .unexpected)
        case .closing:
            if holdsUnsentOrder { outputs.append(.notOpened(barrier: 0)) }
            if !isReleased { outputs.append(.send(ModbusFrame.write(address, coil: coil, isOn: false))) }
            return outputs
        default: return outputs
        }
        advance(at: uptime, &outputs)
        pending.compact()
        return outputs
    }

    private var shouldBeOn: Bool { isReleased || pulseEndsAt != nil }

    /// A grant behind an answer that has not come.
    private var holdsUnsentOrder: Bool {
        holdsOrder && !isKnownOn && outstanding != .write(isOn: true)
    }

    private mutating func start(
        _ isReleased: Bool, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        pending.discard(pending.count, .incomplete, &outputs)
        self.isReleased = isReleased
        (pulseEndsAt, isWriteDue, isKnownOn, outstanding) = (nil, true, false, nil)
        (unansweredCount, lastInputs, reported, refused) = (0, nil, nil, nil)
        (quietUntil, nextPollAt, nextCoilAt) = (uptime, uptime, uptime)
        if sensors.areAny { nextCoilAt = uptime + Self.presenceInterval }
        watch.end()
    }

    /// Everything that time brings, then the next request if the line is free, then the alarm.
    private mutating func advance(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        if watch.expire(at: uptime) { outputs.append(.notPassed) }
        if let end = pulseEndsAt, uptime >= end {
            pulseEndsAt = nil
            isWriteDue = true
        }
        if outstanding != nil, uptime >= dueAt {
            pending.discard(pending.count, .incomplete, &outputs)
            outstanding = nil
            unansweredCount += 1
            if unansweredCount >= 2 { report(.silent, &outputs) }
        }
        if outstanding == nil, uptime >= quietUntil {
            if isWriteDue {
                send(.write(isOn: shouldBeOn), at: uptime, &outputs)
            } else if canReadCoil, uptime >= nextCoilAt {
                nextCoilAt = uptime + Self.presenceInterval
                send(.readCoil, at: uptime, &outputs)
            } else if sensors.areAny, uptime >= nextPollAt {
                nextPollAt = uptime + Self.sensorInterval
                send(.readInputs, at: uptime, &outputs)
            }
        }
        let poll = min(sensors.areAny ? nextPollAt : nextCoilAt, canReadCoil ? nextCoilAt : nextPollAt)
        let line = outstanding != nil ? dueAt : isWriteDue ? quietUntil : max(poll, quietUntil)
        let next = [line, pulseEndsAt, watch.endsAt].compactMap { $0 }.min() ?? line
        outputs.append(.wake(after: max(.zero, next - uptime)))
    }

    private mutating func send(
        _ request: Request, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        outstanding = request
        dueAt = uptime + Self.replyTimeout
        switch request {
        case .write(let isOn): outputs.append(.send(ModbusFrame.write(address, coil: coil, isOn: isOn)))
        case .readInputs: outputs.append(.send(sensors.request(address)))
        case .readCoil:
            outputs.append(
                .send(ModbusFrame.request(address, ModbusFrame.readCoils, UInt16(coil & 0xF8), 8)))
        }
    }

    private mutating func readReplies(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        while pending.count > 0 {
            switch ModbusFrame.start(of: pending, from: address) {
            case .incomplete: return
            case .bad(let reason): pending.discard(1, reason, &outputs)
            case .whole(let byteCount):
                let frame = pending.copy(0..<byteCount)
                quietUntil = uptime + Self.silence
                guard take(frame, at: uptime, &outputs) else {
                    pending.discard(byteCount, .unexpected, &outputs)
                    continue
                }
                pending.takeFrame(byteCount)
                outstanding = nil
                unansweredCount = 0
            }
        }
    }

    /// False: it answers nothing that we asked.
    private mutating func take(
        _ frame: [UInt8], at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) -> Bool {
        guard let outstanding else { return false }
        if frame[1] & ModbusFrame.refusalMark != 0 {
            let function = frame[1] & 0x7F
            guard function == outstanding.function else { return false }
            if outstanding == .readCoil, sensors.areAny {
                canReadCoil = false
                return true
            }
            let digits = [function].hexadecimal
            report(.fault("the board refuses function \(digits), reason \(frame[2])"), &outputs)
            refused = outstanding
            // A write stays due: a lane must not stay open because the board was busy once.
            let isBusy = frame[2] == ModbusFrame.acknowledged || frame[2] == ModbusFrame.busy
            if outstanding == .write(isOn: true), !isBusy, !isReleased, pulseEndsAt != nil {
                giveUpOpening(&outputs)
            }
            quietUntil = uptime + Self.refusalPause
            nextPollAt = uptime + Self.presenceInterval
            return true
        }
        switch outstanding {
        case .write(let isOn):
            guard frame == ModbusFrame.write(address, coil: coil, isOn: isOn) else { return false }
            isKnownOn = isOn
            isWriteDue = isOn != shouldBeOn
        case .readInputs:
            guard frame[1] == ModbusFrame.readInputs, let inputs = sensors.inputs(of: frame) else {
                return false
            }
            watch.looked(at: uptime)
            takeInputs(inputs, &outputs)
        case .readCoil:
            guard frame[1] == ModbusFrame.readCoils, frame[2] == 1 else { return false }
            let isOn = frame[3] >> (coil & 7) & 1 == 1
            isKnownOn = isOn
            if isOn != shouldBeOn { isWriteDue = true }
        }
        if let refused, refused.function == outstanding.function { self.refused = nil }
        if refused == nil { report(.answering, &outputs) }
        return true
    }

    /// Whoever stands there later shall not be let through by this grant.
    private mutating func giveUpOpening(_ outputs: inout [DriverOutput]) {
        (pulseEndsAt, isWriteDue) = (nil, true)
        watch.end()
        outputs.append(.notOpened(barrier: 0))
    }

    private mutating func takeInputs(_ inputs: UInt64, _ outputs: inout [DriverOutput]) {
        // What is active at the start is nobody new; an alarm that rings at the start rings.
        let risen = lastInputs.map { sensors.risen(inputs, before: $0) } ?? 0
        lastInputs = inputs
        if let isFire = sensors.isFire(inputs), isFire != isFireActive {
            isFireActive = isFire
            outputs.append(.fireInput(isActive: isFire))
        }
        for direction in sensors.passed(risen, granted: watch.direction) {
            watch.passed(direction)
            outputs.append(.passed(direction))
        }
    }

    private mutating func report(_ status: DriverStatus, _ outputs: inout [DriverOutput]) {
        guard reported != status else { return }
        reported = status
        outputs.append(.status(status))
    }

    private static let replyTimeout = Duration.milliseconds(300)
    private static let silence = Duration.milliseconds(5)
    private static let refusalPause = Duration.milliseconds(200)
    private static let sensorInterval = Duration.milliseconds(50)
    /// Ten looks.
    private static let longestGap = Duration.milliseconds(500)
    private static let presenceInterval = Duration.seconds(5)
}

extension ModbusRelayDriver: LineOwning {
    /// Sensors are read 20 times a second: nobody else would get a word in.
    public var wantsLineAlone: Bool { sensors.areAny }
}

extension ModbusRelayDriver: OrderKeeping {
    public var holdsOrder: Bool { !isReleased && pulseEndsAt != nil && isWriteDue }
}

extension ModbusRelayDriver: FrameByteCounting {
    var framedByteCount: Int { pending.framedByteCount }
}
