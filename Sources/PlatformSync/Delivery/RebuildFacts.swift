import AttendanceLedger
import SiteModel

/// What the ledger proves of earlier deliveries to a platform whose file is gone. One bit an entry.
struct RebuildFacts {
    private var confirmed: [UInt64] = []
    /// Passes of which something else was said: they are told one by one.
    private(set) var answered: Set<Int64> = []
    /// The newest confirmed entry.
    private(set) var last: Int64 = 0

    var isEmpty: Bool { last == 0 && answered.isEmpty }

    /// Walks the whole ledger, then that of the answers where it is another one.
    init(
        of platform: String, from reader: LedgerReader, and answers: LedgerReader?
    ) throws(LedgerError) {
        try take(platform, reader) { $0.sequence.rawValue - 1 }
        guard let answers else { return }
        let agreement = try Agreement(of: answers, with: reader, of: try reader.node().origin)
        try take(platform, answers) { agreement.reach(of: $0).rawValue }
    }

    /// - Parameter reach: up to which entry one can tell of the ledger that is delivered.
    private mutating func take(
        _ platform: String, _ reader: LedgerReader, reach: (LedgerEntry) -> Int64
    ) throws(LedgerError) {
        try reader.forEachEntry { entry throws(LedgerError) in
            let reach = reach(entry)
            do throws(CanonicalDecodingError) {
                switch entry.kind {
                case .attendanceConfirmed:
                    let proof = try AttendanceConfirmed(encoded: entry.body)
                    guard proof.platform == platform else { return }
                    for sequence in proof.reaching(LedgerSequence(reach)).entries {
                        set(sequence.rawValue, true)
                    }
                case .deliveryAnswered:
                    guard let body = try Self.body(of: entry, reader) else { return }
                    let answer = try DeliveryAnswered(encoded: body)
                    guard answer.platform == platform, answer.entry.rawValue <= reach else { return }
                    answered.insert(answer.entry.rawValue)
                case .deliverySettled:
                    guard let body = try Self.body(of: entry, reader) else { return }
                    let settled = try DeliverySettled(encoded: body)
                    guard settled.platform == platform, settled.entry.rawValue <= reach else { return }
                    answered.insert(settled.entry.rawValue)
                    if settled.isResent, settled.pass == 0, isConfirmed(settled.entry) {
                        set(settled.entry.rawValue, false)
                    }
                default: return
                }
            } catch {
                throw .chainBroken(sequence: entry.sequence)
            }
        }
    }

    func isConfirmed(_ sequence: LedgerSequence) -> Bool {
        let word = Int(sequence.rawValue >> 6)
        return word < confirmed.count && confirmed[word] >> UInt64(sequence.rawValue & 63) & 1 == 1
    }

    private mutating func set(_ sequence: Int64, _ isConfirmed: Bool) {
        let (word, bit) = (Int(sequence >> 6), UInt64(1) << UInt64(sequence & 63))
        while confirmed.count <= word { confirmed.append(0) }
        if isConfirmed { confirmed[word] |= bit } else { confirmed[word] &= ~bit }
        last = max(last, sequence)
    }

    /// Nil for a worker who was erased.
    private static func body(
        of entry: LedgerEntry, _ reader: LedgerReader
    ) throws(CanonicalDecodingError) -> [UInt8]? {
        // try?: a body that does not open is the verification's; here it tells nothing.
        guard let opened = try? reader.opened(entry) else { return nil }
        return opened.body
    }
}
