import SiteModel

/// What may be said of a worker in a command or a form. Raw values are option and field names: never renamed.
/// A value of `-` takes back what is there.
public enum WorkerField: String, Sendable, Hashable, CaseIterable {
    case name
    case idNumber = "id_number"
    case idType = "id_type"
    case team
    case employer
    case workType = "work_type"
    case phone
    case cardNumber = "card_number"
    case cardFormat = "card_format"
    case role
    case teamLeader = "team_leader"
    case contractKind = "contract_kind"
    case contractSignedOn = "contract_signed_on"
    case contractFrom = "contract_from"
    case contractUntil = "contract_until"
    case contractEndedOn = "contract_ended_on"
    case payBasis = "pay_basis"
    case wageCard = "wage_card"
    case wageBank = "wage_bank"
    case insurer
    case insuredFrom = "insured_from"
    case insuredUntil = "insured_until"
    case trainedOn = "trained_on"
    case emergencyName = "emergency_name"
    case emergencyPhone = "emergency_phone"
    case notice = "notice_version"

    public var chineseName: String {
        switch self {
        // Named as in a roster file.
        case .name, .idNumber, .idType, .team, .employer, .workType, .phone, .cardNumber, .cardFormat, .role:
            RosterColumn(rawValue: rawValue)?.chineseName ?? rawValue
        case .teamLeader: "班组长"
        case .contractKind: "合同类别"
        case .contractSignedOn: "合同签订日期"
        case .contractFrom: "合同起始"
        case .contractUntil: "合同终止"
        case .contractEndedOn: "合同解除日期"
        case .payBasis: "计薪方式"
        case .wageCard: "工资卡号"
        case .wageBank: "开户银行"
        case .insurer: "承保单位"
        case .insuredFrom: "保险起始"
        case .insuredUntil: "保险终止"
        case .trainedOn: "安全教育日期"
        case .emergencyName: "紧急联系人"
        case .emergencyPhone: "紧急联系电话"
        case .notice: "隐私告知版本"
        }
    }

    public var bothNames: String { "\(chineseName) (\(rawValue))" }

    /// Text limits of the national interface (section 3.11), else a line.
    static let textLimit = 100
}
