import AttendanceLedger
import LocalWeb
import PersonnelChanges

extension BoardWords {
    /// Why nothing was recorded, and with it nothing done.
    static func ledgerCannotWrite(_ error: LedgerError) -> BoardWords {
        BoardWords("台账目前不能写入：\(error.chinese)。", "The ledger cannot write: \(error).")
    }
}

extension PersonnelError {
    /// For a page. No personal data but what the person there typed.
    var sentences: [BoardWords] {
        switch self {
        case .refused(let refusals): refusals.map { BoardWords($0.chinese, $0.english) }
        case .busy, .rosterChanged:
            [BoardWords("其他人正在登记，请再试一次。", "Somebody else changes the roster: try again.")]
        case .ledger(let error): [.ledgerCannotWrite(error)]
        case .damagedEntry, .workbook, .lanesBehind, .stopped: [BoardWords("没有完成：\(chinese)", english)]
        }
    }
}
