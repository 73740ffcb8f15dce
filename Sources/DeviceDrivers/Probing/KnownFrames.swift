public import SiteModel

/// Listens to a line of unknown speed and says what frames it knows. A value without a clock or a port.
///
/// Bound: what its drivers keep, and 1,024 bytes for frames of another panel.
public struct KnownFrames: Sendable {
    private static let keptByteCount = 1_024
    /// Frames of a short check, or lines, that leave little doubt.
    private static let convincingCount = 2

    private struct Listener {
        let name: String
        /// It takes any text for a code.
        let isAnyText: Bool
        var driver: any DeviceDriver
        var credentialCount = 0
    }

    private let settings: SerialSettings
    private var listeners: [Listener]
    private var recent: [UInt8] = []
    /// Questions of ours: an adapter may hear them.
    private var asked: Set<ProbeQuestion> = []
    public private(set) var byteCount = 0

    public init(settings: SerialSettings) {
        self.settings = settings
        // Those that speak by themselves. A head is not asked here, so that it is heard alone.
        let passive: [(String, [String: String])] = [
            ("rdm6300", [:]), ("vbar", ["query": "no"]), ("ascii-line", [:]),
            ("ascii-line", ["credential": "qr"]),
        ]
        listeners = passive.map { name, options in
            do {
                var driver = try DriverCatalogue.make(name, options: options)
                _ = driver.handle(.opened(random: 0), at: Uptime(nanoseconds: 0))
                return Listener(name: name, isAnyText: options["credential"] == "qr", driver: driver)
            } catch {
                preconditionFailure("a driver refuses what it declares: \(error)")
            }
        }
    }

    /// This was asked: the same frame is no frame of another panel.
    public mutating func note(asked question: ProbeQuestion) { asked.insert(question) }

    public mutating func take(_ bytes: [UInt8], at uptime: Uptime) {
        byteCount += bytes.count
        recent = (recent + bytes).suffix(Self.keptByteCount)
        for index in listeners.indices {
            for case .credential in listeners[index].driver.handle(.bytes(bytes), at: uptime) {
                listeners[index].credentialCount += 1
            }
        }
    }

    /// What was recognised so far, the surest first.
    public var findings: [ProbeFinding] {
        var findings = listeners.filter { $0.credentialCount > 0 }.map(finding)
        if let other = otherPanel { findings.append(other) }
        // What is a frame or a number is a line of text, too.
        if findings.contains(where: { $0.certainty != .possible }) {
            findings.removeAll { $0.certainty == .possible }
        }
        return findings.sorted { $0.certainty.rank > $1.certainty.rank }
    }

    private func finding(_ listener: Listener) -> ProbeFinding {
        let count = listener.credentialCount
        let (certainty, words): (ProbeFinding.Certainty, String) =
            switch listener.name {
            case "ascii-line" where listener.isAnyText:
                (.possible, "\(count) lines of text: credential qr, charset hex or wiegand-serial")
            case "ascii-line":
                (
                    count >= Self.convincingCount ? .likely : .possible,
                    "\(count) lines of digits; converters (wiegand-serial) send such lines, too"
                )
            case "rdm6300": (.certain, "\(count) cards in frames of STX, 12 digits, ETX whose check fits")
            default:
                (
                    count >= Self.convincingCount ? .certain : .likely,
                    "\(count) reports of 55 AA frames whose check fits"
                )
            }
        return ProbeFinding(driver: listener.name, settings: settings, certainty: certainty, words: words)
    }

    /// OSDP frames that nobody here asked for: commands and replies with a right check of 16 bits. What we
    /// asked ourselves is left out.
    private var otherPanel: ProbeFinding? {
        let ours = Set(asked.map(\.bytes).filter { $0.first == OSDPFrame.mark }.map { Array($0.dropFirst()) })
        var count = 0
        var index = 0
        while index + OSDPFrame.shortestByteCount <= recent.count {
            let length = Int(recent[index + 2]) | Int(recent[index + 3]) << 8
            let isFrame =
                recent[index] == OSDPFrame.start && recent[index + 4] & OSDPFrame.crcFlag != 0
                && length > OSDPFrame.shortestByteCount && index + length <= recent.count
                && OSDPFrame.isCheckRight(Array(recent[index..<(index + length)]))
            count += isFrame && !ours.contains(Array(recent[index..<(index + length)])) ? 1 : 0
            index += isFrame ? length : 1
        }
        guard count > 0 else { return nil }
        return ProbeFinding(
            driver: nil, settings: settings, certainty: count >= Self.convincingCount ? .certain : .likely,
            words: "an OSDP line with a panel of its own: \(count) frames; leave it alone")
    }
}
