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

    /// In the order in which they are to be sent. Those that were planned lie far apart; parts of one lie
    /// between it and the next.
    let id: Int64
    var isLive: Bool
    let team: Team
    var items: [DeliveryItem]
    var state: State
    var receipt = ""
    /// How often items were refused because the platform lacked somebody.
    var dependencyCount = 0
    /// How many items it went up with; 0 before.
    var sentCount = 0

    /// The same under another number.
    init(_ former: AttendanceCall, id: Int64) {
        self.init(
            id: id, isLive: former.isLive, team: former.team, items: former.items, state: former.state,
            receipt: former.receipt, dependencyCount: former.dependencyCount)
        sentCount = former.sentCount
    }

    init(
        id: Int64, isLive: Bool, team: Team, items: [DeliveryItem], state: State, receipt: String = "",
        dependencyCount: Int = 0
    ) {
        (self.id, self.isLive, self.team, self.items) = (id, isLive, team, items)
        (self.state, self.receipt, self.dependencyCount) = (state, receipt, dependencyCount)
    }

    /// From one planned call to the next: room for halves of halves of any call.
    static let distance: Int64 = 1 << 32

    /// A part of a call that was refused as a whole.
    var isPart: Bool { id % Self.distance != 0 }

    /// Some of what went up with it was answered on another way: what is said of all of it says nothing of
    /// what is left.
    var hasShrunk: Bool { items.count < sentCount }

    /// Whether it is these entries and no other, in their order.
    func carries(_ entries: [LedgerSequence]) -> Bool {
        items.count == entries.count && items.first?.sequence == entries.first
            && zip(items, entries).allSatisfy { $0.sequence == $1 && $0.pass == 0 }
    }
}
