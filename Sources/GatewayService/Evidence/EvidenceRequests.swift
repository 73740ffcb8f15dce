public import AttendanceLedger
public import SiteModel

/// A correction as a person asks for it. Workers are named by id or identity number, so it travels as a body,
/// never in an address.
public struct CorrectionRequest: Sendable, Hashable {
    /// Ids or identity numbers. Empty with a team: everybody who belongs to it.
    public var workers: [String]
    public var team: String?
    public var action: CorrectionAction
    /// The entry put right; 0 for `added`.
    public var target: LedgerSequence
    public var passes: [StatedPass]
    public var by: String
    public var reason: String

    public init(
        workers: [String], team: String?, action: CorrectionAction, target: LedgerSequence,
        passes: [StatedPass], by: String, reason: String
    ) {
        self.workers = workers
        self.team = team
        self.action = action
        self.target = target
        self.passes = passes
        self.by = by
        self.reason = reason
    }

    var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: workers.count)
        for worker in workers { encoder.append(worker) }
        encoder.append(team)
        let correction = Correction(
            action: action, target: .init(origin: LedgerOrigin(""), sequence: target), passes: passes, by: by,
            reason: reason)
        encoder.append(byteString: correction.encoded)
        return encoder.bytes
    }

    init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        var workers: [String] = []
        for _ in 0..<(try decoder.array()) { workers.append(try decoder.text()) }
        self.workers = workers
        team = try decoder.optionalText()
        let correction = try Correction(encoded: try decoder.byteString())
        action = correction.action
        target = correction.target?.sequence ?? LedgerSequence(0)
        passes = correction.passes
        by = correction.by
        reason = correction.reason
    }
}

/// That a worker is to be erased.
public struct ErasureRequest: Sendable, Hashable {
    /// Id or identity number.
    public var worker: String
    public var isForced: Bool
    public var by: String
    public var reason: String

    public init(worker: String, isForced: Bool, by: String, reason: String) {
        self.worker = worker
        self.isForced = isForced
        self.by = by
        self.reason = reason
    }

    var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.append(worker)
        encoder.append(isForced)
        encoder.append(by)
        encoder.append(reason)
        return encoder.bytes
    }

    init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        worker = try decoder.text()
        isForced = try decoder.bool()
        by = try decoder.text()
        reason = try decoder.text()
    }
}

/// What a command on the evidence did, for people and for programs.
public struct EvidenceAnswer: Sendable, Equatable {
    public let words: String
    /// Entries that were written, in order.
    public let entries: [LedgerSequence]

    var json: JSONText {
        var json = JSONText()
        json.beginObject()
        json.member("words", words)
        json.name("entries")
        json.beginArray()
        for entry in entries { json.value(entry.rawValue) }
        json.endArray()
        json.endObject()
        return json
    }
}

/// Why nothing was written.
public enum EvidenceError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was asked for is not possible or not allowed; the words say why and what to do, in both
    /// languages.
    case refused(String)
    case ledger(LedgerError)

    /// One reason in both languages, a line each.
    static func refusal(_ chinese: String, _ english: String) -> EvidenceError {
        .refused("\(chinese)\n\(english)")
    }

    public var description: String {
        switch self {
        case .refused(let words): words
        case .ledger(let error): "\(error.chinese)\n\(error)"
        }
    }
}
