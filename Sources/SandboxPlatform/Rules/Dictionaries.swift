/// The code tables of the national style that a field's value must stand in.
enum CodeTable: Sendable {
    case identityType, workType, workRole, attendanceType, direction, entryType, flag, contractPeriod, unit
    case corpType, maritalStatus, cultureLevel, politics, training, bank

    func holds(_ code: String) -> Bool { codes.contains(code) }

    private var codes: Set<String> {
        switch self {
        case .identityType: Self.identityTypes
        case .workType: Self.workTypes
        case .workRole: ["10", "20"]
        case .attendanceType: Self.attendanceTypes
        case .direction: ["01", "02"]
        case .entryType, .flag, .contractPeriod: ["0", "1"]
        case .unit: ["80", "81", "82"]
        case .corpType: Self.corpTypes
        case .maritalStatus: ["01", "02", "03", "04"]
        case .cultureLevel: ["01", "02", "03", "04", "05", "06", "07", "08", "99"]
        case .politics: Self.politicsTypes
        case .training: ["003001", "003002", "003003", "003004"]
        case .bank: Self.banks
        }
    }

    private static func numbered(_ range: ClosedRange<Int>, width: Int) -> Set<String> {
        Set(range.map { String(repeating: "0", count: width - String($0).count) + String($0) })
    }

    private static let identityTypes = numbered(1...17, width: 2)
    private static let attendanceTypes = numbered(1...11, width: 3)
    private static let corpTypes = numbered(1...12, width: 3)
    private static let politicsTypes = numbered(1...13, width: 2)
    /// 010 to 380 by tens without 260 and 370, and 900 for managers.
    private static let workTypes: Set<String> = {
        var codes: Set<String> = ["900"]
        for number in stride(from: 10, through: 380, by: 10) where number != 260 && number != 370 {
            codes.formUnion(numbered(number...number, width: 3))
        }
        return codes
    }()
    /// Three digits; the documents list the major ones only, so the form is checked and not the table.
    private static let banks = numbered(100...999, width: 3)
}
