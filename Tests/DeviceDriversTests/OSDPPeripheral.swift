import BlockCipher
import SiteModel

@testable import DeviceDrivers

/// A reader of an OSDP line as the standard wants it: answers, repeats its last reply when a number is
/// repeated, holds a secure channel.
struct OSDPPeripheral {
    private(set) var address: UInt8
    /// The speed that it hears at; nil: whatever the line has.
    var baud: Int?
    /// What its inputs and outputs are; nil: it does not tell.
    var inputs: [UInt8]?
    var outputs: [UInt8]?
    /// Its outputs do what they are told.
    var doesWhatItIsTold = true
    /// It says that it goes elsewhere and stays.
    var stays = false
    /// Nil: it has left the factory and takes a key.
    var key: OSDPKey?
    /// It refuses to say anything in the clear but who it is.
    var isSecureOnly = false
    var uniqueID = Samples.bytes("5C26230102785634")
    var capabilities = Samples.bytes("010102 020104 030100 040301 050101 080100 090100")
    /// Of its serial number the lowest byte.
    var serial: UInt8 = 0x78
    /// Replies to the next polls: code and data.
    var events: [[UInt8]] = []
    /// So many commands are answered by BUSY.
    var busyCount = 0
    var isTampered = false
    /// A command that it does not know.
    var refuses: UInt8?
    /// What it answers instead, by command: code and data, in the clear.
    var says: [UInt8: [UInt8]] = [:]
    /// Code and data of every command that it carried out.
    private(set) var commands: [[UInt8]] = []
    private(set) var repeatCount = 0
    private(set) var isSecure = false

    private var isMovedAtOnce: Bool?
    private var lastSequence: UInt8?
    private var lastReply: [UInt8] = []
    private var keys: OSDPSessionKeys?
    private var challenge: [UInt8] = []
    private let random = [UInt8](0xA0...0xA7)
    private var commandMAC: [UInt8] = []
    private var replyMAC: [UInt8] = []

    init(address: UInt8 = 0, key: OSDPKey? = nil) {
        self.address = address
        self.key = key
    }

    /// The reply on the wire; nil for what is not for it.
    mutating func answer(_ bytes: [UInt8]) -> [UInt8]? {
        let frame = bytes.first == OSDPFrame.mark ? Array(bytes.dropFirst()) : bytes
        guard OSDPFrame.isCheckRight(frame), frame[1] == address, let command = OSDPReplyFrame(frame) else {
            return nil
        }
        if busyCount > 0 {
            busyCount -= 1
            return OSDPFrame.frame(address: address | 0x80, control: 0x04, body: [0x79])
        }
        if command.sequence != 0, command.sequence == lastSequence {
            repeatCount += 1
            return lastReply
        }
        if command.sequence == 0 { forgetSession() }
        guard command.sequence == 0 || command.sequence == lastSequence.map({ $0 % 3 + 1 }) else {
            return plain([0x41, 4], command.sequence)
        }
        lastSequence = command.sequence
        lastReply = reply(to: command)
        defer { followOrder() }
        return lastReply
    }

    /// The place that it was told goes for what comes after its reply.
    private mutating func followOrder() {
        guard let order = commands.last, order.count == 6, order[0] == 0x6E, refuses != 0x6E, !stays else {
            return
        }
        guard address != order[1] || isMovedAtOnce != true else { return }
        address = order[1]
        baud = order[2...5].reversed().reduce(0) { $0 << 8 | Int($1) }
        isMovedAtOnce = true
        restart()
    }

    mutating func restart() {
        forgetSession()
        lastSequence = nil
    }

    private mutating func forgetSession() {
        (keys, isSecure) = (nil, false)
    }

    private mutating func reply(to command: OSDPReplyFrame) -> [UInt8] {
        guard let body = content(of: command) else {
            forgetSession()
            return plain([0x41, 6], command.sequence)
        }
        commands.append(body)
        if let odd = says[body[0]] { return plain(odd, command.sequence) }
        if let step = handshakeReply(body, command) { return step }
        guard isSecure || !isSecureOnly || body[0] == 0x61 || body[0] == 0x62 else {
            return plain([0x41, 6], command.sequence)
        }
        if body[0] == 0x75 {
            let reply = sealed([0x40], command.sequence)
            key = OSDPKey(Array(body[3...]))
            return reply
        }
        return isSecure ? sealed(event(body), command.sequence) : plain(event(body), command.sequence)
    }

