import SiteModel

extension OSDPDevice {
    /// Takes a frame whose check is right and whose address is this device's, while a command of ours is
    /// unanswered.
    ///
    /// - Returns: why the frame was of no use, and whether the line is free for somebody else.
    mutating func take(
        _ frame: OSDPReplyFrame, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) -> (discard: DiscardReason?, endsTurn: Bool) {
        guard let sent = unanswered else { return (.unexpected, false) }
        let isBusy = frame.security == nil && frame.body == [Self.busyCode]
        guard frame.sequence == sent.sequence || isBusy && frame.sequence == 0 else {
            return (.unexpected, false)
        }
        if isBusy {
            if waitOrLose(at: uptime) { report(.silent, &outputs) }
            return (nil, true)
        }
        guard let body = content(of: frame, answering: sent.command) else {
            if isOnline {
                restart(at: uptime, after: Self.restartPause)
            } else {
                stumble(over: frame.body[0], at: uptime, &outputs)
            }
            return (.integrityCheckFailed, true)
        }
        let isTrusted = channel == nil || frame.security != nil
        noteAnswer(at: uptime, isTrusted: isTrusted)
        guard isTrusted || body[0] != Self.refusalCode || untrustedCount < 2 else {
            giveUpOpening(sent.command)
            restart(at: uptime, after: Self.restartPause)
            return (nil, true)
        }
        if twins.isOver(at: uptime), isOnline { report(onlineStatus, &outputs) }
        let reason = take(body, answering: sent.command, at: uptime, &outputs)
        if phase != .identifying { setNextTurn(at: uptime) }
        return (reason, true)
    }

    private mutating func take(
        _ body: [UInt8], answering command: OSDPCommand, at uptime: Uptime,
        _ outputs: inout [DriverOutput]
    ) -> DiscardReason? {
        guard let reply = OSDPReply(code: body[0], data: Array(body[1...])) else {
            if phase != .online { stumble(over: body[0], at: uptime, &outputs) }
            return .malformed
        }
        if case .refused(let reason) = reply {
            takeRefusal(reason, of: command, at: uptime, &outputs)
            return nil
        }
        damagedCount = 0
        return phase == .online
            ? takeEvent(reply, answering: command, at: uptime, &outputs)
            : takeStep(reply, code: body[0], at: uptime, &outputs)
    }

    /// Code and data; nil for a frame that does not belong to the state of the channel.
    private mutating func content(of frame: OSDPReplyFrame, answering command: OSDPCommand) -> [UInt8]? {
        guard channel != nil else {
            switch (frame.security?.kind, command) {
            case (nil, _), (0x12, .challenge), (0x14, .cryptogram): return frame.body
            default: return nil
            }
        }
        if frame.security == nil {
            // A device that has lost its session refuses in the clear; one that has taken its key may have
            // let go of the session before it says so.
            if frame.body[0] == Self.refusalCode { return frame.body }
            if case .key = command, frame.body == [Self.acknowledgedCode] { return frame.body }
            return nil
        }
        return channel?.opened(frame)
    }

    /// The way to being online.
    private mutating func takeStep(
        _ reply: OSDPReply, code: UInt8, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) -> DiscardReason? {
        switch (phase, reply) {
        case (.identifying, .identity(let identity)):
            self.identity = identity
            phase = .describing
        case (.describing, .capabilities(let capabilities)):
            self.capabilities = capabilities
            leaveDescribing(at: uptime, &outputs)
        case (.challenging, .cryptogram(let cryptogram)):
            guard handshake?.take(cryptogram, settings) == true else {
                failHandshake(at: uptime, &outputs)
                return nil
            }
            phase = .proving
        case (.proving, .sessionMAC(let mac)):
            guard let handshake, let channel = handshake.channel(firstMAC: mac) else {
                failHandshake(at: uptime, &outputs)
                return nil
            }
            self.channel = channel
            if handshake.isFactoryKey { phase = .handingOverKey } else { beOnline(at: uptime, &outputs) }
        case (.handingOverKey, .acknowledged):
            (triesFactoryKey, mayHandOverKey) = (false, false)
            commissioned.append((.keySet, identity?.words ?? ""))
            restart(at: uptime, after: Self.restartPause)
        default:
            stumble(over: code, at: uptime, &outputs)
            return .unexpected
        }
        return nil
    }

    /// An answer that leads nowhere. Once it may be left over from before a restart, of the reader or of
    /// ours.
    private mutating func stumble(
        over code: UInt8, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        let what =
            switch phase {
            case .identifying: "the question who it is"
            case .describing: "the question what it can do"
            case .challenging, .proving: "the handshake of the secure channel"
            case .handingOverKey, .online: "the handing over of its key"
            }
        stumble("the reader answers \(what) with \([code].hexadecimal)", at: uptime, &outputs)
    }

