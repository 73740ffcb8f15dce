/// The fields of every method, with what is mandatory, how long it may be and which table it stands in.
enum MethodRules {
    private static let project = FieldRule.must("projectCode", .text(32))
    private static let corpCode = FieldRule.must("corpCode", .text(18))
    private static let corpName = FieldRule.must("corpName", .text(200))
    private static let team = FieldRule.must("teamSysNo", .wholeNumber)
    private static let person: [FieldRule] = [
        .must("idCardType", .code(.identityType)), .must("idCardNumber", .identity(type: "idCardType")),
    ]
    private static let attachments = FieldRule.may(
        "attachments", .list(2, [.must("name", .text(200)), .must("data", .anything)]))

    static let company: [FieldRule] = [
        project, corpCode, corpName, .must("corpType", .code(.corpType)),
        .may("entryTime", .second), .may("exitTime", .second),
        .may(
            "bankInfos",
            .list(
                50,
                [
                    .may("bankCode", .code(.bank)), .may("bankName", .text(50)),
                    .may("bankNumber", .sealed(30)), .may("bankLinkNumber", .text(30)),
                ])),
        .may("pmName", .text(50)), .may("pmIDCardType", .code(.identityType)),
        .may("pmIDCardNumber", .identity(type: "pmIDCardType")), .may("pmPhone", .text(20)),
    ]

    private static let teamDetails: [FieldRule] = [
        .must("teamName", .text(100)), .may("responsiblePersonName", .text(50)),
        .may("responsiblePersonPhone", .text(20)),
        .may("responsiblePersonIDCardType", .code(.identityType)),
        .may("responsiblePersonIDNumber", .identity(type: "responsiblePersonIDCardType")),
        .may("remark", .text(200)), .may("entryTime", .second), .may("exitTime", .second),
    ]
    static let newTeam = [project, corpCode, corpName] + teamDetails
    static let changedTeam = [team] + teamDetails

    static let workerFields: [FieldRule] =
        person + [
            .must("workerName", .text(50)), .must("isTeamLeader", .code(.flag)),
            .must("workType", .code(.workType)), .must("workRole", .code(.workRole)),
            .may("issueCardDate", .day), .may("issueCardPic", .picture(kilobytes: 50)),
            .may("cardNumber", .text(30)), .may("payRollBankCardNumber", .sealed(30)),
            .may("payRollBankName", .text(50)), .may("bankLinkNumber", .text(30)),
            .may("payRollTopBankCode", .code(.bank)), .may("hasBuyInsurance", .code(.flag)),
            .must("nation", .text(10)), .must("address", .text(200)),
            .must("headImage", .picture(kilobytes: 50)), .may("politicsType", .code(.politics)),
            .may("joinedTime", .text(19)), .must("cellPhone", .text(20)),
            .may("cultureLevelType", .code(.cultureLevel)), .may("specialty", .text(200)),
            .may("hasBadMedicalHistory", .code(.flag)), .may("urgentLinkMan", .text(50)),
            .may("urgentLinkManPhone", .text(20)), .may("workDate", .day),
            .may("maritalStatus", .code(.maritalStatus)), .must("grantOrg", .text(20)),
            .may("positiveIDCardImage", .picture(kilobytes: 500)),
            .may("negativeIDCardImage", .picture(kilobytes: 500)), .may("startDate", .day),
            .may("expiryDate", .day),
        ]
    static let newWorkers = [
        project, corpCode, corpName, team, .must("teamName", .text(100)),
        .must("workerList", .list(5, workerFields)),
    ]
    static let changedWorker =
        [project, corpCode, corpName, team, .must("teamName", .text(100))] + workerFields

    static let entryExitFields: [FieldRule] =
        person + [
            .must("date", .day), .must("type", .code(.entryType)), .may("voucher", .picture(kilobytes: 50)),
        ]
    static let entryExit = [
        project, corpCode, corpName, team, .must("workerList", .list(50, entryExitFields)),
    ]

    static let contractFields: [FieldRule] =
        person + [
            .may("corpCode", .text(18)), .may("corpName", .text(200)),
            .may("contractPeriodType", .code(.contractPeriod)), .may("startDate", .day),
            .may("endDate", .day), .may("unit", .code(.unit)), .may("unitPrice", .number(0...1e12)),
            attachments,
        ]
    static let contract = [project, .must("contractList", .list(5, contractFields))]

    static let training: [FieldRule] = [
        project, .must("trainingDate", .day), .may("trainingDuration", .number(0...10_000)),
        .must("trainingName", .text(200)), .must("trainingTypeCode", .code(.training)),
        .may("trainer", .text(50)), .may("trainingOrg", .text(200)), .may("trainingAddress", .text(200)),
        .may("description", .text(1_000)), attachments, .may("workers", .anything),
    ]

    static let attendanceFields: [FieldRule] =
        person + [
            .must("date", .second), .must("direction", .code(.direction)),
            .may("image", .picture(kilobytes: 50)), .may("channel", .text(50)),
            .may("attendType", .code(.attendanceType)), .may("lng", .number(-180...180)),
            .may("lat", .number(-90...90)), .may("temperature", .number(35...99)),
        ]
    static func attendance(batch: Int) -> [FieldRule] {
        [project, team, .must("dataList", .list(batch, attendanceFields))]
    }

    static let payrollFields: [FieldRule] =
        person + [
            .may("days", .number(0...31)), .may("workHours", .number(0...744)),
            .may("payRollBankCardNumber", .sealed(30)), .may("payRollBankCode", .code(.bank)),
            .may("payRollBankName", .text(50)), .may("payBankCardNumber", .sealed(30)),
            .may("payBankCode", .code(.bank)), .may("payBankName", .text(50)),
            .may("totalPayAmount", .number(0...1e12)), .may("actualAmount", .number(0...1e12)),
            .may("isBackPay", .code(.flag)), .may("balanceDate", .day), .may("backPayMonth", .month),
            .may("thirdPayRollCode", .text(50)),
        ]
    static let payroll = [
        project, corpCode, corpName, team, .must("payMonth", .month), attachments,
        .must("detailList", .list(1_000, payrollFields)),
    ]

    static let verdict = [FieldRule.must("requestSerialCode", .text(100))]
    static let page: [FieldRule] = [.must("pageIndex", .wholeNumber), .must("pageSize", .wholeNumber)]
}
