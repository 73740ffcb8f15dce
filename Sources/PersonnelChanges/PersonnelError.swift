public import AccessControl
public import AttendanceLedger
public import SiteModel

/// Why the roster could not be read or changed.
public enum PersonnelError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The ledger refused; nothing of the change may be taken as written.
    case ledger(LedgerError)
    /// The body of this entry is not what its kind promises. `muster ledger verify` tells more.
    case damagedEntry(LedgerSequence)
    /// Another import is on its way. Nothing was written; try again when it is done.
    case busy
    /// What was asked for is not possible; each sentence says why and what to do. Never empty.
    case refused([Refusal])
    /// The roster changed between the plan and the writing. Nothing was written; try again.
    case rosterChanged
    /// The change is in the ledger, but the lanes do not know all of it. Restart the service: it reads the
    /// ledger anew.
    case lanesBehind(AccessControlError)
    /// No workbook was made; the words say why. Ask for CSV.
    case workbook(String)

    /// One reason in both languages.
    public static func refusal(_ chinese: String, _ english: String) -> PersonnelError {
        .refused([Refusal(chinese, english)])
    }

    public var description: String {
        switch self {
        case .ledger(let error): "台账：\(error.chinese) ledger: \(error)"
        case .damagedEntry(let sequence):
            "entry \(sequence) of the ledger cannot be read: run muster ledger verify"
        case .busy: "another roster import is running: try again when it is done"
        case .refused(let refusals): refusals.map(\.english).joined(separator: "\n")
        case .rosterChanged: "the roster changed meanwhile: try again"
        case .workbook(let words): "\(words); CSV needs none"
        case .lanesBehind(let error):
            "the roster is recorded, but the lanes did not take it in (\(error)): restart the service"
        }
    }
}
