/// A field of a form about a worker. Names are those that the gateway knows (`WorkerField`).
struct WorkerFieldForm: Sendable {
    enum Kind: Sendable {
        case text(type: String)
        /// The first one, of no value, says nothing.
        case choice([(value: String, words: BoardWords)])
    }

    let name: String
    let words: BoardWords
    let kind: Kind
    let help: BoardWords?

    init(_ name: String, _ chinese: String, _ english: String, type: String = "text", help: BoardWords? = nil)
    {
        self.name = name
        words = BoardWords(chinese, english)
        kind = .text(type: type)
        self.help = help
    }

    init(_ name: String, _ chinese: String, _ english: String, oneOf values: [(String, BoardWords)]) {
        self.name = name
        words = BoardWords(chinese, english)
        kind = .choice([("", BoardWords("—", "—"))] + values.map { (value: $0.0, words: $0.1) })
        help = nil
    }

    /// - Parameter prefix: makes the id unique among the forms of a page.
    func control(
        _ value: String, prefix: String, isRequired: Bool = false, suggestions: String? = nil,
        _ language: Language
    ) -> ControlView {
        switch kind {
        case .text(let type):
            ControlView(
                FieldView(
                    name, words, value: value, language, id: "\(prefix)-\(name)", type: type,
                    isRequired: isRequired, lengthLimit: 100, help: help, suggestions: suggestions))
        case .choice(let values):
            ControlView(
                ChoiceView(
                    name, words, options: values.map { ($0.value, $0.words.text(in: language)) },
                    chosen: value, language, id: "\(prefix)-\(name)"))
        }
    }
}

/// Fields that an officer changes together: a form of the worker's page each.
enum WorkerFieldGroup: String, Sendable, CaseIterable {
    case identity
    case contact
    case contract
    case wageCard = "wage-card"
    case insurance
    case place

    var title: BoardWords {
        switch self {
        case .identity: BoardWords("更正身份信息", "Correct name or number")
        case .contact: BoardWords("联系方式、考勤卡", "Phone, card")
        case .contract: BoardWords("合同", "Contract")
        case .wageCard: BoardWords("工资卡", "Wage card")
        case .insurance: BoardWords("工伤保险、安全教育", "Insurance, safety training")
        case .place: BoardWords("调动", "Move")
        }
    }

    var fields: [WorkerFieldForm] {
        switch self {
        case .identity: Self.identityFields
        case .contact:
            [
                WorkerFieldForm("phone", "手机", "Phone", type: "tel"),
                WorkerFieldForm("card_number", "考勤卡号", "Site card number"),
                WorkerFieldForm(
                    "card_format", "卡号格式", "Card number format",
                    oneOf: ["8H10D", "10H", "10H12D", "4H4H", "6H8D", "2H4H"].map {
                        ($0, BoardWords($0, $0))
                    }),
                WorkerFieldForm(
                    "team_leader", "班组长", "Team leader",
                    oneOf: [("1", BoardWords("是", "Yes")), ("0", BoardWords("否", "No"))]),
                WorkerFieldForm("emergency_name", "紧急联系人", "Emergency contact"),
                WorkerFieldForm("emergency_phone", "紧急联系电话", "Their phone", type: "tel"),
                WorkerFieldForm("notice_version", "隐私告知版本", "Privacy notice, version"),
            ]
        case .contract: Self.contractFields
        case .wageCard:
            [
                WorkerFieldForm("wage_card", "工资卡号", "Wage card number"),
                WorkerFieldForm("wage_bank", "开户银行", "Bank"),
            ]
        case .insurance:
            [
                WorkerFieldForm("insurer", "承保单位", "Insurer"),
                WorkerFieldForm("insured_from", "保险起始", "Insured from", type: "date"),
                WorkerFieldForm("insured_until", "保险终止", "Insured until", type: "date"),
                WorkerFieldForm("trained_on", "安全教育日期", "Trained on", type: "date"),
            ]
        case .place: Self.placeFields
        }
    }

    private static let identityFields = [
        WorkerFieldForm("name", "姓名", "Name"),
        WorkerFieldForm("id_number", "证件号码", "Identity number"),
        WorkerFieldForm(
            "id_type", "证件类型", "Kind of document", help: BoardWords("代码，01 为居民身份证", "Code; 01 is the ID card")
        ),
        WorkerFieldForm(
            "role", "人员类别", "Kind of staff",
            oneOf: [
                ("worker", BoardWords("建筑工人", "Worker")), ("manager", BoardWords("管理人员", "Manager")),
            ]),
    ]

    private static let contractFields = [
        WorkerFieldForm(
            "contract_kind", "合同类别", "Kind of contract",
            oneOf: [
                ("labour_contract", BoardWords("劳动合同", "Labour contract")),
                ("work_agreement", BoardWords("用工书面协议", "Work agreement")),
            ]),
        WorkerFieldForm("contract_signed_on", "签订日期", "Signed on", type: "date"),
        WorkerFieldForm("contract_from", "合同起始", "From", type: "date"),
        WorkerFieldForm("contract_until", "合同终止", "Until", type: "date"),
        WorkerFieldForm(
            "pay_basis", "计薪方式", "Paid",
            oneOf: [
                ("day", BoardWords("按日", "By the day")), ("month", BoardWords("按月", "By the month")),
                ("piece", BoardWords("按量", "By the piece")), ("hour", BoardWords("按小时", "By the hour")),
            ]),
        WorkerFieldForm("contract_ended_on", "合同解除日期", "Ended on", type: "date"),
    ]

    private static let placeFields = [
        WorkerFieldForm("team", "班组", "Team"),
        WorkerFieldForm("employer", "参建单位", "Employer"),
        WorkerFieldForm("work_type", "工种", "Trade"),
    ]

    /// What of these the form says. Text of one blank or none says nothing.
    func values(in request: OfficeRequest) -> [String: String] {
        var values: [String: String] = [:]
        for field in fields {
            let text = request.field(field.name)
            if !text.isEmpty { values[field.name] = text }
        }
        return values
    }

    /// - Parameters:
    ///   - values: stand in fields in place of what was typed.
    ///   - without: fields that are not asked for.
    func controls(
        _ request: OfficeRequest, isShownAgain: Bool, required: Set<String> = [],
        prefix: String? = nil, values: [String: String] = [:], without: Set<String> = []
    ) -> [ControlView] {
        fields.filter { !without.contains($0.name) }.map { field in
            field.control(
                values[field.name] ?? (isShownAgain ? request.field(field.name) : ""),
                prefix: prefix ?? rawValue,
                isRequired: required.contains(field.name),
                suggestions: ["team", "employer"].contains(field.name) ? "known-\(field.name)s" : nil,
                request.language)
        }
    }
}
