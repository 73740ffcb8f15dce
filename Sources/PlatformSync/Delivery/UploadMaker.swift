import AttendanceLedger
import SiteModel

/// Makes what goes up of what stands in the ledger. Remembers some workers, so that a pass costs no reading
/// of its own.
struct UploadMaker {
    struct Person {
        let upload: PersonUpload
        let team: Team
    }

    /// A pass that may go up.
    struct Pass {
        let item: DeliveryItem
        let worker: WorkerID
        let direction: Direction
        let lane: String
        let means: AttendanceMeans
        /// False: nobody knows when it was.
        let isTimeKnown: Bool
        /// The lane's barrier has to tell first whether it was made.
        var awaitsPassage = false
    }

    private static let rememberedLimit = 4_096

    let reader: LedgerReader
    let corrected: @Sendable (ClockReading) -> CorrectedTime
    private var persons: [WorkerID: Person?] = [:]

    init(reader: LedgerReader, corrected: @escaping @Sendable (ClockReading) -> CorrectedTime) {
        self.reader = reader
        self.corrected = corrected
    }

    /// What was remembered of a worker is old.
    mutating func forget(_ worker: WorkerID) { persons[worker] = nil }

    /// Nil for a worker who was erased.
    mutating func person(_ worker: WorkerID) throws(DeliveryError) -> Person? {
        if let known = persons[worker] { return known }
        let person = try present(worker).map { worker in
            Person(
                upload: PersonUpload(idNumber: worker.idNumber, idType: worker.idType), team: worker.team)
        }
        if persons.count >= Self.rememberedLimit { persons = [:] }
        persons[worker] = .some(person)
        return person
    }

    /// The worker as their newest change left them; nil for one who was erased.
    func present(_ worker: WorkerID) throws(DeliveryError) -> ProjectWorker? {
        try reading { () throws(LedgerError) in try reader.newestChange(of: worker)?.worker }
    }

    func change(_ sequence: LedgerSequence) throws(DeliveryError) -> PersonnelChange? {
        try reading { () throws(LedgerError) in try reader.entry(sequence).flatMap(reader.opened) }
            .map { entry throws(DeliveryError) in
                try decoding(entry.sequence) { () throws(CanonicalDecodingError) in
                    try PersonnelChange(encoded: entry.body)
                }
            }
    }

    /// The newest photo of the worker's dossier; nil when none is kept.
    func photo(of worker: WorkerID, _ reference: PhotoReference?) throws(DeliveryError) -> [UInt8]? {
        guard let reference else { return nil }
        let entries = try reading { () throws(LedgerError) in try reader.photoEntries(of: worker) }
        for entry in entries.reversed() {
            guard let opened = try reading({ () throws(LedgerError) in try reader.opened(entry) }) else {
                return nil
            }
            let photo = try decoding(entry.sequence) { () throws(CanonicalDecodingError) in
                try WorkerPhoto(encoded: opened.body)
            }
            if EvidenceDigest.digest(photo.jpeg) == reference.digest { return photo.jpeg }
        }
        return nil
    }

    /// The passes of an entry that are attendance; none for entries of other kinds, refusals and strangers.
    func passes(of entry: LedgerEntry) throws(DeliveryError) -> [Pass] {
        switch entry.kind {
        case .attendance:
            guard let worker = entry.subject else { return [] }
            let record = try decoding(entry.sequence) { () throws(CanonicalDecodingError) in
                try AttendanceRecord(encoded: entry.body)
            }
            guard record.isPass else { return [] }
            let time = corrected(entry.clock)
            return [
                Pass(
                    item: DeliveryItem(sequence: entry.sequence, pass: 0, at: time.instant), worker: worker,
                    direction: record.direction, lane: record.reader.lane, means: record.means,
                    isTimeKnown: time.isKnown,
                    awaitsPassage: record.count(after: nil) == .waits)
            ]
        case .correction:
            return try correction(entry)?.passes(entry) ?? []
        default: return []
        }
    }

    /// Nil for one of a worker who was erased.
    func correction(_ entry: LedgerEntry) throws(DeliveryError) -> Correction? {
        let opened = try reading { () throws(LedgerError) in try reader.opened(entry) }
        return try opened.map { opened throws(DeliveryError) in
            try decoding(entry.sequence) { () throws(CanonicalDecodingError) in
                try Correction(encoded: opened.body)
            }
        }
    }

    /// The pass of an entry read by its number; nil when there is none any more.
    func pass(_ sequence: LedgerSequence, _ pass: Int) throws(DeliveryError) -> Pass? {
        let entry = try reading { () throws(LedgerError) in try reader.entry(sequence) }
        guard let entry else { return nil }
        return try passes(of: entry).first { $0.item.pass == pass }
    }

    func reading<Value>(_ body: () throws(LedgerError) -> Value) throws(DeliveryError) -> Value {
        do throws(LedgerError) { return try body() } catch { throw .ledger("\(error)") }
    }

    func decoding<Value>(
        _ sequence: LedgerSequence, _ body: () throws(CanonicalDecodingError) -> Value
    ) throws(DeliveryError) -> Value {
        do throws(CanonicalDecodingError) { return try body() } catch { throw .damagedEntry(sequence) }
    }
}

extension CorrectedTime {
    /// Else it is not even a guess: the board believes it is 1970, and nobody vouched for its clock.
    var isKnown: Bool { basis != .unknown || ClockHistory.plausible.contains(instant) }
}

extension AttendanceRecord {
    var means: AttendanceMeans {
        if manual != nil { return .byHand }
        switch credentialKind {
        case .idNumber: return .identityCard
        case .cardNumber, .chipSerial: return .siteCard
        case .qrToken: return .qrCode
        case .manual: return .byHand
        }
    }
}

extension Correction {
    func passes(_ entry: LedgerEntry) -> [UploadMaker.Pass] {
        guard let worker = entry.subject else { return [] }
        return passes.enumerated().map { index, pass in
            UploadMaker.Pass(
                item: DeliveryItem(sequence: entry.sequence, pass: index + 1, at: pass.at), worker: worker,
                direction: pass.direction, lane: "补卡", means: .corrected, isTimeKnown: true)
        }
    }
}

extension UploadMaker.Pass {
    func upload(of person: UploadMaker.Person, at instant: UTCInstant) -> AttendanceUpload {
        AttendanceUpload(
            person: person.upload, at: instant, direction: direction, lane: lane, means: means)
    }
}
