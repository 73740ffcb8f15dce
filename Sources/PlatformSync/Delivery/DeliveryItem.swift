import SiteModel

/// One pass on its way: the entry, which pass of it (of a correction, from 1; else 0), and the time it was
/// sent with, which never changes once it was sent.
struct DeliveryItem: Sendable, Hashable {
    let sequence: LedgerSequence
    let pass: Int
    let at: UTCInstant

    var isOfCorrection: Bool { pass > 0 }

    /// Blob of `[sequence, pass, at ms]` of each, one after the other.
    static func encoded(_ items: [DeliveryItem]) -> [UInt8] {
        var encoder = CanonicalEncoder(reservingByteCount: 16 * items.count)
        encoder.array(count: 3 * items.count)
        for item in items {
            encoder.append(item.sequence.rawValue)
            encoder.append(item.pass)
            encoder.append(item.at.milliseconds)
        }
        return encoder.bytes
    }

    static func decoded(_ bytes: [UInt8]) throws(CanonicalDecodingError) -> [DeliveryItem] {
        var decoder = CanonicalDecoder(bytes)
        var items: [DeliveryItem] = []
        for _ in 0..<(try decoder.array()) / 3 {
            items.append(
                DeliveryItem(
                    sequence: LedgerSequence(try decoder.integer()), pass: Int(try decoder.integer()),
                    at: UTCInstant(milliseconds: try decoder.integer())))
        }
        return items
    }
}

/// A call of attendance of one team. Its items are in the order of the ledger.
struct AttendanceCall: Sendable {
    enum State: Int, Sendable {
        /// Not sent.
        case planned = 0
        /// Under way; after a crash: nobody knows.
        case sending = 1
        /// The platform gave a receipt.
        case received = 2
        /// It may or may not be there: looked for before it is sent again.
        case unknown = 3
    }

    let id: Int64
    var isLive: Bool
    let team: Team
    var items: [DeliveryItem]
    var state: State
    var receipt = ""
    /// How often items were refused because the platform lacked somebody.
    var dependencyCount = 0

    /// Whether it is these entries and no other, in their order.
    func carries(_ entries: [LedgerSequence]) -> Bool {
        items.count == entries.count && items.first?.sequence == entries.first
            && zip(items, entries).allSatisfy { $0.sequence == $1 && $0.pass == 0 }
    }
}