    private mutating func stumble(
        _ words: String, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        stumbleCount += 1
        guard stumbleCount >= Self.mostStumbles else {
            return restart(at: uptime, after: Self.restartPause)
        }
        report(.fault(words), &outputs)
        restart(at: uptime, after: Self.wrongKeyPause)
    }

    /// A frame that nobody awaits came from its address, its check right.
    mutating func noteStray(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        if twins.noteStray(at: uptime), isOnline { report(onlineStatus, &outputs) }
    }

    private mutating func leaveDescribing(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        guard settings.security != .off else { return beOnline(at: uptime, &outputs) }
        guard settings.key != nil else {
            report(.fault("the key of the secure channel was not read"), &outputs)
            return restart(at: uptime, after: Self.wrongKeyPause)
        }
        if triesFactoryKey && !isCommissioning(at: uptime) { triesFactoryKey = false }
        phase = .challenging
    }

    private mutating func beOnline(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        phase = .online
        (triesFactoryKey, stumbleCount) = (false, 0)
        report(onlineStatus, &outputs)
        say(.localStatus, at: uptime)
        // A crash of ours may have left a contact closed for good; a pulse that runs is somebody's.
        for number in self.outputs.barriers.keys.sorted() where !self.outputs.isSpared(number, at: uptime) {
            setOutput(number, at: uptime)
        }
        if hasSensors { say(.inputStatus, at: uptime) }
        if readerIndex != nil, capabilities.includes(.lamps) { say(OSDPSignal.idle, at: uptime) }
    }

    /// What a device that answers says.
    private mutating func takeEvent(
        _ reply: OSDPReply, answering command: OSDPCommand, at uptime: Uptime,
        _ outputs: inout [DriverOutput]
    ) -> DiscardReason? {
        if case .output(let number, let order, let tenths) = command {
            self.outputs.noteTaken(number, order, tenths, at: uptime)
            if self.outputs.canBeAsked { say(.outputStatus, at: uptime, isFirst: true) }
        }
        switch reply {
        case .card(let head, _, let bitCount, let bits):
            guard let readerIndex, head == .first else { return .unexpected }
            guard let credential = settings.card.credential(bitCount: bitCount, bits: bits) else {
                return .unreadable
            }
            outputs.append(.credential(credential, reader: readerIndex))
        case .keys(let head, let keys):
            guard settings.takesKeys, let readerIndex, head == .first else { return .unexpected }
            for credential in keypad.take(keys, at: uptime) {
                outputs.append(.credential(credential, reader: readerIndex))
            }
        case .localStatus(let isTampered, let hasPowerFailure):
            condition = (isTampered, hasPowerFailure)
            report(onlineStatus, &outputs)
        case .inputStatus(let states):
            guard hasSensors else { break }
            inputs.append(states)
            toldInputCount = states.count
            report(onlineStatus, &outputs)
        case .outputStatus(let states): takeOutputs(states, at: uptime, &outputs)
        case .communication(let address, let baud):
            guard case .communication = command else { return .unexpected }
            placeAnswer = .taken(BusPlace(address: Int(address), baud: Int(baud)))
        case .acknowledged:
            // COMSET is answered with COM, the place that it really takes; a bare ACK does not say which.
            if case .communication = command { placeAnswer = .lost }
        case .identity, .capabilities: break
        case .other, .cryptogram, .sessionMAC, .busy, .refused: return .unexpected
        }
        return nil
    }

    /// An output that was to open a lane and did not: the lane did not open. Any other is told again.
    private mutating func takeOutputs(
        _ states: [Bool], at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        let told = queue.compactMap { if case .output(let number, _, _) = $0 { number } else { nil } }
        let (failed, wrong) = self.outputs.take(states, told: Set(told), at: uptime)
        droppedOpenings += failed.compactMap { self.outputs.barriers[$0] }
        for number in failed + wrong { setOutput(number, at: uptime) }
        report(onlineStatus, &outputs)
    }

    private mutating func takeRefusal(
        _ reason: OSDPReply.Refusal, of command: OSDPCommand, at uptime: Uptime,
        _ outputs: inout [DriverOutput]
    ) {
        switch (phase, reason) {
        case (.identifying, _):
            report(.fault("the reader refuses to say who it is"), &outputs)
            restart(at: uptime, after: Self.wrongKeyPause)
        case (.describing, .unknownCommand), (.describing, .length):
            leaveDescribing(at: uptime, &outputs)
        // It says so in the secure channel alone; what it can do is tried.
        case (.describing, .securityConditions) where settings.security != .off:
            leaveDescribing(at: uptime, &outputs)
        case (.describing, .securityConditions):
            report(.fault("the reader wants a secure channel, and none is configured"), &outputs)
            restart(at: uptime, after: Self.wrongKeyPause)
        case (.describing, _):
            stumble("the reader refuses to say what it can do (\(reason.rawValue))", at: uptime, &outputs)
        case (.challenging, .noSecureChannel):
            failHandshake(at: uptime, &outputs, "the reader has no secure channel, which is configured")
        case (.challenging, _), (.proving, _): failHandshake(at: uptime, &outputs)
        case (.handingOverKey, _):
            report(.fault("the reader does not take a key"), &outputs)
            commissioned.append((.keyRefused, "the reader does not take a key"))
            restart(at: uptime, after: Self.wrongKeyPause)
        case (.online, .securityConditions) where settings.security == .off:
            report(.fault("the reader wants a secure channel, and none is configured"), &outputs)
            restart(at: uptime, after: Self.wrongKeyPause)
        case (.online, .check), (.online, .length), (.online, .unknownCommand), (.online, .record):
            if untrustedCount == 0 { return learn(of: command, reason, at: uptime, &outputs) }
            // In the clear on a secured link: it teaches nothing.
            if case .communication = command { placeAnswer = .refused }
            giveUpOpening(command)
        default:
            if case .communication = command { placeAnswer = .refused }
            giveUpOpening(command)
            restart(at: uptime, after: Self.restartPause)
        }
    }

