public import AttendanceLedger
public import Tables

/// Why there is no bundle. Nothing was made then; a checkpoint may stand in the ledger that none needed.
public enum BundleError: Error, Equatable, Sendable {
    /// Nobody on this site ever had this id or number. The number itself is in no message.
    case workerUnknown
    /// Neither `cc0eee-2` nor an identity number.
    case workerUnreadable
    /// The last day lies before the first.
    case daysTurned
    /// No entry of the ledger says that it occurred on these days.
    case spanEmpty
    /// More entries than a bundle holds. Ask for fewer days at a time.
    case tooManyEntries(limit: Int)
    case ledger(LedgerError)
    case archive(ArchiveError)
}

extension BundleError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .workerUnknown: "nobody on this site has that id or number"
        case .workerUnreadable: "that is neither a worker's id (such as cc0eee-2) nor an identity number"
        case .daysTurned: "the last day lies before the first"
        case .spanEmpty: "the ledger has no entry of these days"
        case .tooManyEntries(let limit): "more than \(limit) entries: ask for fewer days at a time"
        case .ledger(let error): "\(error)"
        case .archive(let error): "the bundle: \(error)"
        }
    }
}
