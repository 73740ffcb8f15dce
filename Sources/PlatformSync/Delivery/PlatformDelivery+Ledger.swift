import AttendanceLedger
import SQLiteStore
import SiteModel

/// Taking in the ledger: what is to be sent, and what was answered. The same code follows a running ledger
/// and makes a lost file again.
extension PlatformDelivery {
    private static let foldedAtOnce = 512

    /// Takes in entries up to the newest, some pages at most; answers that stand elsewhere come behind what
    /// they answer.
    ///
    /// - Returns: whether there is more.
    func takeIn() throws(DeliveryError) -> Bool {
        for _ in 0..<8 {
            if let last = try takePage(of: reader, after: position, upTo: newest?(), .position) {
                position = last
                continue
            }
            try endRebuilding()
            guard let answers, let last = try takePage(of: answers, after: answersPosition, .answers) else {
                return false
            }
            answersPosition = last
        }
        return true
    }

    /// A file that was made anew stands where the ledger does.
    private func endRebuilding() throws(DeliveryError) {
        guard rebuild != nil else { return }
        rebuild = nil
        try file.write { () throws(SQLiteError) in
            try file.setOldDaysCompared()
            try file.setMark(.rebuilding, 0)
        }
    }

    /// - Returns: the number of the last entry that was folded; nil when there was none.
    private func takePage(
        of reader: LedgerReader, after position: Int64, upTo newest: LedgerSequence? = nil,
        _ mark: DeliveryFile.Mark
    ) throws(DeliveryError) -> Int64? {
        let room = (newest?.rawValue).map { Int(clamping: max(0, $0 - position)) } ?? Self.foldedAtOnce
        guard room > 0 else { return nil }
        let entries = try maker.reading { () throws(LedgerError) in
            try reader.entries(after: LedgerSequence(position), limit: min(room, Self.foldedAtOnce))
        }
        guard let last = entries.last else { return nil }
        var failure: DeliveryError?
        newPasses = [:]
        try file.write { () throws(SQLiteError) in
            do throws(FoldError) {
                for entry in entries { try fold(entry, from: reader) }
                try countNewPasses()
            } catch {
                switch error {
                case .storage(let error): throw error
                case .other(let error): failure = error
                }
            }
            if failure == nil { try file.setPlace(mark, last) }
        }
        if let failure { throw failure }
        return last.sequence.rawValue
    }

    private enum FoldError: Error {
        case storage(SQLiteError)
        case other(DeliveryError)
    }

    /// Once a page, for a page may hold hundreds of passes of a day.
    private func countNewPasses() throws(FoldError) {
        do throws(SQLiteError) {
            for (day, count) in newPasses {
                try file.count(day, recorded: count.recorded, confirmed: count.confirmed)
            }
        } catch {
            throw .storage(error)
        }
    }

    private func fold(_ entry: LedgerEntry, from reader: LedgerReader) throws(FoldError) {
        do {
            try take(entry, from: reader)
        } catch let error as SQLiteError {
            throw .storage(error)
        } catch let error as DeliveryError {
            throw .other(error)
        } catch {
            throw .other(.damagedEntry(entry.sequence))
        }
    }

    /// Up to which entry another can tell of the ledger that is delivered: those before it, or of a ledger of
    /// answers what it had been brought by then. Numbers behind it stood for entries that were lost since.
    private func reach(of entry: LedgerEntry, from reader: LedgerReader) -> Int64 {
        reader === answers ? agreed : entry.sequence.rawValue - 1
    }

    private func takeBundle(_ taken: BundleTaken) throws {
        guard try reader.holds(taken, of: origin), taken.sequence.rawValue > agreed else { return }
        agreed = taken.sequence.rawValue
        try file.setMark(.agreed, agreed)
    }