    private mutating func event(_ body: [UInt8]) -> [UInt8] {
        switch body[0] {
        case refuses: [0x41, 3]
        case 0x60: events.isEmpty ? [0x40] : events.removeFirst()
        case 0x61: [0x45] + Samples.bytes("5C2623 01 01") + [serial] + Samples.bytes("563412 010203")
        case 0x62: [0x46] + capabilities
        case 0x64: [0x48, isTampered ? 1 : 0, 0]
        case 0x65: inputs.map { [0x49] + $0 } ?? [0x40]
        case 0x66: outputs.map { [0x4A] + $0 } ?? [0x40]
        case 0x68: follow(body)
        case 0x6E: [0x54] + body[1...]
        default: [0x40]
        }
    }

    private mutating func follow(_ order: [UInt8]) -> [UInt8] {
        if doesWhatItIsTold, outputs?.indices.contains(Int(order[1])) == true {
            outputs?[Int(order[1])] = order[2] == 1 ? 0 : 1
        }
        return [0x40]
    }

    private mutating func handshakeReply(_ body: [UInt8], _ command: OSDPReplyFrame) -> [UInt8]? {
        switch body[0] {
        case 0x76:
            let isFactory = command.security?.bytes == [0]
            challenge = Array(body[1...])
            let known = isFactory && key == nil ? .factory : key ?? OSDPKey([UInt8](repeating: 0, count: 16))
            let keys = OSDPSessionKeys(known, challenge: challenge)
            self.keys = keys
            return plain(
                [0x76] + uniqueID + random + keys.cryptogram(challenge, random), command.sequence,
                block: [3, 0x12, isFactory ? 0 : 1])
        case 0x77:
            guard let keys, keys.cryptogram(random, challenge) == Array(body[1...]) else {
                return plain([0x41, 5], command.sequence)
            }
            isSecure = true
            replyMAC = keys.startMAC(panelCryptogram: Array(body[1...]))
            return plain([0x78] + replyMAC, command.sequence, block: [3, 0x14, 1])
        default: return nil
        }
    }

    private mutating func content(of command: OSDPReplyFrame) -> [UInt8]? {
        guard let kind = command.security?.kind, kind >= 0x15 else { return isSecure ? nil : command.body }
        guard isSecure, let keys else { return nil }
        let mac = keys.mac(command.authenticated, from: replyMAC)
        guard Array(mac.prefix(4)) == command.mac else { return nil }
        commandMAC = mac
        guard kind == 0x17 else { return command.body }
        let data = keys.encryption.unchained(Array(command.body[1...]), from: replyMAC.map { ~$0 })
        guard let end = data.lastIndex(of: 0x80) else { return nil }
        return [command.body[0]] + data[..<end]
    }

    private func plain(_ body: [UInt8], _ sequence: UInt8, block: [UInt8] = []) -> [UInt8] {
        OSDPFrame.frame(
            address: address | 0x80, control: sequence | 0x04 | (block.isEmpty ? 0 : 0x08), body: block + body
        )
    }

    private mutating func sealed(_ body: [UInt8], _ sequence: UInt8) -> [UInt8] {
        guard let keys else { return [] }
        let data = Array(body[1...])
        let hidden =
            data.isEmpty
            ? [] : keys.encryption.chained(OSDPSessionKeys.padded(data), from: commandMAC.map { ~$0 })
        let sealed = [2, data.isEmpty ? 0x16 : 0x18, body[0]] + hidden
        let control = sequence | 0x0C
        let header = OSDPFrame.header(
            address: address | 0x80, control: control, bodyByteCount: sealed.count + 6)
        replyMAC = keys.mac(header + sealed, from: commandMAC)
        return OSDPFrame.frame(
            address: address | 0x80, control: control, body: sealed + replyMAC.prefix(4))
    }
}

/// A line with a panel and its readers, on a time of its own.
struct OSDPBench {
    private(set) var driver: any DeviceDriver
    var peripherals: [OSDPPeripheral]
    /// What the line makes of a reply: nothing, less, more.
    var spoil: (([UInt8]) -> [UInt8])?
    /// Readers that are not there.
    var absent: Set<UInt8> = []
    private(set) var outputs: [(nanoseconds: Int64, output: DriverOutput)] = []
    private(set) var now: Int64 = 0
    private var alarmAt: Int64?
    private let configuredBaud: Int
    private var receivedByteCount = 0
    private var arrivals: [(at: Int64, bytes: [UInt8])] = []
    private(set) var baud: Int
    private var byteTime: Int64 { 10_000_000_000 / Int64(baud) }
    /// Nanoseconds that a reader thinks.
    var turnaround: Int64 = 3_000_000

