public import SiteModel

/// An RDM6300 reader for 125 kHz cards: sends a frame whenever a card is presented, listens to nothing.
public final class VirtualCardReader: Sendable {
    public let port: VirtualPort

    public init(path: String) throws(VirtualSiteError) {
        port = try VirtualPort(path: path)
    }

    /// Sends one frame, as a card gives that is shown once, waiting while the line is full.
    ///
    /// False when the line took it not at all or in part within the patience.
    @discardableResult
    public func present(_ card: CardNumber, patienceMilliseconds milliseconds: Int32 = 5_000) -> Bool {
        let frame = Self.frame(of: card)
        return port.write(frame, patienceMilliseconds: milliseconds) == frame.count
    }

    /// STX, ten hexadecimal digits (version byte, four bytes of the card), two of their XOR, ETX.
    public static func frame(of card: CardNumber) -> [UInt8] {
        let bytes = (0..<5).reversed().map { UInt8(truncatingIfNeeded: card.value >> UInt64($0 * 8)) }
        let digits = (bytes + [bytes.reduce(0, ^)]).hexadecimal.uppercased()
        return [0x02] + Array(digits.utf8) + [0x03]
    }
}
