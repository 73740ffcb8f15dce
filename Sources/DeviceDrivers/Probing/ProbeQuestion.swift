import SiteModel

/// What may be asked of an unknown device on a serial line: questions that move nothing, store nothing and
/// read no card. No board we know takes them for an order: LCUS waits for `A0`, KMtronic for a channel from
/// 1 to 8 after its `FF`, ATT203 for `FE`, AC-ATRI for `EB` with its XOR, Modbus and Catrax for their
/// checks, TPW-321 for `02` and `04`.
public struct ProbeQuestion: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case samStatus
        case vbarPresence
        /// To one address; 127 is for whoever is there.
        case osdpPoll(address: UInt8)
        case osdpIdentity(address: UInt8)
    }

    let kind: Kind
    public let baud: Int

    /// The most usual device of each speed first: a reader with factory settings is found in a second.
    public static let all: [ProbeQuestion] =
        [115_200, 9_600, 57_600, 38_400, 19_200].flatMap { baud in
            [ProbeQuestion(kind: .samStatus, baud: baud), ProbeQuestion(kind: .vbarPresence, baud: baud)]
                + [0, 1, 127].map { ProbeQuestion(kind: .osdpPoll(address: $0), baud: baud) }
        }

    /// Marks the beginning of a security module's frames, for whoever shows bytes to people.
    public static let samPreamble = SAMFrame.preamble

    /// What is sent, for people.
    public var name: String {
        switch kind {
        case .samStatus: "security module status"
        case .vbarPresence: "Vbar query"
        case .osdpPoll(let address): "OSDP poll, address \(address)"
        case .osdpIdentity(let address): "OSDP identity, address \(address)"
        }
    }

    public var bytes: [UInt8] {
        switch kind {
        case .samStatus: SAMFrame.request(0x11, 0xFF)
        case .vbarPresence: VbarDriver.presenceQuery
        case .osdpPoll(let address): Self.osdp(address, [0x60])
        case .osdpIdentity(let address): Self.osdp(address, [0x61, 0x00])
        }
    }

    /// How long an answer may take to begin and end; longer than any of these devices needs.
    public var patience: Duration { .milliseconds(300) }

    /// What to ask once this was answered.
    public var followUp: ProbeQuestion? {
        guard case .osdpPoll(let address) = kind else { return nil }
        return ProbeQuestion(kind: .osdpIdentity(address: address), baud: baud)
    }

    /// What an answer says; nil while it is none, or none yet.
    public func finding(in answer: [UInt8]) -> ProbeFinding? {
        switch kind {
        case .samStatus: samFinding(answer)
        case .vbarPresence: vbarFinding(answer)
        case .osdpPoll(let address), .osdpIdentity(let address): osdpFinding(answer, address)
        }
    }

    private func finding(_ driver: String, _ words: String) -> ProbeFinding {
        ProbeFinding(
            driver: driver, settings: SerialSettings(baud: baud), certainty: .certain, words: words)
    }

    private func samFinding(_ answer: [UInt8]) -> ProbeFinding? {
        var pending = PendingBytes()
        pending.append(answer)
        var outputs: [DriverOutput] = []
        while true {
            switch SAMFrame.start(of: pending) {
            case .incomplete: return nil
            case .noise(let byteCount):
                guard byteCount < pending.count else { return nil }
                pending.discard(byteCount, .noise, &outputs)
            case .bad(let reason): pending.discard(1, reason, &outputs)
            case .whole(let byteCount):
                // Our own request comes back where the adapter hears itself.
                guard byteCount > SAMFrame.dataOffset else {
                    pending.takeFrame(byteCount)
                    continue
                }
                let isReady = pending[SAMFrame.statusOffset] == 0x90
                return finding(
                    ResidentIDCardDriver.descriptor.name,
                    "a security module of resident ID card readers answers"
                        + (isReady ? "" : ", and reports a fault"))
            }
        }
    }

    private func vbarFinding(_ answer: [UInt8]) -> ProbeFinding? {
        let length = 7
        guard answer.count >= length else { return nil }
        for start in 0...(answer.count - length) where answer[start...].starts(with: [0x55, 0xAA, 0x01]) {
            let data = Int(answer[start + 4]) | Int(answer[start + 5]) << 8
            guard data <= 512, answer.count >= start + length + data else { continue }
            let frame = answer[start..<(start + length + data)]
            guard frame.reduce(0, ^) == 0 else { continue }
            return finding(VbarDriver.descriptor.name, "a reading head of the Vbar kind answers its query")
        }
        return nil
    }

    private func osdpFinding(_ answer: [UInt8], _ address: UInt8) -> ProbeFinding? {
        guard let frame = Self.osdpReply(in: answer, from: address), let code = frame.body.first else {
            return nil
        }
        let who = address == 127 ? "an OSDP device answers" : "an OSDP device with address \(address) answers"
        let what =
            switch OSDPReply(code: code, data: Array(frame.body.dropFirst())) {
            case .refused(.securityConditions): ", and speaks by the secure channel alone"
            case .refused: ", and refuses the question"
            case .identity(let identity): ": \(identity.words)"
            case .busy: ", and is busy"
            default: ""
            }
        return finding(OSDPDriver.descriptor.name, who + what)
    }

    private static func osdpReply(in answer: [UInt8], from address: UInt8) -> OSDPReplyFrame? {
        var pending = PendingBytes()
        pending.append(answer)
        var outputs: [DriverOutput] = []
        while pending.count > 0 {
            switch OSDPFrame.start(of: pending, from: address) {
            case .incomplete: return nil
            case .noise(let byteCount): pending.discard(byteCount, .noise, &outputs)
            case .bad(let reason): pending.discard(1, reason, &outputs)
            case .whole(let byteCount, let markByteCount):
                return OSDPReplyFrame(pending.copy(markByteCount..<byteCount))
            }
        }
        return nil
    }

    private static func osdp(_ address: UInt8, _ body: [UInt8]) -> [UInt8] {
        [OSDPFrame.mark] + OSDPFrame.frame(address: address, control: OSDPFrame.crcFlag, body: body)
    }
}
