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
    /// The work was given up, for the service stops.
    case stopped
    /// No workbook was made; the words say why. Ask for CSV.
    case workbook(String)

    /// One reason in both languages.
    public static func refusal(_ chinese: String, _ english: String) -> PersonnelError {
        .refused([Refusal(chinese, english)])
    }

    /// In both languages, a line each.
    public var description: String { "\(chinese)\n\(english)" }

    public var chinese: String {
        switch self {
        case .ledger(let error): "台账：\(error.chinese)"
        case .damagedEntry(let sequence): "台账第 \(sequence) 条无法读取：请运行 muster ledger verify"
        case .busy: "另一份花名册正在导入：请稍后再试"
        case .refused(let refusals): refusals.map(\.chinese).joined(separator: "\n")
        case .rosterChanged: "花名册在此期间有变动：请再试一次"
        case .stopped: "服务正在停止"
        case .workbook: "未能生成 .xlsx 文件：请改用 CSV"
        case .lanesBehind: "已写入台账，但闸机尚未更新：请重启服务"
        }
    }

    public var english: String {
        switch self {
        case .ledger(let error): "ledger: \(error)"
        case .damagedEntry(let sequence):
            "entry \(sequence) of the ledger cannot be read: run muster ledger verify"
        case .busy: "another roster import is running: try again when it is done"
        case .refused(let refusals): refusals.map(\.english).joined(separator: "\n")
        case .rosterChanged: "the roster changed meanwhile: try again"
        case .stopped: "the service stops"
        case .workbook(let words): "\(words); CSV needs none"
        case .lanesBehind(let error):
            "the roster is recorded, but the lanes did not take it in (\(error)): restart the service"
        }
    }
}
