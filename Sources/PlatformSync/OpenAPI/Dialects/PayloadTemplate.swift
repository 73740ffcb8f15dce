import SiteModel

/// The shape of one method's `data`: names in the order of the wire, and what stands behind each.
///
/// In a dialect file a field is `SOURCE [aes] [?]`: `aes` encrypts, `?` leaves the field out when there is
/// nothing to say. `=TEXT` is that text. A list of one object repeats for every record of the call.
struct PayloadTemplate: Sendable, Hashable {
    let fields: [Field]

    struct Field: Sendable, Hashable {
        let name: String
        let content: Content
        let quotedName: JSONText.Name

        init(name: String, content: Content) {
            self.name = name
            self.content = content
            quotedName = JSONText.Name(name)
        }
    }

    enum Content: Sendable, Hashable {
        case constant(String)
        case source(PayloadSource, isEncrypted: Bool, isOptional: Bool)
        case records(PayloadTemplate)
    }
}

/// One fact of a submission that a field may carry. The raw value is its name in dialect files.
enum PayloadSource: String, Sendable, CaseIterable {
    case projectCode = "project.code"
    case receipt
    case corpCode = "corp.code"
    case corpName = "corp.name"
    case corpType = "corp.type"
    case enteredTime = "entered.time"
    case teamName = "team.name"
    case teamNumber = "team.number"
    case leaderName = "leader.name"
    case leaderPhone = "leader.phone"
    case leaderIDType = "leader.id_type"
    case leaderIDNumber = "leader.id_number"
    case personIDType = "person.id_type"
    case personIDNumber = "person.id_number"
    case workerName = "worker.name"
    case workerIsLeader = "worker.is_leader"
    case workerSex = "worker.sex"
    case workerWorkType = "worker.work_type"
    case workerRole = "worker.role"
    case workerCard = "worker.card"
    case workerIsInsured = "worker.is_insured"
    case workerNation = "worker.nation"
    case workerAddress = "worker.address"
    case workerPhoto = "worker.photo"
    case workerPhone = "worker.phone"
    case workerAuthority = "worker.authority"
    case workerValidFrom = "worker.valid_from"
    case workerValidUntil = "worker.valid_until"
    case workerJoinedOn = "worker.joined_on"
    case wageCard = "wage.card"
    case wageBank = "wage.bank"
    case urgentName = "urgent.name"
    case urgentPhone = "urgent.phone"
    case membershipDay = "membership.day"
    case membershipType = "membership.type"
    case contractPeriod = "contract.period"
    case contractFrom = "contract.from"
    case contractUntil = "contract.until"
    case trainingDay = "training.day"
    case passTime = "pass.time"
    case passDirection = "pass.direction"
    case passLane = "pass.lane"
    case passMeans = "pass.means"
    case pageIndex = "page.index"
    case pageSize = "page.size"
    case queryDay = "query.day"
    case payMonth = "pay.month"
    case payDays = "pay.days"
    case payHours = "pay.hours"
    case payCode = "pay.code"
}

enum PayloadValue: Sendable, Hashable {
    case text(String)
    case number(Int64)
    /// With one decimal place at most.
    case tenths(Int64)

    var isEmpty: Bool {
        guard case .text(let text) = self else { return false }
        return text.isEmpty
    }

    var text: String {
        switch self {
        case .text(let text): text
        case .number(let number): String(number)
        case .tenths(let tenths): "\(tenths / 10).\(tenths % 10)"
        }
    }
}

/// A field that the platform demands and the site does not know. Names the field, never its content.
struct MissingField: Error, Equatable {
    let name: String
}

/// What a call has to say: of the whole call, and of each record in it.
struct PayloadFacts: Sendable {
    var shared: [PayloadSource: PayloadValue] = [:]
    /// Nil: a record of which everything is shared.
    var records: [RecordFacts?] = []
}

/// What one record of a list has to say.
enum RecordFacts: Sendable {
    case pass(PassFacts)
    case payroll(PayrollFacts)

    subscript(source: PayloadSource) -> PayloadValue? {
        switch self {
        case .pass(let facts): facts[source]
        case .payroll(let facts): facts[source]
        }
    }
}

/// What a worker's row of a month has to say.
struct PayrollFacts: Sendable {
    let row: PayrollRow

    subscript(source: PayloadSource) -> PayloadValue? {
        switch source {
        case .personIDType: .text(row.person.idType)
        case .personIDNumber: .text(row.person.idNumber.revealed)
        case .payDays: .number(Int64(row.days))
        case .payHours: .tenths(PayrollRow.tenthsOfHours(row.minutes))
        case .payCode: .text(row.code)
        default: nil
        }
    }
}

/// What a record of attendance has to say. A call may hold thousands: no table for each.
struct PassFacts: Sendable {
    let idType: PayloadValue
    let idNumber: PayloadValue
    let time: PayloadValue
    let lane: PayloadValue
    /// Nil where the dialect has no word for it.
    let direction: PayloadValue?
    let means: PayloadValue?

    subscript(source: PayloadSource) -> PayloadValue? {
        switch source {
        case .personIDType: idType
        case .personIDNumber: idNumber
        case .passTime: time
        case .passLane: lane
        case .passDirection: direction
        case .passMeans: means
        default: nil
        }
    }
}

extension PayloadTemplate {
    /// The JSON text of `data`, compact, always the same bytes for the same facts.
    ///
    /// - Throws: the first field without a fact that may not be left out.
    func text(_ facts: PayloadFacts, secret: PlatformSecret) throws(MissingField) -> String {
        var writer = PayloadWriter(facts: facts, secret: secret)
        try writer.write(self, of: nil)
        return writer.json.text
    }
}

private struct PayloadWriter {
    let facts: PayloadFacts
    let secret: PlatformSecret
    var json = JSONText(reservingByteCount: 512)
    /// Of each text encrypted so far: a call has the same persons again and again.
    private var ciphertexts: [String: String] = [:]

    init(facts: PayloadFacts, secret: PlatformSecret) {
        self.facts = facts
        self.secret = secret
    }

    /// - Parameter record: says more than is shared, and goes before it.
    mutating func write(_ template: PayloadTemplate, of record: RecordFacts?) throws(MissingField) {
        json.beginObject()
        for field in template.fields {
            switch field.content {
            case .constant(let text):
                json.name(field.quotedName)
                json.value(text)
            case .source(let source, let isEncrypted, let isOptional):
                guard let fact = record?[source] ?? facts.shared[source], !fact.isEmpty else {
                    if isOptional { continue }
                    throw MissingField(name: field.name)
                }
                json.name(field.quotedName)
                switch fact {
                case _ where isEncrypted: json.value(encrypted(fact.text))
                case .text(let text): json.value(text)
                case .number(let number): json.value(number)
                case .tenths(let tenths): json.value(tenths: tenths)
                }
            case .records(let template):
                json.name(field.quotedName)
                json.beginArray()
                for record in facts.records { try write(template, of: record) }
                json.endArray()
            }
        }
        json.endObject()
    }

    private mutating func encrypted(_ text: String) -> String {
        if let known = ciphertexts[text] { return known }
        let ciphertext = secret.encrypted(text)
        ciphertexts[text] = ciphertext
        return ciphertext
    }
}
