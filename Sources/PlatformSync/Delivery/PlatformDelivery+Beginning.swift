import AttendanceLedger
import Logging
import SQLiteStore
import SiteModel

/// Where a delivery takes up what an earlier one left, in order or not.
extension PlatformDelivery {
    func begin() throws(DeliveryError) {
        let boot = clock.now().boot.mark
        let isOfAnotherLedger = try !standsInTheLedger()
        if isOfAnotherLedger {
            logger.warning(
                "entries that were delivered are gone: the deliveries are made again",
                metadata: ["platform": "\(name)"])
        }
        (units, employers, teams, generalContractor, lookedFor) = ([:], [:], [:], "", [:])
        var isMadeAnew = false
        let isNothingLost = try file.write(isSynced: true) { () throws(SQLiteError) in
            let (clean, lastBoot) = (try file.mark(.clean), try file.mark(.boot))
            try file.setMark(.clean, 0)
            try file.setMark(.boot, boot)
            isPaused = try file.mark(.paused) == 1
            pauseCode = try file.pauseCode()
            // What was confirmed before is in nobody's memory any more: once more from the beginning.
            let isRebuilding = try file.mark(.rebuilding) == 1
            isMadeAnew = isOfAnotherLedger || isRebuilding
            if isMadeAnew {
                try file.empty()
                // Until it is known what may have been sent: a start that ends here is made again.
                try file.setMark(.rebuilding, 1)
            }
            try releaseWhatAwaitsTheClock()
            position = try file.mark(.position)
            answersPosition = try file.mark(.answers)
            agreed = try file.mark(.agreed)
            live = try file.mark(.live)
            backlog = try file.backlog()
            calls = try file.calls()
            payrollCalls = try file.payrollCalls()
            for unit in try file.organisation() {
                units[Team(name: unit.team, employer: unit.employer)] = unit
            }
            return clean == 1 || lastBoot == boot
        }
        if let first = calls.first?.id, first < AttendanceCall.distance { try renumberCalls() }
        nextCall = ((calls.last?.id ?? 0) / AttendanceCall.distance + 1) * AttendanceCall.distance
        (flights, payloads, changes, payrollSaidToBeThere) = ([:], [:], [], [])
        (proofs, ahead, preparedCall) = ([], nil, nil)
        let now = uptime
        try file.write { () throws(SQLiteError) in
            let doubt = isCarried ? Int64.max : try file.mark(.doubt)
            for index in calls.indices {
                let isDoubtful = calls[index].items.contains { $0.sequence.rawValue <= doubt }
                if calls[index].state == .sending
                    || ((!isNothingLost || isDoubtful) && calls[index].state == .planned)
                {
                    calls[index].state = .unknown
                    try file.save(calls[index])
                }
                if calls[index].state != .planned {
                    flights[.call(calls[index].id)] = Flight(due: now, since: now)
                }
            }
        }
        for (key, unit) in units where unit.state == .sent {
            flights[.unit(employer: key.employer, team: key.name)] = Flight(due: now, since: now)
        }
        try resumePayroll()
        try resumeSentChanges()
        try foldProfiles()
        try fillTold()
        if position == 0 { try beginAnew(isKnown: isMadeAnew) }
    }

    /// Whether the entries are there that the file was made of. A ledger that lost its newest ones gave their
    /// numbers to others (decision 0006): what the file says of a number is then about another entry.
    private func standsInTheLedger() throws(DeliveryError) -> Bool {
        guard try isThere(.position, in: reader) else { return false }
        guard let answers else { return true }
        return try isThere(.answers, in: answers)
    }

    private func isThere(_ mark: DeliveryFile.Mark, in reader: LedgerReader) throws(DeliveryError) -> Bool {
        let (position, hash) = try file.reading { () throws(SQLiteError) in
            (try file.mark(mark), try file.hash(at: mark))
        }
        // Of an earlier version nothing was written beside it: that file is made anew all the same.
        guard position > 0, let hash else { return true }
        let entry = try maker.reading { () throws(LedgerError) in
            try reader.entry(LedgerSequence(position))
        }
        return entry?.hash == hash
    }

    /// Of a file of an earlier version, in which calls stood close together.
    private func renumberCalls() throws(DeliveryError) {
        let former = calls
        calls = former.enumerated().map { AttendanceCall($1, id: Int64($0 + 1) * AttendanceCall.distance) }
        try file.write(isSynced: true) { () throws(SQLiteError) in
            for call in former { try file.removeCall(call.id) }
            for call in calls { try file.save(call) }
        }
    }

    /// What has no receipt is looked for, whatever was known of it.
    private func resumePayroll() throws(DeliveryError) {
        let now = uptime
        nextPayrollCall = (payrollCalls.last?.id ?? 0) + 1
        payrollDue = now
        try file.write { () throws(SQLiteError) in
            for index in payrollCalls.indices {
                if payrollCalls[index].state != .received {
                    payrollCalls[index].state = .unknown
                    try file.save(payrollCalls[index])
                }
                flights[.payroll(payrollCalls[index].id)] = Flight(due: now, since: now)
            }
        }
    }

    private func resumeSentChanges() throws(DeliveryError) {
        let now = uptime
        changes = try file.reading { () throws(SQLiteError) in
            try file.changes(.sent, limit: Self.activeChangeLimit)
        }
        for change in changes { flights[.change(change.sequence)] = Flight(due: now, since: now) }
    }

    /// Companies and teams as the ledger has them; few, so they are folded at every start.
    private func foldProfiles() throws(DeliveryError) {
        let reached = position
        try maker.reading { () throws(LedgerError) in
            try reader.forEachPeopleEntry { entry throws(LedgerError) in
                guard entry.sequence.rawValue <= reached else { return }
                do throws(CanonicalDecodingError) {
                    try takeProfile(entry)
                } catch {
                    throw .chainBroken(sequence: entry.sequence)
                }
            }
        }
    }

    /// A file that was just made, or emptied: the ledger may prove earlier deliveries.
    ///
    /// - Parameter isKnown: there were some, also where no proof of them is left.
    private func beginAnew(isKnown: Bool) throws(DeliveryError) {
        let facts = try maker.reading { () throws(LedgerError) in
            try RebuildFacts(of: name, from: reader, and: answers)
        }
        let head = try maker.reading { () throws(LedgerError) in try reader.head()?.sequence.rawValue ?? 0 }
        guard isKnown || !facts.isEmpty else { return }
        rebuild = facts
        live = facts.last + 1
        try file.write(isSynced: true) { () throws(SQLiteError) in
            try file.setMark(.live, live)
            try file.setMark(.rebuilding, 1)
            // What was under way when the file was lost is among these.
            try file.setMark(.doubt, head)
        }
    }

    func end() throws(DeliveryError) {
        try file.write(isSynced: true) { () throws(SQLiteError) in try file.setMark(.clean, 1) }
    }
}

extension BootID {
    /// Random enough that two boots do not share it.
    fileprivate var mark: Int64 { bytes.prefix(8).reduce(0) { $0 << 8 | Int64($1) } }
}
