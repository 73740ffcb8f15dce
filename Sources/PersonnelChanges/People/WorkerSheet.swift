public import SiteModel

/// Everything that is known of one worker, for the officer and for the worker's own copy.
public struct WorkerSheet {
    public let member: RosterMember
    public let enrolment: Enrolment
    public let changes: [TrackedChange]
    private let listing: ChangeListing
    private let instant: UTCInstant
    private let offsetMilliseconds: Int64
    private let rosterListing: RosterListing
    private let isRevealed: Bool

    /// - Parameter reference: an id or an identity number.
    /// - Returns: nil when nobody has it.
    public init?(
        of reference: String, in content: PeopleBook.Content, calendar: SiteCalendar,
        corrected: @escaping TimeCorrection, isRevealed: Bool
    ) {
        let found: RosterMember? =
            if let id = WorkerID(reference) {
                content.roster.member(id)
            } else {
                // try?: whatever the reason, it is no number.
                (try? IDNumber(reading: CellText.digits(reference))).flatMap(content.roster.member)
            }
        guard let found else { return nil }
        member = found
        let present = content.roster.members.filter { !$0.worker.hasLeft(at: calendar.instant) }
        enrolment = Roster.enrolment(
            of: found, calendar: calendar, sharedWageCards: Roster.sharedWageCards(of: present))
        changes = content.changes.changes(of: found.id)
        listing = ChangeListing(
            at: calendar.instant, offsetMilliseconds: calendar.offsetMilliseconds, corrected: corrected,
            shown: { words, _ in isRevealed ? words : words.masking(found.worker) })
        instant = calendar.instant
        offsetMilliseconds = calendar.offsetMilliseconds
        rosterListing = RosterListing(
            isRevealed: isRevealed, siteOffsetMilliseconds: calendar.offsetMilliseconds)
        self.isRevealed = isRevealed
    }

    public var lines: [String] {
        fields.lines + ["", "登记 enrolment: \(enrolment.line(at: instant))", "", "变动 changes:"]
            + changes.map(listing.line)
    }

    /// `{"worker", the roster's columns, the dossier, "enrolment": {…}, "changes": [{…}, …]}`.
    public var json: String {
        let worker = fields.json.dropLast()
        return worker + ",\"enrolment\":\(enrolment.json(at: instant)),\"changes\":["
            + changes.map(listing.json).joined(separator: ",") + "]}"
    }

    /// Roster columns and dossier; masked unless it was made revealed.
    public var fields: FieldList {
        var list = FieldList()
        list.append("worker", "编号", member.id.description)
        for (column, cell) in zip(RosterColumn.allCases, rosterListing.cells(of: member)) {
            list.append(column.rawValue, column.chineseName, cell)
        }
        let dossier = member.worker.dossier
        if let identity = dossier.identity { append(identity, to: &list) }
        if let contract = dossier.contract {
            list.append("contract_kind", "合同类别", contract.kind.name)
            list.append("contract_signed_on", "合同签订日期", contract.signedOn.description)
            list.append("contract_from", "合同起始", contract.startsOn.description)
            list.append("contract_until", "合同终止", contract.endsOn?.description)
            list.append("pay_basis", "计薪方式", contract.payBasis?.name)
        }
        if let card = dossier.wageCard {
            list.append("wage_card", "工资卡号", isRevealed ? card.number : card.masked)
            list.append("wage_bank", "开户银行", card.bank)
        }
        if let insurance = dossier.insurance {
            list.append("insurer", "承保单位", insurance.insurer)
            list.append("insured_from", "保险起始", insurance.from.description)
            list.append("insured_until", "保险终止", insurance.until?.description)
        }
        list.append("trained_on", "安全教育日期", dossier.trainedOn?.description)
        if let contact = dossier.emergencyContact {
            list.append(
                "emergency_name", "紧急联系人", isRevealed ? contact.name : String(contact.name.prefix(1)) + "*")
            list.append("emergency_phone", "紧急联系电话", isRevealed ? contact.phone : "****")
        }
        list.append("notice_version", "隐私告知版本", dossier.notice?.version)
        list.append(
            "notice_shown_at", "隐私告知时间", at: dossier.notice?.shownAt,
            offsetMilliseconds: offsetMilliseconds)
        return list
    }

    private func append(_ identity: IdentityRead, to list: inout FieldList) {
        list.append("sex", "性别", identity.sexCode.map(CodeWords.init(sexCode:)))
        list.append(
            "ethnic_group", "民族", Int(identity.ethnicGroupCode).map(CodeWords.init(ethnicGroupCode:)))
        list.append("address", "住址", isRevealed ? identity.address : identity.address.isEmpty ? "" : "****")
        list.append("authority", "签发机关", identity.authority)
        list.append("id_valid_from", "有效期起", identity.validFrom?.description)
        list.append(
            "id_valid_until", "有效期止",
            identity.isValidForEver
                ? CodeWords.forEver : identity.validUntil.map { CodeWords($0.description) })
        list.append("id_read_at", "读卡时间", at: identity.readAt, offsetMilliseconds: offsetMilliseconds)
    }
}

extension Enrolment {
    public func line(at instant: UTCInstant) -> String {
        let lacks = missing.map(\.words.chinese).joined(separator: "、")
        let left =
            deadline.map { ChangeListing.remaining($0.remainingMilliseconds(at: instant)) }
            ?? "接管人员，无时限 taken over, no clock"
        return [worker.description, team.name, stateName(at: instant), isComplete ? "" : left, lacks]
            .filter { !$0.isEmpty }.joined(separator: "  ")
    }
}
