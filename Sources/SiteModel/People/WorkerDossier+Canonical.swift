/// A dossier as an element of a `personnelChange` body: null when nothing is known, else an array of 9
/// `[identity, contract, wage card, insurance, trained on, photo, emergency contact, is team leader,
/// notice]`, each null or an array of its own in the order of the fields. Dates are days since 1970.
extension CanonicalEncoder {
    mutating func append(_ dossier: WorkerDossier) {
        guard !dossier.isEmpty else { return appendNull() }
        array(count: 9)
        append(dossier.identity) { encoder, identity in
            encoder.array(count: 9)
            encoder.append(identity.sexCode.map(Int64.init))
            encoder.append(identity.ethnicGroupCode)
            encoder.append(identity.birthDate?.daysSince1970)
            encoder.append(identity.address)
            encoder.append(identity.authority)
            encoder.append(identity.validFrom?.daysSince1970)
            encoder.append(identity.validUntil?.daysSince1970)
            encoder.append(identity.isValidForEver)
            encoder.append(identity.readAt?.milliseconds)
        }
        append(dossier.contract) { encoder, contract in
            encoder.array(count: 5)
            encoder.append(contract.kind.rawValue)
            encoder.append(contract.signedOn.daysSince1970)
            encoder.append(contract.startsOn.daysSince1970)
            encoder.append(contract.endsOn?.daysSince1970)
            encoder.append((contract.payBasis?.rawValue).map(Int64.init))
        }
        append(dossier.wageCard) { encoder, card in
            encoder.array(count: 2)
            encoder.append(card.number)
            encoder.append(card.bank)
        }
        append(dossier.insurance) { encoder, insurance in
            encoder.array(count: 3)
            encoder.append(insurance.insurer)
            encoder.append(insurance.from.daysSince1970)
            encoder.append(insurance.until?.daysSince1970)
        }
        append(dossier.trainedOn?.daysSince1970)
        append(dossier.photo) { encoder, photo in
            encoder.array(count: 2)
            encoder.append(byteString: photo.digest)
            encoder.append(photo.byteCount)
        }
        append(dossier.emergencyContact) { encoder, contact in
            encoder.array(count: 2)
            encoder.append(contact.name)
            encoder.append(contact.phone)
        }
        append(dossier.isTeamLeader)
        append(dossier.notice) { encoder, notice in
            encoder.array(count: 2)
            encoder.append(notice.version)
            encoder.append(notice.shownAt.milliseconds)
        }
    }

    private mutating func append<Part>(
        _ part: Part?, _ elements: (inout CanonicalEncoder, Part) -> Void
    ) {
        if let part { elements(&self, part) } else { appendNull() }
    }
}

extension CanonicalDecoder {
    mutating func dossier() throws(CanonicalDecodingError) -> WorkerDossier {
        var dossier = WorkerDossier()
        if null() { return dossier }
        guard try array() == 9 else { throw failure }
        dossier.identity = try part(of: 9, identity)
        dossier.contract = try part(of: 5, contract)
        dossier.wageCard = try part(of: 2) { (decoder) throws(CanonicalDecodingError) in
            WageCard(number: try decoder.text(), bank: try decoder.text())
        }
        dossier.insurance = try part(of: 3) { (decoder) throws(CanonicalDecodingError) in
            InjuryInsurance(
                insurer: try decoder.text(), from: try decoder.date(), until: try decoder.optionalDate())
        }
        dossier.trainedOn = try optionalDate()
        dossier.photo = try part(of: 2) { (decoder) throws(CanonicalDecodingError) in
            let digest = try decoder.byteString()
            guard digest.count == 32 else { throw decoder.failure }
            return PhotoReference(digest: digest, byteCount: Int(try decoder.integer()))
        }
        dossier.emergencyContact = try part(of: 2) { (decoder) throws(CanonicalDecodingError) in
            EmergencyContact(name: try decoder.text(), phone: try decoder.text())
        }
        dossier.isTeamLeader = try bool()
        dossier.notice = try part(of: 2) { (decoder) throws(CanonicalDecodingError) in
            NoticeShown(
                version: try decoder.text(), shownAt: UTCInstant(milliseconds: try decoder.integer()))
        }
        return dossier
    }

    private func identity(
        _ decoder: inout CanonicalDecoder
    ) throws(CanonicalDecodingError) -> IdentityRead {
        IdentityRead(
            sexCode: try decoder.optionalInteger().map { Int($0) }, ethnicGroupCode: try decoder.text(),
            birthDate: try decoder.optionalDate(), address: try decoder.text(),
            authority: try decoder.text(), validFrom: try decoder.optionalDate(),
            validUntil: try decoder.optionalDate(), isValidForEver: try decoder.bool(),
            readAt: try decoder.optionalInteger().map(UTCInstant.init(milliseconds:)))
    }

    private func contract(
        _ decoder: inout CanonicalDecoder
    ) throws(CanonicalDecodingError) -> WorkContract {
        guard let kind = WorkContract.Kind(rawValue: Int(try decoder.integer())) else {
            throw decoder.failure
        }
        var contract = WorkContract(
            kind: kind, signedOn: try decoder.date(), startsOn: try decoder.date(),
            endsOn: try decoder.optionalDate())
        if let code = try decoder.optionalInteger() {
            guard let basis = WorkContract.PayBasis(rawValue: Int(code)) else { throw decoder.failure }
            contract.payBasis = basis
        }
        return contract
    }

    private mutating func part<Part>(
        of count: Int, _ read: (inout CanonicalDecoder) throws(CanonicalDecodingError) -> Part
    ) throws(CanonicalDecodingError) -> Part? {
        if null() { return nil }
        guard try array() == count else { throw failure }
        return try read(&self)
    }

    mutating func optionalDate() throws(CanonicalDecodingError) -> CivilDate? {
        null() ? nil : try date()
    }
}
