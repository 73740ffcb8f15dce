import DeviceDrivers
import SiteModel

/// Makes notes of what one driver hears and says, and keeps to itself what is nobody's business.
///
/// Bytes are held until the driver has made up its mind about them, so that those of a card are known when
/// they are shown: of a piece that gave a credential, or nearly one, the first four are shown; of a reader
/// of identity documents never more than the head of a frame; of a keyboard none, for somebody may be typing
/// a password; of everything else the first 32.
///
/// Bound: 4,096 bytes are held; then they are noted as they are, unseen.
struct TrafficScribe: Sendable {
    private static let heldLimit = 4_096
    private static let shownLimit = 32
    /// Of a piece that gave a credential: its marks.
    private static let secretLimit = 4

    private let device: String
    private let reveals: Bool
    /// The most that is ever shown of what this driver hears, and says.
    private let headByteCount: Int
    private let preamble: [UInt8]
    private var held: [UInt8] = []

    /// - Parameter reveals: shows everything: for test cards, at a port that the service does not have.
    init(device: String, driver: String, reveals: Bool = false) {
        self.device = device
        self.reveals = reveals
        preamble = driver == "resident-id-card" || driver == "hid-id-card" ? ProbeQuestion.samPreamble : []
        headByteCount =
            switch driver {
            // Preamble, length, status word.
            case "resident-id-card", "hid-id-card": 10
            // Mark, header, security block, code: digits typed at a reader and keys come after them.
            case "osdp", "osdp-output": 9
            case "keyboard-wedge": 0
            default: Self.shownLimit
            }
    }

    /// - Parameter pendingByteCount: what the driver keeps for the rest of a frame.
    mutating func notes(
        _ input: DriverInput, _ outputs: [DriverOutput], pendingByteCount: Int, at: UTCInstant
    ) -> [TrafficNote] {
        switch input {
        case .bytes(let bytes), .report(let bytes): held += bytes
        default: break
        }
        var notes: [TrafficNote] = []
        let settled =
            held.count > Self.heldLimit ? held.count : held.count - min(held.count, pendingByteCount)
        if settled > 0 {
            notes.append(heard(Array(held.prefix(settled)), outputs, at))
            held.removeFirst(settled)
        }
        for output in outputs {
            if let note = note(of: output, at) { notes.append(note) }
        }
        return notes
    }

    private func heard(_ bytes: [UInt8], _ outputs: [DriverOutput], _ at: UTCInstant) -> TrafficNote {
        var limit = headByteCount
        if outputs.contains(where: \.mayRevealSomebody) { limit = min(limit, Self.secretLimit) }
        if !preamble.isEmpty, !bytes.starts(with: preamble) { limit = 0 }
        let shown = reveals ? bytes : Array(bytes.prefix(limit))
        return TrafficNote(at: at, device: device, kind: .received, bytes: shown, byteCount: bytes.count)
    }

    private func note(of output: DriverOutput, _ at: UTCInstant) -> TrafficNote? {
        func note(_ kind: TrafficNote.Kind, _ words: String) -> TrafficNote {
            TrafficNote(at: at, device: device, kind: kind, words: words)
        }
        switch output {
        case .send(let bytes), .sendFeature(let bytes):
            // Whoever asks for a document says nothing secret: the head alone is for what answers.
            let limit = preamble.isEmpty ? headByteCount : Self.shownLimit
            let shown = reveals ? bytes : Array(bytes.prefix(limit))
            return TrafficNote(at: at, device: device, kind: .sent, bytes: shown, byteCount: bytes.count)
        case .credential(let credential, let reader):
            let which = reader == 0 ? "" : ", reader \(reader) of the line"
            return note(.credential, "\(credential.kindName) \(credential.masked)\(which)")
        case .discarded(let reason, let byteCount):
            return TrafficNote(
                at: at, device: device, kind: .discarded, byteCount: byteCount, words: reason.rawValue)
        case .status(let status): return note(.status, status.words)
        case .partStatus(let status, .reader(let index)):
            return note(.status, "reader \(index): \(status.words)")
        case .partStatus(let status, .barrier(let index)):
            return note(.status, "barrier \(index): \(status.words)")
        case .passed(let direction): return note(.status, "somebody passed, \(direction.name)")
        case .notPassed: return note(.status, "nobody passed")
        case .pushed(let direction): return note(.status, "pushed \(direction.name)")
        case .notOpened: return note(.status, "could not be told to open")
        case .fireInput(let isActive): return note(.status, isActive ? "fire alarm" : "fire alarm is over")
        case .ofBarrier(let number, .passed(let direction)):
            return note(.status, "barrier \(number): somebody passed, \(direction.name)")
        case .ofBarrier(let number, .notPassed): return note(.status, "barrier \(number): nobody passed")
        case .ofBarrier(let number, .fireInput(let isActive)):
            return note(.status, "barrier \(number): fire alarm\(isActive ? "" : " is over")")
        case .commissioned(let act, let words, let reader):
            return note(.status, "reader \(reader): \(act.name), \(words)")
        case .setBaud(let baud): return note(.status, "the line is at \(baud) baud now")
        case .identity, .wake, .readFeature: return nil
        }
    }
}

extension DriverOutput {
    /// The bytes it was made of may hold a number, a name or what somebody typed.
    fileprivate var mayRevealSomebody: Bool {
        switch self {
        case .credential, .identity: true
        case .discarded(let reason, _): reason != .noise && reason != .unexpected && reason != .inputLost
        default: false
        }
    }
}

extension DriverStatus {
    /// For people.
    var words: String {
        switch self {
        case .answering: "answers"
        case .silent: "does not answer"
        case .fault(let words): words
        case .moduleIdentity(let text): text
        }
    }
}

extension Credential {
    /// As captures call it.
    fileprivate var kindName: String {
        switch self {
        case .idNumber: "idNumber"
        case .cardNumber: "cardNumber"
        case .chipSerial: "chipSerial"
        case .qrToken: "qrToken"
        case .manual: "manual"
        }
    }
}
