public import SiteModel

/// Readers of resident ID cards (居民身份证阅读机具) with the police security module SAM_V: UART or USB serial,
/// 115200 8N1, polled. The same protocol in nearly all makes.
///
/// The host asks, the module answers (`SAMFrame` shows the frames):
///
///     ask              frame                            good answer            otherwise
///     module number    AA AA AA 96 69 00 03 12 FF EE    90 and 16 bytes        go on after 300 ms
///     find             AA AA AA 96 69 00 03 20 01 22    9F                     80: nobody there
///     select           AA AA AA 96 69 00 03 20 02 21    90 and 8 bytes         81: gone again
///     read text        AA AA AA 96 69 00 03 30 01 32    90, text and photo     41: moved while reading
///
/// - Cycle: find every 300 ms; find, select, read in this order and nothing between (else 23). After an
///   error or a spoilt or missing answer (find, select 1 s, read 3 s) it begins again with find. The module
///   number is asked once after the port opens; an answer that comes later is still heard.
/// - Credential: the ID number of the text block, four layouts (`IdentityCardText`), preceded by the whole
///   card as `.identity`. A text with a wrong check digit or broken UTF-16 is unreadable. A text that nobody
///   waits for counts too: the service may have been restarted in the middle of a read.
/// - Held card: the number of the last read, read again within 2 s of it and with no "no card" between, gives
///   no second credential; each such read moves the window. Another number always gives one.
/// - Silence: two requests in a row without any answer are reported; polling goes on.
/// - Integrity: preamble, length, XOR of 8 bits, the lengths inside, and the number's own check digit.
/// - Resync: after a bad frame go on with the byte after its first. A frame that stops growing for 200 ms is
///   given up when the next request is due, and what it swallowed is read.
/// - Bound: at most 2,406 bytes wait for more; bytes that have left the buffer are overwritten.
/// - Source: the modules' command manual; layouts of GA/T. Captures: `hardware/captures/resident-id-card/`.
public struct ResidentIDCardDriver: DeviceDriver {
    static let descriptor = DriverDescriptor(
        name: "resident-id-card", isBarrier: false, link: .serial(SerialSettings(baud: 115_200)),
        summary: "Readers of resident ID cards, residence permits and foreigners' cards (SAM_V module).",
        options: [], evidenceLevel: 3, isPolled: true)

    private enum Request {
        case moduleNumber
        case find
        case select
        case readText

        var frame: [UInt8] {
            switch self {
            case .moduleNumber: SAMFrame.request(0x12, 0xFF)
            case .find: SAMFrame.request(0x20, 0x01)
            case .select: SAMFrame.request(0x20, 0x02)
            case .readText: SAMFrame.request(0x30, 0x01)
            }
        }

        var timeout: Duration {
            switch self {
            case .moduleNumber: .milliseconds(300)
            case .find, .select: .seconds(1)
            case .readText: .seconds(3)
            }
        }
    }

    private var pending = PendingBytes(erases: true)
    private var lastBytesAt = Uptime(nanoseconds: 0)
    /// The request whose answer is awaited; nil between two finds.
    private var outstanding: Request?
    private var isSecondTry = false
    /// Counts requests: tells whether an answer moved the cycle on.
    private var requestCount = 0
    private var lastFindAt: Uptime?
    /// When the alarm is due: the end of patience, or the next find. Nil before the port opens.
    private var dueAt: Uptime?
    private var missCount = 0
    private var reported: DriverStatus?
    private var held = RepeatMerge(window: .seconds(2))

    public init() {}

