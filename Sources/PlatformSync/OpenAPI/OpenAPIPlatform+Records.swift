import SiteModel

/// Whether the platform has a joining or leaving, a contract, a training.
///
/// platform.md 3 names these queries and none of their parameters: asked for with the person, or with the day
/// of the training, by analogy with the others. Nothing relies on a filter: whether a row is ours is seen
/// from the row.
extension OpenAPIPlatform {
    /// The same person, day and type. Of somebody who joins and leaves twice on one day, the first of two
    /// equal rows is seen.
    func holds(_ upload: MembershipUpload) async -> HoldingsAnswer {
        var facts = PayloadFacts()
        facts.add(upload.person)
        let type = dialect.dictionaries["membership"]?[upload.isJoining ? "joining" : "leaving"]?.text
        return await find(.membershipQuery, facts) { row in
            guard day(row["date"]) == upload.day, row["type"]?.scalarText == type else { return false }
            return isOf(upload.person, row)
        }
    }

    /// The same person and beginning, and no other end where one is shown.
    func holds(_ upload: ContractUpload) async -> HoldingsAnswer {
        var facts = PayloadFacts()
        facts.add(upload.person)
        return await find(.contractQuery, facts) { row in
            let end = row["endDate"]?.scalarText ?? ""
            guard day(row["startDate"]) == upload.contract.startsOn,
                end.isEmpty || day(row["endDate"]) == upload.contract.endsOn
            else { return false }
            return isOf(upload.person, row)
        }
    }

    /// A training of that day with the person among its workers. A row that lists none tells nothing.
    func holds(_ upload: TrainingUpload) async -> HoldingsAnswer {
        var facts = PayloadFacts()
        facts.shared[.trainingDay] = .text(upload.day.description)
        return await find(.trainingQuery, facts) { row in
            guard day(row["trainingDate"]) == upload.day else { return false }
            guard let workers = row["workers"]?.elements else { return nil }
            return workers.contains { isOf(upload.person, $0) == true }
        }
    }

    /// - Parameter isOurs: nil for a row that does not tell.
    private func find(
        _ key: OpenAPIDialect.MethodKey, _ facts: PayloadFacts, _ isOurs: (JSONValue) -> Bool?
    ) async -> HoldingsAnswer {
        var isUnclear = false
        return await search(key, facts, refused: .record(isThere: nil)) { row, _ in
            guard let isIt = isOurs(row) else {
                isUnclear = true
                return nil
            }
            return isIt ? .record(isThere: true) : nil
        } otherwise: {
            .record(isThere: isUnclear ? nil : false)
        }
    }

    /// Where digits are hidden, those that are shown have to agree.
    ///
    /// - Returns: nil when no digit is shown: a platform that passes over the question shows others' rows,
    ///   too.
    private func isOf(_ person: PersonUpload, _ row: JSONValue) -> Bool? {
        guard let text = row["idCardNumber"]?.scalarText, text.contains(where: \.isNumber) else { return nil }
        if let number = idNumber(row["idCardNumber"]) { return number == person.idNumber }
        let (number, shown) = (person.idNumber.revealed, text.uppercased())
        return number.count == shown.count
            && zip(number, shown).allSatisfy { $0 == $1 || !($1.isLetter || $1.isNumber) }
    }

    /// `2026-11-28` or with slashes, whatever stands behind it.
    private func day(_ value: JSONValue?) -> CivilDate? {
        value?.scalarText.flatMap { CivilDate(iso8601: String($0.prefix(10)).replacing("/", with: "-")) }
    }
}
