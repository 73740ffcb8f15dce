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

    /// Walks the whole ledger.
    init(of platform: String, from reader: LedgerReader) throws(LedgerError) {
        try reader.forEachEntry { entry throws(LedgerError) in
            do throws(CanonicalDecodingError) {
                switch entry.kind {
                case .attendanceConfirmed:
                    let proof = try AttendanceConfirmed(encoded: entry.body)
                    if proof.platform == platform { proof.entries.forEach { confirm($0.rawValue) } }
                case .deliveryAnswered:
                    guard let opened = try? reader.opened(entry) else { return }
                    let answer = try DeliveryAnswered(encoded: opened.body)
                    if answer.platform == platform { answered.insert(answer.entry.rawValue) }
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

    private mutating func confirm(_ sequence: Int64) {
        let word = Int(sequence >> 6)
        while confirmed.count <= word { confirmed.append(0) }
        confirmed[word] |= 1 << UInt64(sequence & 63)
        last = max(last, sequence)
    }
}