    public var pendingByteCount: Int { pending.count }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        var outputs: [DriverOutput] = []
        switch input {
        case .opened:
            pending.discard(pending.count, .incomplete, &outputs)
            (missCount, reported, lastFindAt) = (0, nil, nil)
            held.forget()
            send(.moduleNumber, at: uptime, &outputs)
        case .bytes(let bytes):
            lastBytesAt = uptime
            pending.append(bytes)
            readFrames(at: uptime, &outputs)
        case .woken: ring(at: uptime, &outputs)
        case .report(let report): outputs.discard(report.count, .unexpected)
        case .show, .open, .openBarrier, .release, .commission, .moveReader, .closing: break
        }
        pending.compact()
        return outputs
    }

    // The cycle.

    private mutating func send(
        _ request: Request, isSecondTry: Bool = false, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        outstanding = request
        self.isSecondTry = isSecondTry
        requestCount += 1
        if request == .find { lastFindAt = uptime }
        dueAt = uptime + request.timeout
        outputs.append(.send(request.frame))
        outputs.append(.wake(after: request.timeout))
    }

    /// The cycle is over: the next find 300 ms after the last one, at once if that has passed.
    private mutating func rest(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        outstanding = nil
        let next = lastFindAt.map { $0 + Self.findInterval } ?? uptime
        guard next > uptime else { return send(.find, at: uptime, &outputs) }
        dueAt = next
        outputs.append(.wake(after: next - uptime))
    }

    private mutating func ring(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        guard let dueAt else { return }
        guard uptime >= dueAt else { return outputs.append(.wake(after: dueAt - uptime)) }
        if pending.count > SAMFrame.preamble.count, uptime < dueAt + Self.longestGrowth {
            let quiet = uptime - lastBytesAt
            guard quiet >= Self.quietTime else {
                return outputs.append(.wake(after: Self.quietTime - quiet))  // a frame is still growing
            }
        }
        let count = requestCount
        giveUpUnfinishedFrames(at: uptime, &outputs)
        guard requestCount == count, let due = self.dueAt, due <= uptime else { return }
        if let outstanding, outstanding != .moduleNumber {
            missCount += 1
            if missCount >= 2 { report(.silent, &outputs) }
        }
        send(.find, at: uptime, &outputs)
    }

    /// The rest of the frame at the front will not come. It may have swallowed whole ones: a length spoilt by
    /// noise reaches over the answers that follow.
    private mutating func giveUpUnfinishedFrames(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        while pending.count > 0 {
            pending.discard(1, .incomplete, &outputs)
            readFrames(at: uptime, &outputs)
        }
    }

    private mutating func report(_ status: DriverStatus, _ outputs: inout [DriverOutput]) {
        guard reported != status else { return }
        reported = status
        outputs.append(.status(status))
    }

    private static let findInterval = Duration.milliseconds(300)
    private static let quietTime = Duration.milliseconds(200)
    private static let longestGrowth = Duration.seconds(3)
}

// What the module says.
extension ResidentIDCardDriver {
    private mutating func readFrames(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        while pending.count > 0 {
            switch SAMFrame.start(of: pending) {
            case .incomplete: return
            case .noise(let byteCount): pending.discard(byteCount, .noise, &outputs)
            case .bad(let reason):
                pending.discard(1, reason, &outputs)
                // The text came, spoilt: ask anew at once, not when patience ends.
                if reason == .integrityCheckFailed, outstanding == .readText { rest(at: uptime, &outputs) }
            case .whole(let byteCount): take(byteCount, at: uptime, &outputs)
            }
        }
    }