    private func take(_ entry: LedgerEntry, from reader: LedgerReader) throws {
        let reach = reach(of: entry, from: reader)
        switch entry.kind {
        case .attendance, .attendanceConfirmed, .passage, .payrollConfirmed: break
        // It may change what was read before: the time of a pass, or whose it was.
        default: ahead = nil
        }
        switch entry.kind {
        case .attendance: try takePasses(try maker.passes(of: entry), of: entry)
        case .correction:
            guard let correction = try maker.correction(entry) else { return }
            if let target = correction.target, target.origin == origin {
                try withdraw(target.sequence)
            }
            try takePasses(correction.passes(entry), of: entry)
        case .personnelChange: try takeChange(entry)
        case .rosterApplied: try takeStage(try RosterApplied(encoded: entry.body), at: entry.sequence)
        case .changeConfirmed:
            guard let opened = try reader.opened(entry) else { return }
            try confirmByHand(try ChangeConfirmed(encoded: opened.body).change)
        case .workerErased: if let worker = entry.subject { try erase(worker) }
        case .siteProfile, .employerProfile, .teamProfile:
            try takeProfile(entry)
            try retryUnits()
        case .passage:
            let passage = try PassageRecord(encoded: entry.body)
            if passage.attendance.rawValue > 0 { try take(passage) }
        case .clockAnchor: try releaseWhatAwaitsTheClock()
        case .deliveryAnswered:
            guard let opened = try reader.opened(entry), let worker = entry.subject else { return }
            let answer = try DeliveryAnswered(encoded: opened.body)
            if answer.entry.rawValue <= reach { try takeAnswer(answer, of: worker) }
        case .deliverySettled:
            guard let opened = try reader.opened(entry), let worker = entry.subject else { return }
            let settled = try DeliverySettled(encoded: opened.body)
            if settled.entry.rawValue <= reach { try takeSettlement(settled, of: worker) }
        case .organisationAnswered: try takeAnswer(try OrganisationAnswered(encoded: entry.body))
        case .attendanceConfirmed:
            let proof = try AttendanceConfirmed(encoded: entry.body).reaching(LedgerSequence(reach))
            if proof.platform == name, !proof.entries.isEmpty { try confirm(proof) }
        case .monthStated: try takeStatement(entry)
        case .payrollConfirmed:
            let proof = try PayrollConfirmed(encoded: entry.body)
            if proof.statement.rawValue <= reach { try takeProof(proof) }
        // What is lost may have said that entries were handed over.
        case .bundleWritten, .entriesLost: try doubt(upTo: entry.sequence.rawValue)
        case .bundleTaken where reader === answers: try takeBundle(try BundleTaken(encoded: entry.body))
        default: return
        }
    }

    /// A pass that nobody made is no attendance, where it is not there yet; any other may go now.
    private func take(_ passage: PassageRecord) throws {
        let sequence = passage.attendance
        if passage.passage == .notPassed { return try withdraw(sequence) }
        let isPlanned =
            sequence.rawValue < live && !backlog.contains { $0.contains(sequence.rawValue) }
        try file.releaseHeldForPassage(sequence, isPlanned: isPlanned)
    }

    private func takePasses(_ passes: [UploadMaker.Pass], of entry: LedgerEntry) throws {
        guard let first = passes.first else { return }
        for pass in passes {
            let isConfirmed = rebuild?.isConfirmed(entry.sequence) ?? false
            newPasses[day(of: pass.item.at), default: DeliveryFile.DayCount()].add(
                recorded: 1, confirmed: isConfirmed ? 1 : 0)
            if pass.item.isOfCorrection {
                try file.noteCorrection(
                    entry.sequence, pass: pass.item.pass, of: pass.worker, on: day(of: pass.item.at))
            }
            if pass.awaitsPassage, !isConfirmed {
                try file.hold(
                    entry.sequence, pass: pass.item.pass, of: pass.worker, .passage, isDoubtful: isCarried)
            }
        }
        guard let rebuild, !rebuild.isConfirmed(entry.sequence),
            entry.sequence.rawValue <= rebuild.last || rebuild.answered.contains(entry.sequence.rawValue)
        else { return }
        for pass in passes {
            try file.hold(
                entry.sequence, pass: pass.item.pass, of: first.worker,
                pass.awaitsPassage ? .passage : .released, isDoubtful: true)
        }
    }

