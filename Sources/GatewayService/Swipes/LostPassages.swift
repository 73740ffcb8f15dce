import AttendanceLedger
import SiteModel

/// Grants of lanes that tell of which nothing more will be heard: the service ended before their barrier
/// spoke, or before its word was on disk.
///
/// Every start writes `unknown` for them, in one commit with its own mark; so nothing before the last start
/// is open.
struct LostPassages {
    /// Swipes of 90 seconds at the busiest gate and many more: older grants have been spoken of.
    private static let swipeLimit = 8_192

    private struct Waiting {
        let subject: WorkerID?
        let record: AttendanceRecord
    }

    private var waiting: [LedgerSequence: Waiting] = [:]

    init(in reader: LedgerReader) throws(LedgerError) {
        let start = try reader.newestStart()
        try reader.forEachAttendance(
            newest: Self.swipeLimit, after: start, withPassages: true
        ) { entry throws(LedgerError) in
            do throws(CanonicalDecodingError) {
                try take(entry)
            } catch {
                throw .chainBroken(sequence: entry.sequence)
            }
        }
    }

    private mutating func take(_ entry: LedgerEntry) throws(CanonicalDecodingError) {
        switch entry.kind {
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