    /// Takes the frame at the front.
    private mutating func take(_ byteCount: Int, at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        // Three bytes after the length are a request: our own, echoed by the line.
        guard byteCount > SAMFrame.dataOffset, pending[7] == 0, pending[8] == 0 else {
            return pending.discard(byteCount, .unexpected, &outputs)
        }
        missCount = 0
        let word = pending[SAMFrame.statusOffset]
        let dataByteCount = byteCount - SAMFrame.dataOffset - 1
        if SAMStatusWord.fault(word) == nil, !SAMStatusWord.refusesRequest(word) {
            report(.answering, &outputs)
        }
        if word == SAMStatusWord.success {
            if let content = SAMCardContent(pending, byteCount: byteCount) {
                return takeCard(content, byteCount, at: uptime, &outputs)
            }
            if dataByteCount == Self.moduleNumberByteCount {
                return takeModuleNumber(byteCount, at: uptime, &outputs)
            }
        }
        switch (outstanding, word) {
        case (.find, SAMStatusWord.cardFound):
            pending.takeFrame(byteCount)
            send(.select, at: uptime, &outputs)
        case (.select, SAMStatusWord.success):
            pending.takeFrame(byteCount)
            send(.readText, at: uptime, &outputs)
        case (.find, SAMStatusWord.noCard), (.select, SAMStatusWord.noCard):
            pending.takeFrame(byteCount)
            held.forget()
            rest(at: uptime, &outputs)
        case (.readText, SAMStatusWord.success):
            pending.discard(byteCount, .malformed, &outputs)
            rest(at: uptime, &outputs)
        case (_?, let word) where !Self.isRoutine(word): takeError(word, byteCount, at: uptime, &outputs)
        case (.select?, SAMStatusWord.selectFailed), (.readText?, SAMStatusWord.selectFailed):
            pending.takeFrame(byteCount)
            rest(at: uptime, &outputs)
        default: pending.discard(byteCount, .unexpected, &outputs)  // answers nothing we asked
        }
    }

    /// Words that answer one certain request; for another they are late, and the right answer may still come.
    private static func isRoutine(_ word: UInt8) -> Bool {
        switch word {
        case SAMStatusWord.success, SAMStatusWord.cardFound, SAMStatusWord.noCard,
            SAMStatusWord.selectFailed:
            true
        default: false
        }
    }

    private mutating func takeError(
        _ word: UInt8, _ byteCount: Int, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        if SAMStatusWord.saysCardUnreadable(word) {
            pending.discard(byteCount, .unreadable, &outputs)
            return rest(at: uptime, &outputs)
        }
        pending.takeFrame(byteCount)
        if let words = SAMStatusWord.fault(word) {
            report(.fault(words), &outputs)
        } else if SAMStatusWord.refusesRequest(word), let request = outstanding, request != .moduleNumber {
            guard isSecondTry else {
                return send(request, isSecondTry: true, at: uptime, &outputs)
            }
            let digits = String(word, radix: 16)
            report(.fault("the security module refuses our requests (\(digits))"), &outputs)
        }
        rest(at: uptime, &outputs)
    }

    private mutating func takeCard(
        _ content: SAMCardContent, _ byteCount: Int, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        let photo = pending.copy(content.photo)
        if let card = IdentityCardText(pending.copy(content.text))?.card(photo: photo) {
            pending.takeFrame(byteCount)
            let credential = Credential.idNumber(card.idNumber)
            if !held.isRepeat(credential, at: uptime) {
                outputs.append(.identity(card, reader: 0))
                outputs.append(.credential(credential, reader: 0))
            }
        } else {
            pending.discard(byteCount, .unreadable, &outputs)
        }
        if outstanding == .readText { rest(at: uptime, &outputs) }
    }

    /// 05.03-20101201-0001234567-0123456789: two words of 16 bit and three of 32 bit, lowest byte first.
    private mutating func takeModuleNumber(
        _ byteCount: Int, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        func number(_ offset: Int, _ count: Int, digits: Int) -> String {
            let value = (0..<count).reversed().reduce(UInt64(0)) {
                $0 << 8 | UInt64(pending[SAMFrame.dataOffset + offset + $1])
            }
            let text = String(value)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        let identity =
            number(0, 2, digits: 2) + "." + number(2, 2, digits: 2) + "-" + number(4, 4, digits: 8) + "-"
            + number(8, 4, digits: 10) + "-" + number(12, 4, digits: 10)
        pending.takeFrame(byteCount)
        outputs.append(.status(.moduleIdentity(identity)))
        if outstanding == .moduleNumber { rest(at: uptime, &outputs) }
    }

    private static let moduleNumberByteCount = 16
}

extension ResidentIDCardDriver: FrameByteCounting {
    var framedByteCount: Int { pending.framedByteCount }
}
