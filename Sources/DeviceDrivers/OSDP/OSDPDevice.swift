import SiteModel

/// One device of the line as the panel sees it: where the conversation stands, what waits to be said.
///
/// - Order: who are you, what can you do, the handshake where it is configured, then polls. The sequence
///   begins at 0 and goes on 1, 2, 3, 1; a reply carries the number of its command.
/// - An unanswered command is repeated byte for byte, so that the device does not do it twice: once at once,
///   then every 800 ms. After 8 s without a valid reply the device is silent and asked anew every 2 s.
/// - A wrong MAC, an answer in the clear on a secured link, or a refusal that says so ends the session; the
///   next begins with sequence 0.
/// - An answer on the way to being online that leads nowhere begins it anew at once; the second in a row is a
///   fault, and the next attempt comes 10 s later.
struct OSDPDevice: Sendable {
    enum Phase: Sendable, Hashable {
        case identifying
        case describing
        case challenging
        case proving
        case handingOverKey
        case online
    }

    /// A command on its way. Its frame is kept: repeating means sending the same bytes.
    struct Sent: Sendable {
        let command: OSDPCommand
        let frame: [UInt8]
        let sequence: UInt8
    }

    var settings: OSDPSettings
    /// Who this is for the session: one reader, any number of barriers.
    var readerIndex: Int?
    var outputs = OSDPOutputs()
    /// The last input that a barrier is told of; 0 without any.
    var neededInputCount = 0
    /// How many it told of last; nil before it did.
    var toldInputCount: Int?
    /// It says what they are when it is asked; changes it tells anyway.
    var canTellInputs = true

    var phase = Phase.identifying
    var channel: OSDPSecureChannel?
    var handshake: OSDPHandshake?
    var capabilities = OSDPCapabilities()
    var identity: OSDPIdentity?
    /// What waits to be said, at most one of a kind.
    var queue: [OSDPCommand] = []
    var unanswered: Sent?
    var keypad = OSDPKeypad()
    var reported: DriverStatus?
    /// What it says of its housing and its supply.
    var condition: (isTampered: Bool, hasPowerFailure: Bool) = (false, false)
    /// Until when a person allows the factory key, once, and a new place on the line.
    var commissioningUntil: Uptime?
    var mayHandOverKey = false
    var isRefusalTold = false
    var triesFactoryKey = false
    /// What came of an order to take another place; the driver takes it away.
    var placeAnswer: OSDPPlaceAnswer?
    /// What came of the window; the driver tells it.
    var commissioned: [(act: CommissioningAct, words: String)] = []
    /// What its inputs said and the driver has not taken.
    var inputs: [[Bool]] = []
    /// Added to what it is when it answers elsewhere than configured.
    var placeHint = ""
    /// Barriers whose order is given up; the driver says so and forgets them.
    var droppedOpenings: [Int] = []
    /// After this an order to open would let somebody else through.
    var opensUntil = Uptime(nanoseconds: 0)
    /// When it has its next turn.
    private(set) var dueAt = Uptime(nanoseconds: 0)
    private var sequence: UInt8 = 0
    private var polledAt = Uptime(nanoseconds: 0)
    private var heardAt = Uptime(nanoseconds: 0)
    private var missCount = 0
    /// Refusals in the clear on a secured link, since a sealed answer.
    private(set) var untrustedCount = 0
    /// Commands in a row that arrived damaged, as the device says.
    var damagedCount = 0
    /// Ways to being online in a row that ended in an answer that leads nowhere.
    var stumbleCount = 0
    var twins = OSDPTwins()
    private var inputsAskedAt = Uptime(nanoseconds: 0)

    init(_ settings: OSDPSettings) {
        self.settings = settings
    }

    var isOnline: Bool { phase == .online }
    /// Its next turn is for something that somebody waits for.
    var isToldNext: Bool { isOnline && unanswered == nil && !queue.isEmpty }

    /// The port was opened: nothing is known of the device.
    mutating func open(at uptime: Uptime, isReleased: Bool) {
        (reported, outputs.isReleased) = (nil, isReleased)
        (stumbleCount, twins) = (0, OSDPTwins())
        keypad = OSDPKeypad()
        begin(at: uptime, after: .zero)
    }

    /// It is looked for anew, with all patience.
    mutating func begin(at uptime: Uptime, after pause: Duration) {
        heardAt = uptime
        restart(at: uptime, after: pause)
    }