    /// What was handed over to be carried may come up on that way: from here on it is looked for first.
    private func doubt(upTo sequence: Int64) throws {
        guard !isCarried else { return }
        try file.setMark(.doubt, max(try file.mark(.doubt), sequence))
        try file.run("UPDATE held SET is_doubtful = 1")
        for index in calls.indices where calls[index].state == .planned {
            calls[index].state = .unknown
            try file.save(calls[index])
            fly(.call(calls[index].id), after: .zero)
        }
    }

    private func takeChange(_ entry: LedgerEntry) throws {
        guard let worker = entry.subject, let opened = try reader.opened(entry) else { return }
        let change = try PersonnelChange(encoded: opened.body)
        // A leaver's confirmation that came later, people who were gone before, details of a list that was
        // taken over: nobody is told.
        if change.isBaseline, change.kind != .joined || change.worker.leftAt != nil {
            return maker.forget(worker)
        }
        let isStaged = try entry.sequence.rawValue <= file.mark(.stageEnd)
        maker.forget(worker)
        try file.add(
            ChangeDelivery(
                sequence: entry.sequence, worker: worker, kind: change.kind, isBaseline: change.isBaseline,
                step: 0, state: isStaged ? .staged : .open, receipt: ""))
        if !isStaged { try file.retryRefusedChanges(of: worker) }
    }

    /// Decision 0012: changes of an import in pieces take effect at its end, or never.
    private func takeStage(_ applied: RosterApplied, at sequence: LedgerSequence) throws {
        guard let stage = applied.stage else { return }
        if try file.mark(.stage) != stage.importedAfter.rawValue { try file.dropStagedChanges() }
        if stage.isEnd {
            try file.releaseStagedChanges()
            try file.setMark(.stage, -1)
            try file.setMark(.stageEnd, 0)
        } else {
            try file.setMark(.stage, stage.importedAfter.rawValue)
            try file.setMark(.stageEnd, sequence.rawValue + Int64(stage.waitingCount))
        }
    }

    func takeProfile(_ entry: LedgerEntry) throws(CanonicalDecodingError) {
        switch entry.kind {
        case .siteProfile: generalContractor = try SiteProfile(encoded: entry.body).generalContractor
        case .employerProfile:
            let employer = try EmployerProfile(encoded: entry.body)
            employers[employer.name] = employer
        case .teamProfile:
            let team = try TeamProfile(encoded: entry.body)
            teams[team.team] = team
        default: return
        }
    }

    private func erase(_ worker: WorkerID) throws {
        maker.forget(worker)
        // Made again of what is left when they are sent.
        payloads = [:]
        changes.removeAll { $0.worker == worker }
        for pass in try file.takeCorrections(of: worker) { try countOff(pass) }
        for waiting in try file.waitingPasses(of: worker) {
            let isRefused = try file.isRefused(waiting.sequence, pass: waiting.pass)
            if let pass = try maker.pass(waiting.sequence, waiting.pass) {
                try file.count(day(of: pass.item.at), recorded: -1, refused: isRefused ? -1 : 0)
                try file.addToMark(.dismissed, 1)
            }
            try file.unhold(waiting.sequence, pass: waiting.pass)
            try file.unrefuse(waiting.sequence, pass: waiting.pass)
        }
        try file.erase(worker)
        try file.erasePayroll(of: worker)
    }

    /// Nobody can send what waits of it any more: what it says is gone with its worker's key.
    private func countOff(_ waiting: DeliveryFile.CorrectionPass) throws {
        let (sequence, pass) = (waiting.sequence, waiting.pass)
        let isOpen = try isOpen(sequence, pass: pass)
        guard try isOpen || (isUnplanned(sequence) && !file.isWithdrawn(sequence)) else { return }
        let isRefused = try file.isRefused(sequence, pass: pass)
        try remove(sequence, pass: pass)
        try file.count(waiting.day, recorded: -1, refused: isRefused ? -1 : 0)
        try file.addToMark(.dismissed, 1)
    }

    func day(of instant: UTCInstant) -> CivilDate {
        instant.day(offsetMilliseconds: adapter.limits.offsetMilliseconds)
    }
}
