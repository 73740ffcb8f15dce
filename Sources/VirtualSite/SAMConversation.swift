import SiteModel

/// What the module knows of the conversation, and its answers. Pure.
struct SAMConversation {
    private enum Step {
        case idle
        case found
        case selected
    }

    var cards: [ProjectWorker] = []
    var received: [UInt8] = []
    private(set) var readCount = 0
    private var step = Step.idle
    /// The card that was read is being taken away.
    private var isPausing = false

    /// Takes one frame from what was received: command, parameter and data; empty for one with a wrong check.
    mutating func nextCommand() -> [UInt8]? {
        let preamble = SAMFrame.preamble
        while received.count >= preamble.count, !received.starts(with: preamble) { received.removeFirst() }
        guard received.count > 7 else { return nil }
        let length = Int(received[5]) << 8 | Int(received[6])
        guard received.count >= 7 + length else { return nil }
        let frame = Array(received[5..<(7 + length)])
        received.removeFirst(7 + length)
        guard length >= 3, frame.reduce(0, ^) == 0 else { return [] }
        return Array(frame[2..<(frame.count - 1)])
    }

    mutating func reply(to command: [UInt8]) -> [UInt8] {
        guard command.count >= 2 else { return SAMFrame.reply(0x10) }
        switch (command[0], command[1]) {
        case (0x20, 0x01):
            guard !cards.isEmpty, !isPausing else {
                isPausing = false
                step = .idle
                return SAMFrame.reply(0x80)
            }
            step = .found
            return SAMFrame.reply(0x9F, [0, 0, 0, 0])
        case (0x20, 0x02):
            guard step == .found else { return SAMFrame.reply(0x81) }
            step = .selected
            return SAMFrame.reply(0x90, [UInt8](repeating: 0, count: 8))
        case (0x30, 0x01):
            guard step == .selected, let person = cards.first else { return SAMFrame.reply(0x23) }
            cards.removeFirst()
            step = .idle
            isPausing = true
            readCount += 1
            return SAMFrame.content(of: person)
        case (0x30, 0x03): return SAMFrame.reply(0x91)
        case (0x10, 0xFF), (0x11, 0xFF): return SAMFrame.reply(0x90)
        case (0x12, 0xFF): return SAMFrame.moduleIdentity
        default: return SAMFrame.reply(0x21)
        }
    }
}
