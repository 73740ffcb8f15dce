import SiteModel

/// A swipe at a leaving lane that the ledger did not take, under its number in the reserve.
struct KeptRecord: Sendable, Hashable {
    /// What makes it this swipe and no other, in the reserve as in the ledger.
    struct Identity: Hashable {
        let kind: LedgerEntryKind
        let worker: WorkerID?
        let clock: ClockReading
        let record: AttendanceRecord
    }

    /// Ever increasing within one ledger; never used again.
    let number: Int64
    private let kind: LedgerEntryKind
    private let worker: WorkerID?
    /// As it was read, the uptime in whole milliseconds as the ledger stores it.
    private let clock: ClockReading
    /// With the number.
    private let record: AttendanceRecord

    /// - Returns: nil for what is no swipe.
    init?(_ draft: EntryDraft, number: Int64) {
        guard draft.kind == .attendance || draft.kind == .rawRead, draft.subject != .newWorker,
            draft.subject != .broughtWorker,
            // try?: a body that is no swipe's belongs in no reserve.
            let record = try? AttendanceRecord(encoded: draft.body)
        else { return nil }
        self.number = number
        kind = draft.kind
        worker = if case .worker(let worker) = draft.subject { worker } else { nil }
        clock = Self.stored(draft.clock)
        self.record = record.numbered(number)
    }

    var draft: EntryDraft {
        EntryDraft(record, kind: kind, subject: worker.map { .worker($0) } ?? .nobody, clock: clock)
    }

    var occurredAt: UTCInstant { clock.wall }

    var identity: Identity {
        Identity(kind: kind, worker: worker, clock: clock, record: record.numbered(nil))
    }

    /// The swipe of an entry; nil when it is none.
    static func identity(of entry: LedgerEntry) throws(CanonicalDecodingError) -> Identity {
        Identity(
            kind: entry.kind, worker: entry.subject, clock: stored(entry.clock),
            record: try AttendanceRecord(encoded: entry.body).numbered(nil))
    }

    private static func stored(_ clock: ClockReading) -> ClockReading {
        ClockReading(
            wall: clock.wall, uptime: Uptime(milliseconds: clock.uptime.milliseconds), boot: clock.boot,
            synchronisation: clock.synchronisation)
    }
}

extension KeptRecord {
    /// An array of 9: `[1, origin tag, kind, worker or null, wall ms, uptime ms, boot, synchronisation,
    /// body]`, in canonical encoding. The number stands in the body.
    func encoded(originTag: UInt32) -> [UInt8] {
        var encoder = CanonicalEncoder(reservingByteCount: ReserveSlot.byteCount)
        encoder.array(count: 9)
        encoder.append(1)
        encoder.append(Int64(originTag))
        encoder.append(kind.rawValue)
        encoder.append(worker?.rawValue)
        encoder.append(clock.wall.milliseconds)
        encoder.append(clock.uptime.milliseconds)
        encoder.append(clock.boot)
        encoder.append(clock.synchronisation.rawValue)
        encoder.append(byteString: record.encoded)
        return encoder.bytes
    }

    /// - Throws: also for a record of another ledger: it names workers whom this one does not know.
    init(encoded: [UInt8], originTag: UInt32) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() == 9, try decoder.integer() == 1,
            try decoder.integer() == Int64(originTag),
            let kind = LedgerEntryKind(rawValue: Int(try decoder.integer()))
        else { throw decoder.failure }
        let subject = try decoder.optionalUnsigned().map { EntrySubject.worker(WorkerID(rawValue: $0)) }
        let wall = UTCInstant(milliseconds: try decoder.integer())
        let uptimeMilliseconds = try decoder.integer()
        // What fits in nanoseconds: 292 years.
        guard (0...Int64.max / 1_000_000).contains(uptimeMilliseconds),
            let boot = BootID(bytes: try decoder.byteString()),
            let synchronisation = ClockSynchronisation(rawValue: Int(try decoder.integer()))
        else { throw decoder.failure }
        let record = try AttendanceRecord(encoded: try decoder.byteString())
        let draft = EntryDraft(
            record, kind: kind, subject: subject ?? .nobody,
            clock: ClockReading(
                wall: wall, uptime: Uptime(milliseconds: uptimeMilliseconds), boot: boot,
                synchronisation: synchronisation))
        guard decoder.isAtEnd, let number = record.reserveNumber, let kept = Self(draft, number: number)
        else { throw decoder.failure }
        self = kept
    }
}
