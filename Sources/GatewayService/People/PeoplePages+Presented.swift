import AttendanceLedger
import LocalWeb
import PersonnelChanges
import SiteModel

// What was held to a reader, for the pages of the officer.
extension PeoplePages {
    var presentedClosures: OfficePresented {
        OfficePresented(
            reads: readLines, holds: { [reads] in try await reads.cards.holds($0) }, read: readFacts,
            card: cardFacts, photo: photo, file: file)
    }

    @Sendable private func readLines() async throws -> [ReadLine] {
        let kept = try await reads.cards.reads()
        guard !kept.isEmpty else { return [] }
        let roster = await people.latest().roster
        return kept.map { read in
            ReadLine(
                read: read.id, name: read.card.maskedName, number: read.card.idNumber.masked,
                reader: read.reader.description, readAt: time.instant(of: read.clock),
                standing: standing(of: read.card.idNumber, on: roster))
        }
    }

    private func standing(of number: IDNumber, on roster: Roster) -> ReadLine.Standing {
        guard let member = roster.member(number) else { return .unknown }
        return member.worker.hasLeft(at: calendar.instant) ? .left : .present
    }

    @Sendable private func readFacts(_ id: Int64) async throws -> ReadFacts? {
        guard let read = try await reads.cards.read(id) else { return nil }
        let card = read.card
        let name = card.name.isEmpty ? card.englishName : card.name
        var warnings: [BoardWords] = []
        if ReadDesk.needsTyping(name) {
            warnings.append(
                BoardWords("姓名含生僻字，请手工输入。", "The name has characters that cannot be shown: type it."))
        }
        if !card.agreesWithItsNumber {
            warnings.append(
                BoardWords("性别或出生日期与证件号码不符。", "Sex or birth date differ from the number."))
        }
        if !card.isValid(on: calendar.today) {
            warnings.append(BoardWords("证件不在有效期内。", "The document is not valid today."))
        }
        switch standing(of: card.idNumber, on: await people.latest().roster) {
        case .unknown: break
        case .left: warnings.append(BoardWords("曾在本项目，已退场：将再次进场。", "Was here and left: joins again."))
        case .present: warnings.append(BoardWords("此人已在场。", "Belongs to the project already."))
        }
        return ReadFacts(
            name: ReadDesk.needsTyping(name) ? "" : name, facts: Self.facts(of: card), warnings: warnings)
    }

    private static func facts(of card: IdentityCard) -> [WorkerFacts.Fact] {
        let until =
            switch card.expiry {
            case .on(let day): CodeWords(day.description)
            case .never: CodeWords.forEver
            case .unreadable: CodeWords("")
            }
        let from = card.validFrom?.description ?? ""
        let rows: [(String, String, CodeWords)] = [
            ("姓名", "Name", CodeWords(card.name.isEmpty ? card.englishName : card.name)),
            ("证件号码", "ID number", CodeWords(card.idNumber.revealed)),
            ("性别", "Sex", card.sexCode.map(CodeWords.init(sexCode:)) ?? CodeWords("")),
            (
                "民族", "Ethnic group",
                Int(card.ethnicGroupCode).map(CodeWords.init(ethnicGroupCode:)) ?? CodeWords("")
            ),
            ("出生", "Born", CodeWords(card.birthDate?.description ?? "")),
            ("住址", "Address", CodeWords(card.address)),
            ("签发机关", "Issued by", CodeWords(card.authority)),
            (
                "有效期限", "Valid",
                CodeWords(chinese: "\(from) – \(until.chinese)", english: "\(from) – \(until.english)")
            ),
        ]
        return rows.filter { !$0.2.chinese.isEmpty }.map {
            WorkerFacts.Fact(BoardWords($0.0, $0.1), BoardWords($0.2.chinese, $0.2.english))
        }
    }

    @Sendable private func cardFacts() async -> PresentedFacts? {
        if let chip = cards.presented.newestChip() {
            return .other(
                reader: chip.reader.description,
                words: BoardWords(PresentedChip.chinese + "。", PresentedChip.english + "."))
        }
        guard let answer = await cards.answer(after: 0, at: nil) else { return nil }
        return .card(
            CardFacts(
                presentation: answer.presented.number, reader: answer.presented.reader.description,
                owner: answer.worker,
                forms: answer.forms.forms.map { form in
                    WorkerFacts.Fact(
                        BoardWords(
                            form.name.replacing("_reversed", with: "（反序）"),
                            form.name.replacing("_reversed", with: " (reversed)")),
                        BoardWords(form.text, form.text))
                },
                collisions: answer.collisions))
    }

    @Sendable private func file(
        of id: WorkerID, _ sequence: LedgerSequence
    ) async throws -> (bytes: [UInt8], name: String)? {
        let read = try await onLedgerThread { [reader, time] () -> Result<[KeptFile], LedgerError> in
            Result { () throws(LedgerError) in try reader.files(of: id, corrected: time.corrected) }
        }
        return try read.get().first { $0.sequence == sequence }.map { ($0.file.bytes, $0.name) }
    }

    @Sendable private func photo(of id: WorkerID) async throws -> [UInt8]? {
        guard let member = await people.latest().roster.member(id)?.worker else { return nil }
        let read = try await onLedgerThread { [reader] () -> Result<[UInt8]?, LedgerError> in
            Result { () throws(LedgerError) in
                try reader.photo(of: member, id)
            }
        }
        return try read.get()
    }
}
