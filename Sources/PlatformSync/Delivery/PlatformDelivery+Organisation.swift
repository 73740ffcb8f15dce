import AttendanceLedger
import SQLiteStore
import SiteModel

/// Companies and teams: on the platform before anybody who works in them.
extension PlatformDelivery {
    /// The team with the company it works for: where the roster names none, the general contractor.
    func resolved(_ team: Team) -> Team {
        team.employer.isEmpty ? Team(name: team.name, employer: generalContractor) : team
    }

    /// Whether the platform has the team; what is missing is begun.
    func hasTeam(_ team: Team) throws(DeliveryError) -> Bool {
        if units[team]?.isThere == true { return true }
        let employer = Team(name: "", employer: team.employer)
        try want(employer)
        if units[employer]?.isThere == true { try want(team) }
        return false
    }

    private func want(_ key: Team) throws(DeliveryError) {
        guard units[key] == nil else { return }
        try save(
            OrganisationUnit(
                employer: key.employer, team: key.name, state: .open, number: nil, receipt: "", words: ""))
    }

    /// Somebody told more of companies and teams: what was refused is tried again, and the platform is told
    /// what was corrected since it took it.
    func retryUnits() throws {
        for (key, unit) in units {
            guard unit.state == .refused || (unit.state == .taken && unit.told != facts(of: unit)) else {
                continue
            }
            var unit = unit
            unit.state = .open
            units[key] = unit
            try file.save(unit)
        }
    }

    /// What there is to tell of a company or team, without personal data. Where it is not what the platform
    /// took, it is told again.
    func facts(of unit: OrganisationUnit) -> String {
        let employer = employers[unit.employer]
        let code = employer?.corpCode ?? ""
        guard !unit.team.isEmpty else {
            return "\(code)|\(employer?.corpType ?? "")|\(employer?.enteredOn.description ?? "")"
        }
        let profile = teams[Team(name: unit.team, employer: unit.employer)]
        let leader = profile?.leader?.description ?? ""
        return "\(code)|\(leader)|\(profile?.enteredOn.description ?? "")"
    }

    /// What an earlier version told is taken for what is known now.
    func fillTold() throws(DeliveryError) {
        for (_, unit) in units where unit.isThere && unit.told.isEmpty {
            var unit = unit
            unit.told = facts(of: unit)
            try save(unit)
        }
    }

    func submit(_ unit: OrganisationUnit) async throws {
        guard let submission = try submission(of: unit) else {
            return try await answered(unit, number: nil, isTaken: false, words: missing(of: unit))
        }
        var unit = unit
        unit.telling = facts(of: unit)
        try sending(unit)
        switch await adapter.submit(submission) {
        case .received(let receipt) where isKnown(receipt):
            try succeeded()
            fly(key(unit), after: policy.looks[0])
        case .received(let receipt):
            var sent = unit
            (sent.state, sent.receipt, sent.telling) = (.sent, receipt, facts(of: unit))
            try save(sent)
            fly(key(unit), after: policy.poll(0))
            try succeeded()
        case .taken(let number):
            try succeeded()
            try await taken(unit, number: number)
        case .refused(let refusal): try await refused(unit, refusal)
        case .later(let delay):
            try reopen(unit)
            failed(delay)
        case .stopped(let refusal):
            try reopen(unit)
            stopped(refusal)
        case .unknown(let words):
            fly(key(unit), after: policy.looks[0])
            failed(PlatformDelay(reason: words))
        }
    }

    func poll(_ unit: OrganisationUnit) async throws {
        let flight = flights[key(unit)] ?? Flight(due: uptime, since: uptime)
        switch await adapter.verdict(on: unit.receipt) {
        case .pending:
            try succeeded()
            guard uptime - flight.since < policy.pendingLimit else {
                try sending(unit)
                return fly(key(unit), after: .zero)
            }
            fly(key(unit), after: policy.poll(flight.attempts + 1), attempts: flight.attempts + 1)
        case .taken(let number):
            try succeeded()
            try await taken(unit, number: number)
        case .refused(let refusal): try await refused(unit, refusal)
        case .foreign:
            try succeeded()
            try sending(unit)
            fly(key(unit), after: policy.looks[0])
        case .later(let delay):
            askLater(key(unit), flight)
            failed(delay)
        case .stopped(let refusal):
            askLater(key(unit), flight)
            stopped(refusal)
        case .unknown(let words):
            if uptime - flight.since < policy.pendingLimit {
                askLater(key(unit), flight)
            } else {
                try sending(unit)
                fly(key(unit), after: policy.looks[0])
            }
            failed(PlatformDelay(reason: words))
        }
    }

