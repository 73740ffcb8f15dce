import AttendanceLedger
import LocalWeb
import PersonnelChanges
import SiteModel

// The board of changes, and what pages write.
extension PeoplePages {
    @Sendable func changes() async throws -> ChangeBoard {
        let content = await people.latest()
        let read = try await onLedgerThread { [self] () -> Result<ChangeBoard, LedgerError> in
            Result { () throws(LedgerError) in try board(of: content) }
        }
        return try read.get()
    }

    private func board(of content: PeopleBook.Content) throws(LedgerError) -> ChangeBoard {
        let calendar = calendar
        func line(_ change: TrackedChange) throws(LedgerError) -> ChangeLine {
            let worker = content.roster.member(change.worker)?.worker
            return ChangeLine(
                change, name: worker?.maskedName ?? "", words: { $0.masking(worker) },
                byHand: try byHand(change, of: worker, isRevealed: false), at: calendar.instant,
                time.corrected)
        }
        var confirmed: [ChangeLine] = []
        for change in content.changes.changes.reversed() where change.state.isConfirmed {
            guard confirmed.count < Self.confirmedLimit else { break }
            confirmed.append(try line(change))
        }
        var open: [ChangeLine] = []
        for change in content.changes.unconfirmed(time.corrected) { open.append(try line(change)) }
        var leavings: [ChangeLine] = []
        for change in content.unconfirmedLeavings(at: calendar.instant) { leavings.append(try line(change)) }
        let months = content.changes.statistics(
            byTeam: false, at: calendar.instant, offsetMilliseconds: siteOffsetMilliseconds,
            time.corrected)
        return ChangeBoard(
            open: open, confirmed: confirmed, leavings: leavings,
            months: months.map { ChangeBoard.Month($0.period, $0.statistics) })
    }

    /// What the officer said who confirmed a change by hand; nil of any other. Blocks while it reads.
    ///
    /// - Parameter isRevealed: false masks the worker's name and numbers as long as those of persons,
    ///   telephones and bank cards.
    func byHand(
        _ change: TrackedChange, of worker: ProjectWorker?, isRevealed: Bool
    ) throws(LedgerError) -> HandConfirmation? {
        guard let sequence = change.confirmation, let entry = try reader.entry(sequence),
            let opened = try reader.opened(entry),
            // try?: the fold has read it already; an entry that is damaged since is the evidence watch's.
            let confirmed = try? ChangeConfirmed(encoded: opened.body)
        else { return nil }
        return HandConfirmation(
            reference: isRevealed
                ? confirmed.reference : confirmed.reference.masking(worker, numbersFrom: 11),
            by: confirmed.by, attachmentDigest: confirmed.attachmentDigest?.hexadecimal,
            isAttached: confirmed.isAttached)
    }

    @Sendable func change(_ order: PeopleOrder) async -> PeopleOutcome {
        let request = ChangeRequest(order)
        var warnings: [BoardWords] = []
        let outcome = await written { () throws(PersonnelError) in
            let outcome = try await reads.carryOut(
                try cards.resolved(request), on: personnel,
                siteOffsetMilliseconds: siteOffsetMilliseconds, ages: ages)
            if let last = outcome.written.last { _ = await people.content(upTo: last.sequence) }
            // Several kinds of change of one worker are entries of their own.
            var workers: [WorkerID] = []
            for change in outcome.written where workers.last != change.worker {
                workers.append(change.worker)
            }
            warnings = outcome.warnings.map { BoardWords($0.chinese, $0.english) }
            return workers
        }
        guard case .done(let workers, _) = outcome else { return outcome }
        return .done(workers: workers, warnings: warnings)
    }

    @Sendable func confirm(
        _ change: LedgerSequence, _ reference: String, _ attachment: [UInt8], _ by: String
    ) async -> PeopleOutcome {
        await written { () throws(PersonnelError) in
            let entry = try await personnel.confirm(
                ConfirmationRequest(
                    change: change, reference: reference, by: by,
                    attachment: attachment.isEmpty ? nil : attachment))
            _ = await people.content(upTo: entry)
            return []
        }
    }

    func written(
        _ work: () async throws(PersonnelError) -> [WorkerID]
    ) async -> PeopleOutcome {
        do throws(PersonnelError) {
            return .done(workers: try await work())
        } catch {
            if case .lanesBehind = error { return .lanesBehind }
            return .refused(error.sentences)
        }
    }
}

extension PeopleBook.Content {
    /// Who has left by `instant`, has not come back and has not confirmed leaving; the newest first.
    func unconfirmedLeavings(at instant: UTCInstant) -> [TrackedChange] {
        changes.unconfirmedLeavings.filter {
            roster.member($0.worker)?.worker.hasLeft(at: instant) ?? false
        }
    }
}

extension ChangeRequest {
    init(_ order: PeopleOrder) {
        let action: Action =
            switch order.action {
            case .join: .join
            case .leave: .leave
            case .move: .move
            case .update: .update
            case .issueCard: .issueCard
            case .replaceCard: .replaceCard
            case .blockCard: .blockCard
            }
        var fields: [WorkerField: String] = [:]
        for (name, text) in order.fields {
            guard let field = WorkerField(rawValue: name) else {
                preconditionFailure("a form has the field \(name), which nobody knows")
            }
            fields[field] = text
        }
        self.init(
            action, workers: order.workers, at: order.at, fields: fields,
            isConfirmedByLeaver: order.isConfirmedByLeaver, by: order.by, photo: order.photo,
            fromRead: order.fromRead, fromPresentation: order.fromPresentation)
    }
}

extension ChangeLine {
    /// - Parameter shown: the platform's words as the reader may see them.
    init(
        _ change: TrackedChange, name: String, words shown: (String) -> String, source: String? = nil,
        byHand: HandConfirmation? = nil,
        at instant: UTCInstant, _ corrected: TimeCorrection
    ) {
        let confirmedAt = change.confirmedAt(corrected)
        let standing: ChangeStanding =
            switch change.state {
            case .open: .open
            case .sent: .sent
            case .confirmed(_, let isByHand): .confirmed(at: confirmedAt ?? instant, isByHand: isByHand)
            case .rejected(_, let words): .rejected(shown(words))
            }
        let deadline = change.deadline(corrected)
        self.init(
            change: change.sequence, worker: change.worker, name: name, team: change.team,
            kind: BoardWords(change.kind.words), occurredAt: deadline.start,
            recordedAt: corrected(change.recorded).instant, source: source, standing: standing,
            byHand: byHand, lacksLeaverConfirmation: change.kind == .left && !change.isConfirmedByLeaver,
            elapsed: deadline.elapsed(at: confirmedAt ?? instant))
    }
}

extension ChangeBoard.Month {
    init(_ period: ChangePeriod, _ statistics: ChangeStatistics) {
        self.init(
            name: "\(period.year)-\(period.month < 10 ? "0" : "")\(period.month)",
            changeCount: statistics.totalCount, inTimeCount: statistics.confirmedInTimeCount,
            lateCount: statistics.confirmedLateCount + statistics.overdueCount,
            medianDelay: statistics.medianDelayMilliseconds.map { .milliseconds($0) })
    }
}
