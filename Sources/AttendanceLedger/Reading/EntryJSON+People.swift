import SiteModel

extension EntryJSON {
    /// Kinds of the labour officer's work beside the changes themselves.
    mutating func appendPeople(_ entry: LedgerEntry, isRevealed: Bool) throws(CanonicalDecodingError) {
        switch entry.kind {
        case .changeConfirmed:
            let confirmed = try ChangeConfirmed(encoded: entry.body)
            json.member("worker", entry.subject?.description)
            json.member("change", confirmed.change.rawValue)
            json.member("by", confirmed.by)
            if isRevealed { json.member("reference", confirmed.reference) }
            json.member("attachment_sha256", confirmed.attachmentDigest?.hexadecimal)
            json.member("attached", confirmed.isAttached)
        case .correctionJudged:
            let judged = try CorrectionJudged(encoded: entry.body)
            json.member("worker", entry.subject?.description)
            json.member("correction", judged.correction.rawValue)
            json.member("verdict", judged.verdict.name)
            json.member("by", judged.by)
            if isRevealed { json.member("words", judged.words) }
        case .insuranceCompared:
            let compared = try InsuranceCompared(encoded: entry.body)
            json.member("file_sha256", compared.fileDigest.hexadecimal)
            json.member("day", compared.day.description)
            json.member("insured", compared.insured)
            json.member("on_site", compared.onSite)
            json.member("not_insured", compared.notInsured)
            json.member("not_on_site", compared.notOnSite)
            json.member("other_name", compared.otherName)
        case .workerPhoto:
            json.member("worker", entry.subject?.description)
            json.member("byte_count", Int64(try WorkerPhoto(encoded: entry.body).jpeg.count))
        case .workerFile:
            let file = try WorkerFile(encoded: entry.body)
            json.member("worker", entry.subject?.description)
            json.member("purpose", file.purpose.name)
            json.member("form", file.form.suffix)
            json.member("byte_count", Int64(file.bytes.count))
        case .siteProfile: append(try SiteProfile(encoded: entry.body))
        case .employerProfile:
            let employer = try EmployerProfile(encoded: entry.body)
            json.member("employer", employer.name)
            json.member("corp_code", employer.corpCode)
            json.member("corp_type", employer.corpType)
            json.member("entered_on", employer.enteredOn.description)
            json.member("registered_on", employer.registeredOn?.description)
        case .teamProfile:
            let team = try TeamProfile(encoded: entry.body)
            json.member("team", team.team.name)
            json.member("employer", team.team.employer)
            json.member("leader", team.leader?.description)
            json.member("entered_on", team.enteredOn.description)
        case .visitorAdmitted:
            let visitor = try VisitorAdmitted(encoded: entry.body)
            json.member("name", visitor.name)
            json.member("company", visitor.company)
            json.member("purpose", visitor.purpose)
            json.member("host", visitor.host?.description)
            json.member("until", visitor.until.rfc3339)
            json.member("lane", visitor.lane)
            json.member("by", visitor.by)
        case .visitorLeft:
            let left = try VisitorLeft(encoded: entry.body)
            json.member("visitor", left.admission.rawValue)
            json.member("lane", left.lane)
            json.member("by", left.by)
        case .noticePublished:
            let notice = try NoticePublished(encoded: entry.body)
            json.member("version", notice.version)
            json.member("text", notice.text)
        default: preconditionFailure("the caller names the kinds")
        }
    }

    private mutating func append(_ profile: SiteProfile) {
        json.member("name", profile.name)
        json.member("project_code", profile.projectCode)
        json.member("permit_number", profile.permitNumber)
        json.member("supervising_department", profile.supervisingDepartment)
        json.member("owner", profile.owner)
        json.member("general_contractor", profile.generalContractor)
        json.member("labour_officer", profile.labourOfficer?.description)
        json.member("wage_account_filed_on", profile.wageAccountFiledOn?.description)
        json.member("deposit_filed_on", profile.depositFiledOn?.description)
        json.member("starts_on", profile.startsOn?.description)
        json.member("ends_on", profile.endsOn?.description)
        json.member("insurer", profile.insurer)
        json.member("insurance_number", profile.insuranceNumber)
        json.member("insured_from", profile.insuredFrom?.description)
        json.member("insured_until", profile.insuredUntil?.description)
    }
}