    /// What a platform calls a company is its code, so sending it again changes nothing, nor does a
    /// correction of what is there; a new team is asked for.
    func lookOrSendAgain(_ unit: OrganisationUnit) async throws {
        guard !unit.team.isEmpty, !unit.isThere else { return try reopen(unit) }
        let corpCode = employers[unit.employer]?.corpCode ?? ""
        switch await adapter.holdings(.team(name: unit.team, corpCode: corpCode)) {
        case .team(let number?):
            try succeeded()
            try await answered(unit, number: number, isTaken: true)
        case .team(nil):
            try succeeded()
            let attempts = (flights[key(unit)]?.attempts ?? 0) + 1
            guard attempts >= policy.looks.count else {
                return fly(key(unit), after: policy.looks[attempts], attempts: attempts)
            }
            try reopen(unit)
        case .later(let delay):
            askLater(key(unit), flights[key(unit)])
            failed(delay)
        case .stopped(let refusal):
            askLater(key(unit), flights[key(unit)])
            stopped(refusal)
        case .unknown(let words):
            askLater(key(unit), flights[key(unit)])
            failed(PlatformDelay(reason: words))
        case .attendance, .worker, .payroll, .record: preconditionFailure("a question about a team")
        }
    }

    private func taken(_ unit: OrganisationUnit, number: Int64?) async throws {
        guard !unit.team.isEmpty, !unit.isThere, number == nil else {
            return try await answered(unit, number: number, isTaken: true)
        }
        // It is there, and only the platform knows its number.
        try sending(unit)
        fly(key(unit), after: .zero)
    }

    private func refused(_ unit: OrganisationUnit, _ refusal: PlatformRefusal) async throws {
        try succeeded()
        if refusal.cause == .duplicate, unit.team.isEmpty {
            return try await answered(unit, number: nil, isTaken: true)
        }
        try await answered(
            unit, number: nil, isTaken: false, words: refusal.words.maskingNumbers(upTo: 200))
    }

    private func answered(
        _ unit: OrganisationUnit, number: Int64?, isTaken: Bool, words: String = ""
    ) async throws {
        try await record([
            EntryDraft(
                OrganisationAnswered(
                    platform: name, employer: unit.employer, team: unit.team.isEmpty ? nil : unit.team,
                    number: number, isTaken: isTaken, words: words),
                kind: .organisationAnswered, clock: clock.now())
        ])
    }

    private func submission(of unit: OrganisationUnit) throws(DeliveryError) -> Submission? {
        guard let employer = employers[unit.employer], !employer.corpCode.isEmpty else { return nil }
        guard !unit.team.isEmpty else {
            guard !employer.corpType.isEmpty else { return nil }
            // Under another code it is another company there.
            return .employer(
                EmployerUpload(
                    name: employer.name, corpCode: employer.corpCode, corpType: employer.corpType,
                    enteredOn: employer.enteredOn),
                isNew: !unit.isThere || !unit.told.hasPrefix("\(employer.corpCode)|"))
        }
        let profile = teams[Team(name: unit.team, employer: unit.employer)]
        let leader = try profile?.leader.map { leader throws(DeliveryError) in try maker.present(leader) }
        return .team(
            TeamUpload(
                name: unit.team, corpCode: employer.corpCode, corpName: employer.name,
                number: unit.isThere ? unit.number : nil, leader: leader ?? nil,
                enteredOn: profile?.enteredOn))
    }

    /// For people, in both languages: what the site has to say first.
    private func missing(of unit: OrganisationUnit) -> String {
        "参建单位未登记统一社会信用代码或单位类型 / "
            + "the company's code or type is not known (muster employer add)"
    }

    /// How a platform knows the team of a worker; nil before it does.
    func upload(of team: Team) -> TeamUpload? {
        guard let number = units[team]?.number, let employer = employers[team.employer] else { return nil }
        return TeamUpload(
            name: team.name, corpCode: employer.corpCode, corpName: employer.name, number: number)
    }

    private func key(_ unit: OrganisationUnit) -> FlightKey {
        .unit(employer: unit.employer, team: unit.team)
    }

    private func sending(_ unit: OrganisationUnit) throws(DeliveryError) {
        var unit = unit
        (unit.state, unit.receipt) = (.sent, "")
        try save(unit)
    }

    private func reopen(_ unit: OrganisationUnit) throws(DeliveryError) {
        var unit = unit
        (unit.state, unit.receipt) = (.open, "")
        flights[key(unit)] = nil
        try save(unit)
    }

    private func save(_ unit: OrganisationUnit) throws(DeliveryError) {
        units[Team(name: unit.team, employer: unit.employer)] = unit
        try file.write { () throws(SQLiteError) in try file.save(unit) }
    }
}
