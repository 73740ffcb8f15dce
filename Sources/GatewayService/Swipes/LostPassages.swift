import AttendanceLedger
import SiteModel

/// Grants of lanes that tell of which nothing more will be heard: the service ended before their barrier
/// spoke, or before its word was on disk.
///
/// Every start writes `unknown` for them, in one commit with its own mark; so nothing before the last start
/// is open.
struct LostPassages {
    /// More than 90 seconds of four readers at full speed: older grants have been spoken of. While words
    /// cannot be written, nothing else is.
    private static let entryLimit: Int64 = 20_000

    private struct Waiting {
        let subject: WorkerID?
        let record: AttendanceRecord
    }

    private var waiting: [LedgerSequence: Waiting] = [:]

    init(in reader: LedgerReader) throws(LedgerError) {
        guard let head = try reader.head()?.sequence.rawValue else { return }
        var position = LedgerSequence(max(0, head - Self.entryLimit))
        while true {
            let entries = try reader.entries(after: position, limit: 1_024)
            guard let last = entries.last else { return }
            for entry in entries {
                do throws(CanonicalDecodingError) {
                    try take(entry)
                } catch {
                    throw .chainBroken(sequence: entry.sequence)
                }
            }
            position = last.sequence
        }
    }

    private mutating func take(_ entry: LedgerEntry) throws(CanonicalDecodingError) {
        switch entry.kind {
        case .serviceStarted: waiting = [:]
        case .attendance:
            let record = try AttendanceRecord(encoded: entry.body)
            guard record.awaitsPassage else { return }
            waiting[entry.sequence] = Waiting(subject: entry.subject, record: record)
        case .passage: waiting[try PassageRecord(encoded: entry.body).attendance] = nil
        default: return
        }
    }

    /// One `unknown` for each, in the order of their grants.
    func drafts(at reading: ClockReading) -> [EntryDraft] {
        waiting.sorted { $0.key < $1.key }.map { sequence, waiting in
            EntryDraft(
                PassageRecord(
                    lane: waiting.record.reader.lane, direction: waiting.record.direction,
                    passage: .unknown, attendance: sequence),
                kind: .passage, subject: waiting.subject.map(EntrySubject.worker) ?? .nobody,
                clock: reading)
        }
    }
}