    /// The conversation begins anew. What waited to be said is out of date.
    mutating func restart(at uptime: Uptime, after pause: Duration) {
        for command in queue { drop(command, isSaid: false) }
        if let unanswered { drop(unanswered.command, isSaid: true) }
        if case .output(let number, .pulse, let tenths) = unanswered?.command {
            outputs.noteTaken(number, .pulse, tenths, at: uptime)
        }
        outputs.restart(at: uptime)
        condition = (false, false)
        (phase, channel, handshake, unanswered) = (.identifying, nil, nil, nil)
        (sequence, missCount, untrustedCount, damagedCount) = (0, 0, 0, 0)
        (canTellInputs, toldInputCount, outputs.canBeAsked) = (true, nil, true)
        queue = []
        dueAt = uptime + pause
    }

    private mutating func drop(_ command: OSDPCommand, isSaid: Bool) {
        // Of an opening that was said and not answered nobody knows: whoever was let through may have gone.
        if !isSaid { giveUpOpening(command) }
        if case .communication = command { placeAnswer = isSaid ? .lost : .unsaid }
    }

    /// The lane does not open for whoever this was for.
    mutating func giveUpOpening(_ command: OSDPCommand) {
        guard case .output(let number, .pulse, _) = command, let barrier = outputs.barriers[number] else {
            return
        }
        droppedOpenings.append(barrier)
    }

    /// Orders to open that waited too long: somebody else stands there by now.
    private mutating func dropLateOpenings(at uptime: Uptime) {
        guard uptime >= opensUntil else { return }
        for command in queue where command.isPulse { giveUpOpening(command) }
        queue.removeAll(where: \.isPulse)
    }

    /// An order to open was not sent, or not answered yet.
    var holdsOpening: Bool {
        isOnline && (queue.contains(where: \.isPulse) || unanswered?.command.isPulse == true)
    }

    /// Nothing is said any more.
    mutating func giveUpOpenings() {
        for command in queue where command.isPulse { giveUpOpening(command) }
        queue = []
    }

    /// Says something as soon as the device may be spoken to.
    mutating func say(_ command: OSDPCommand, at uptime: Uptime, isFirst: Bool = false) {
        queue.removeAll(where: command.replaces)
        queue.insert(command, at: isFirst ? 0 : queue.count)
        if unanswered == nil { dueAt = min(dueAt, max(uptime, heardAt + Self.gap)) }
    }

    /// What it is told now.
    ///
    /// - Parameter nonce: gives the challenge when a handshake begins.
    mutating func next(at uptime: Uptime, _ nonce: inout OSDPNonce) -> Sent {
        twins.isAnsweredOnce = false
        if let unanswered { return unanswered }
        let command = nextCommand(at: uptime, &nonce)
        if command == .poll { polledAt = uptime }
        let sent = Sent(command: command, frame: frame(of: command), sequence: sequence)
        unanswered = sent
        return sent
    }

    private mutating func nextCommand(at uptime: Uptime, _ nonce: inout OSDPNonce) -> OSDPCommand {
        switch phase {
        case .identifying: return .identify
        case .describing: return .describe
        case .challenging:
            let challenge = nonce.next()
            handshake = OSDPHandshake(challenge: challenge, isFactoryKey: triesFactoryKey)
            return .challenge(challenge)
        case .proving:
            guard let proof = handshake?.panelCryptogram else {
                preconditionFailure("a device proves itself before it is answered")
            }
            return .cryptogram(proof)
        case .handingOverKey:
            guard let key = handshake?.ownKey else {
                preconditionFailure("a key is handed over that nobody has")
            }
            return .key(key.bytes)
        case .online:
            dropLateOpenings(at: uptime)
            return queue.isEmpty ? question(at: uptime) ?? .poll : queue.removeFirst()
        }
    }

    var hasSensors: Bool { neededInputCount > 0 }

    /// What is asked now and then although the device tells changes by itself.
    private mutating func question(at uptime: Uptime) -> OSDPCommand? {
        if let number = outputs.takeSpared(at: uptime) { return resting(number) }
        if hasSensors, canTellInputs, uptime - inputsAskedAt >= Self.inputInterval {
            inputsAskedAt = uptime
            return .inputStatus
        }
        return outputs.isQuestionDue(at: uptime) ? .outputStatus : nil
    }

