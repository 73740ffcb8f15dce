import ArgumentParser
import PersonnelChanges

/// What may be said of a worker; the same options wherever a worker is changed.
struct WorkerFieldOptions: ParsableArguments {
    @Option(name: .long, help: "姓名") var name: String?
    @Option(name: .long, help: "证件类型, 01 to 17") var idType: String?
    @Option(name: .long, help: "班组") var team: String?
    @Option(name: .long, help: "参建单位") var employer: String?
    @Option(name: .long, help: "工种") var workType: String?
    @Option(name: .long, help: "手机") var phone: String?
    @Option(name: .long, help: "考勤卡号, as printed") var cardNumber: String?
    @Option(name: .long, help: "10H, 10H12D, 8H10D, 4H4H, 6H8D or 2H4H") var cardFormat: String?
    @Option(name: .long, help: "worker or manager") var role: String?
    @Option(name: .long, help: "班组长: yes or no") var teamLeader: String?
    @Option(name: .long, help: "labour_contract or work_agreement") var contractKind: String?
    @Option(name: .long, help: "合同签订日期") var contractSignedOn: String?
    @Option(name: .long, help: "合同起始") var contractFrom: String?
    @Option(name: .long, help: "合同终止") var contractUntil: String?
    @Option(name: .long, help: "合同解除日期") var contractEndedOn: String?
    @Option(name: .long, help: "day, month, piece or hour") var payBasis: String?
    @Option(name: .long, help: "工资卡号") var wageCard: String?
    @Option(name: .long, help: "开户银行") var wageBank: String?
    @Option(name: .long, help: "承保单位") var insurer: String?
    @Option(name: .long, help: "保险起始") var insuredFrom: String?
    @Option(name: .long, help: "保险终止") var insuredUntil: String?
    @Option(name: .long, help: "安全教育日期") var trainedOn: String?
    @Option(name: .long, help: "紧急联系人") var emergencyName: String?
    @Option(name: .long, help: "紧急联系电话") var emergencyPhone: String?
    @Option(name: .long, help: "Version of the privacy notice that was shown.") var noticeVersion: String?

    var fields: [WorkerField: String] {
        let said: [(WorkerField, String?)] = [
            (.name, name), (.idType, idType), (.team, team), (.employer, employer), (.workType, workType),
            (.phone, phone), (.cardNumber, cardNumber), (.cardFormat, cardFormat), (.role, role),
            (.teamLeader, teamLeader), (.contractKind, contractKind), (.contractSignedOn, contractSignedOn),
            (.contractFrom, contractFrom), (.contractUntil, contractUntil),
            (.contractEndedOn, contractEndedOn), (.payBasis, payBasis), (.wageCard, wageCard),
            (.wageBank, wageBank), (.insurer, insurer), (.insuredFrom, insuredFrom),
            (.insuredUntil, insuredUntil), (.trainedOn, trainedOn), (.emergencyName, emergencyName),
            (.emergencyPhone, emergencyPhone), (.notice, noticeVersion),
        ]
        return [WorkerField: String](
            uniqueKeysWithValues: said.compactMap { field, text in
                text.map { (field, $0) }
            })
    }
}