    /// It lives and cannot do that; or the command was damaged on its way, and is said again.
    private mutating func learn(
        of command: OSDPCommand, _ reason: OSDPReply.Refusal, at uptime: Uptime,
        _ outputs: inout [DriverOutput]
    ) {
        if reason == .check, damagedCount < Self.mostDamaged {
            damagedCount += 1
            if command != .poll { say(command, at: uptime, isFirst: true) }
            return
        }
        switch command {
        case .inputStatus:
            canTellInputs = false
            report(onlineStatus, &outputs)
        case .outputStatus: self.outputs.canBeAsked = false
        case .communication: placeAnswer = .refused
        default: break
        }
        if let function = command.function { capabilities.lose(function) }
        giveUpOpening(command)
    }

    /// The device does not know the key, or we do not know its.
    private mutating func failHandshake(
        at uptime: Uptime, _ outputs: inout [DriverOutput], _ words: String = "the reader has another key"
    ) {
        let mayTryFactoryKey = isCommissioning(at: uptime) && !triesFactoryKey
        triesFactoryKey = mayTryFactoryKey
        if mayTryFactoryKey { return restart(at: uptime, after: Self.restartPause) }
        if isCommissioning(at: uptime), !isRefusalTold {
            isRefusalTold = true
            commissioned.append((.keyRefused, words + ", and not the factory's"))
        }
        let hint = settings.security == .install ? "; open the commissioning window to give it ours" : ""
        report(.fault(words + hint), &outputs)
        restart(at: uptime, after: Self.wrongKeyPause)
    }

    private func isCommissioning(at uptime: Uptime) -> Bool {
        settings.security == .install && mayHandOverKey && isWindowOpen(at: uptime)
    }

    /// Nobody who passes is seen then, and no fire.
    private var inputFault: String? {
        guard hasSensors else { return nil }
        guard let count = toldInputCount else {
            return canTellInputs
                ? nil : "the device does not tell its inputs, and input \(neededInputCount) is configured"
        }
        guard count < neededInputCount else { return nil }
        return "the device tells \(count) inputs, and input \(neededInputCount) is configured"
    }

    /// Answering, and who; or what is wrong with it all the same.
    private var onlineStatus: DriverStatus {
        if condition.isTampered { return .fault("the housing is open (tamper contact)") }
        if condition.hasPowerFailure { return .fault("the reader's power supply fails") }
        if twins.areThere {
            return .fault(
                "two devices answer at address \(settings.address): unplug one, and give it another address")
        }
        if let fault = outputs.fault { return .fault(fault) }
        if let fault = inputFault { return .fault(fault) }
        let words = identity?.words ?? "identity not told"
        return .moduleIdentity(words + (channel == nil ? ", in the clear" : ", secure") + placeHint)
    }

    mutating func report(_ status: DriverStatus, _ outputs: inout [DriverOutput]) {
        guard reported != status else { return }
        reported = status
        if let readerIndex { outputs.append(.partStatus(status, .reader(readerIndex))) }
        for barrier in self.outputs.barriers.values.sorted() {
            outputs.append(.partStatus(status, .barrier(barrier)))
        }
    }

    private static let mostStumbles = 2
    /// Commands damaged in a row, after which the device is believed not to know them.
    private static let mostDamaged = 3
    private static let acknowledgedCode: UInt8 = 0x40
    private static let refusalCode: UInt8 = 0x41
    private static let busyCode: UInt8 = 0x79
    /// So that a device that refuses everything does not fill the line.
    private static let restartPause = Duration.milliseconds(200)
    /// A person at the reader may put its key right meanwhile.
    private static let wrongKeyPause = Duration.seconds(10)
}

extension OSDPCommand {
    /// What a device lacks that refuses this command.
    var function: OSDPCapabilities.Function? {
        switch self {
        case .lamp: .lamps
        case .buzzer: .buzzer
        case .text: .text
        default: nil
        }
    }
}