    private mutating func frame(of command: OSDPCommand) -> [UInt8] {
        if let sealed = channel?.sealed(command, address: settings.address, sequence: sequence) {
            return sealed
        }
        let body = [command.code] + command.data
        guard let block = handshake?.securityBlock(of: command) else {
            return OSDPFrame.frame(
                address: settings.address, control: sequence | OSDPFrame.crcFlag, body: body)
        }
        return OSDPFrame.frame(
            address: settings.address, control: sequence | OSDPFrame.crcFlag | OSDPFrame.securityFlag,
            body: block + body)
    }

    /// The command was answered: the next one has the next number.
    ///
    /// - Parameter isTrusted: false for one in the clear on a secured link, which anybody could give.
    mutating func noteAnswer(at uptime: Uptime, isTrusted: Bool) {
        unanswered = nil
        // Of a command that was said twice a second answer may come late.
        twins.isAnsweredOnce = missCount == 0
        missCount = 0
        if isTrusted { (heardAt, untrustedCount) = (uptime, 0) } else { untrustedCount += 1 }
        sequence = sequence % 3 + 1
    }

    /// When it has its next turn after an answer.
    mutating func setNextTurn(at uptime: Uptime) {
        let soonest = uptime + Self.gap
        dueAt = isOnline && queue.isEmpty ? max(soonest, polledAt + settings.pollInterval) : soonest
    }

    /// It has no time now and is to be asked the same again.
    ///
    /// - Returns: whether the device has been busy for so long that it counts as silent.
    mutating func waitOrLose(at uptime: Uptime) -> Bool {
        if let command = unanswered?.command, command.isPulse, uptime >= opensUntil {
            // It has not done it, and shall not any more.
            giveUpOpening(command)
            restart(at: uptime, after: Self.busyPause)
            return false
        }
        let isLost = isLost(at: uptime)
        if isLost { restart(at: uptime, after: Self.lostInterval) } else { dueAt = uptime + Self.busyPause }
        return isLost
    }

    /// Its barriers shall stand open for everybody, or no longer.
    mutating func release(_ isReleased: Bool, at uptime: Uptime) {
        outputs.isReleased = isReleased
        guard isOnline else { return }
        for number in outputs.barriers.keys.sorted() { setOutput(number, at: uptime, isFirst: true) }
    }

    /// Says how an output is when nobody passes.
    mutating func setOutput(_ number: UInt8, at uptime: Uptime, isFirst: Bool = false) {
        say(resting(number), at: uptime, isFirst: isFirst)
    }

    private func resting(_ number: UInt8) -> OSDPCommand {
        .output(number: number, outputs.isReleased ? .on : .off, tenths: 0)
    }

    func isWindowOpen(at uptime: Uptime) -> Bool { commissioningUntil.map { uptime < $0 } ?? false }

    /// A person allows the factory key for a while: the next attempt comes at once.
    mutating func commission(until end: Uptime, at uptime: Uptime) {
        (commissioningUntil, mayHandOverKey, isRefusalTold) = (end, true, false)
        if !isOnline, unanswered == nil { dueAt = min(dueAt, uptime) }
    }

    /// No answer came in time.
    ///
    /// - Returns: whether the device counts as silent from now on.
    mutating func miss(at uptime: Uptime) -> Bool {
        if isLost(at: uptime) {
            restart(at: uptime, after: Self.lostInterval)
            return true
        }
        missCount += 1
        let isPointless =
            switch unanswered?.command {
            case .output(_, .pulse, _): uptime >= opensUntil
            // It may have gone to its new place, and only its word was lost.
            case .communication: missCount >= 3
            default: false
            }
        if isPointless {
            restart(at: uptime, after: .zero)
            return false
        }
        dueAt = missCount == 1 ? uptime : uptime + Self.retryInterval
        return false
    }

    private func isLost(at uptime: Uptime) -> Bool { uptime - heardAt >= Self.patience }

    // Source: IEC 60839-11-5 gives 200 ms for a reply and 8 s for a session; the rest is what libosdp does.

    /// Silence that many readers need between a reply and the next command for them.
    private static let gap = Duration.milliseconds(20)
    private static let busyPause = Duration.milliseconds(50)
    private static let retryInterval = Duration.milliseconds(800)
    private static let patience = Duration.seconds(8)
    private static let lostInterval = Duration.seconds(2)
    private static let inputInterval = Duration.seconds(1)
}