    init(_ line: DriverLine, _ peripherals: [OSDPPeripheral], baud: Int = 9_600) throws {
        var line = line
        line.settings = SerialSettings(baud: baud)
        driver = try DriverCatalogue.make("osdp", on: line)
        self.peripherals = peripherals
        (self.baud, configuredBaud) = (baud, baud)
    }

    /// One reader, its options and its key.
    init(
        _ options: [String: String], _ peripheral: OSDPPeripheral, key: [UInt8]? = nil
    ) throws {
        let secrets = key.map { DriverSecrets([OSDPSettings.key.defaultText: $0]) } ?? .unread
        try self.init(DriverLine(readers: [options], secrets: secrets), [peripheral])
    }

    /// At the configured speed, as a session does.
    mutating func open(isReleased: Bool = false) {
        baud = configuredBaud
        feed(.opened(random: 0x0123_4567_89AB_CDEF, isReleased: isReleased))
    }

    mutating func run(milliseconds: Int64) {
        let end = now + milliseconds * 1_000_000
        while let next = [alarmAt, arrivals.map(\.at).min()].compactMap({ $0 }).min(), next <= end {
            now = max(now, next)
            if let index = arrivals.firstIndex(where: { $0.at <= next }) {
                feed(.bytes(arrivals.remove(at: index).bytes))
            } else {
                alarmAt = nil
                feed(.woken)
            }
        }
        now = end
    }

    mutating func feed(_ input: DriverInput) {
        if case .bytes(let bytes) = input { receivedByteCount += bytes.count }
        for output in driver.handle(input, at: Uptime(nanoseconds: now)) {
            outputs.append((now, output))
            switch output {
            case .wake(let delay): alarmAt = now + delay.wholeNanoseconds
            case .send(let bytes): deliver(bytes)
            case .setBaud(let baud): self.baud = baud
            default: continue
            }
        }
    }

    private mutating func deliver(_ bytes: [UInt8]) {
        for index in peripherals.indices where !absent.contains(peripherals[index].address) {
            guard peripherals[index].baud.map({ $0 == baud }) ?? true else { continue }
            guard let reply = peripherals[index].answer(bytes) else { continue }
            let line = spoil?(reply) ?? reply
            guard !line.isEmpty else { continue }
            let at = now + Int64(bytes.count + line.count) * byteTime + turnaround
            arrivals.append((at, line))
        }
    }

    mutating func forgetOutputs() { outputs = [] }

    /// Nothing is on its way to the panel.
    var isQuiet: Bool { arrivals.isEmpty }

    /// Bytes in = framed + discarded + pending; holds while outputs are not forgotten.
    var isSumRight: Bool {
        let framed = (driver as? any FrameByteCounting)?.framedByteCount ?? 0
        return receivedByteCount == framed + discards.values.reduce(0, +) + driver.pendingByteCount
    }

    var credentials: [Credential] {
        outputs.compactMap { if case .credential(let credential, _) = $0.output { credential } else { nil } }
    }

    var sent: [[UInt8]] {
        outputs.compactMap { if case .send(let bytes) = $0.output { bytes } else { nil } }
    }

    /// Statuses of reader 0.
    var statuses: [DriverStatus] {
        outputs.compactMap {
            if case .partStatus(let status, .reader(0)) = $0.output { status } else { nil }
        }
    }

    var commissioned: [String] {
        outputs.compactMap {
            if case .commissioned(let act, let words, 0) = $0.output { "\(act.name): \(words)" } else { nil }
        }
    }

    /// What barriers said, in words.
    var barrierWords: [String] {
        outputs.compactMap {
            switch $0.output {
            case .ofBarrier(let number, .passed(let direction)): "\(number) passed \(direction.name)"
            case .ofBarrier(let number, .notPassed): "\(number) not passed"
            case .ofBarrier(let number, .fireInput(let isActive)): "\(number) fire \(isActive)"
            case .notOpened(let number): "\(number) not opened"
            default: nil
            }
        }
    }

    var discards: [DiscardReason: Int] {
        outputs.reduce(into: [:]) {
            if case .discarded(let reason, let count) = $1.output { $0[reason, default: 0] += count }
        }
    }
}
