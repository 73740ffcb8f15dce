public import SiteModel

/// An RDM6300 reader for 125 kHz cards: sends a frame whenever a card is presented, listens to nothing.
public final class VirtualCardReader: Sendable {
    public let port: VirtualPort

    private let baud: Int?

    /// - Parameter baud: its own speed, whatever the service sets; nil: always the same.
    public init(path: String, baud: Int? = nil) throws(VirtualSiteError) {
        port = try VirtualPort(path: path)
        self.baud = baud
    }

    /// Sends one frame, as a card gives that is shown once, waiting while the line is full.
    ///
    /// False when the line took it not at all or in part within the patience.
    @discardableResult
    public func present(_ card: CardNumber, patienceMilliseconds milliseconds: Int32 = 5_000) -> Bool {
        var frame = Self.frame(of: card)
        if let baud { frame = SampledLine.heard(frame, sentAt: baud, heardAt: port.speed) }
        return port.write(frame, patienceMilliseconds: milliseconds) == frame.count
    }

    /// STX, ten hexadecimal digits (version byte, four bytes of the card), two of their XOR, ETX.
    public static func frame(of card: CardNumber) -> [UInt8] {
        let bytes = (0..<5).reversed().map { UInt8(truncatingIfNeeded: card.value >> UInt64($0 * 8)) }
        let digits = (bytes + [bytes.reduce(0, ^)]).hexadecimal.uppercased()
        return [0x02] + Array(digits.utf8) + [0x03]
    }
}
