import AttendanceLedger
import LocalWeb
import PersonnelChanges
import SiteModel

// The board of changes, and what pages write.
extension PeoplePages {
    @Sendable func changes() async throws -> ChangeBoard {
        let content = await people.latest()
        return try await onLedgerThread { [self] in
            let calendar = calendar
            let line = { (change: TrackedChange) in
                ChangeLine(
                    change, name: content.roster.member(change.worker)?.worker.maskedName ?? "",
                    at: calendar.instant, time.corrected)
            }
            let months = content.changes.statistics(
                byTeam: false, at: calendar.instant, offsetMilliseconds: siteOffsetMilliseconds,
                time.corrected)
            return ChangeBoard(
                open: content.changes.unconfirmed(time.corrected).map(line),
                confirmed: content.changes.changes.reversed().lazy.filter { $0.state.isConfirmed }
                    .prefix(Self.confirmedLimit).map(line),
                months: months.map { ChangeBoard.Month($0.period, $0.statistics) })
        }
    }

    @Sendable func change(_ order: PeopleOrder) async -> PeopleOutcome {
        let request = ChangeRequest(order)
        return await written { () throws(PersonnelError) in
            let outcome = try await reads.carryOut(
                try cards.resolved(request), on: personnel,
                siteOffsetMilliseconds: siteOffsetMilliseconds, minimumAgeYears: minimumAgeYears)
            if let last = outcome.written.last { _ = await people.content(upTo: last.sequence) }
            // Several kinds of change of one worker are entries of their own.
            var workers: [WorkerID] = []
            for change in outcome.written where workers.last != change.worker {
                workers.append(change.worker)
            }
            return workers
        }
    }

    @Sendable func confirm(
        _ change: LedgerSequence, _ reference: String, _ attachment: [UInt8], _ by: String
    ) async -> PeopleOutcome {
        await written { () throws(PersonnelError) in
            let entry = try await personnel.confirm(
                ChangeConfirmed(
                    change: change, reference: reference, by: by,
                    attachmentDigest: attachment.isEmpty ? nil : EvidenceDigest.digest(attachment)))
            _ = await people.content(upTo: entry)
            return []
        }
    }

    private func written(
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
    init(
        _ change: TrackedChange, name: String, source: String? = nil, at instant: UTCInstant,
        _ corrected: TimeCorrection
    ) {
        let confirmedAt = change.confirmedAt(corrected)
        let standing: ChangeStanding =
            switch change.state {
            case .open: .open
            case .sent: .sent
            case .confirmed(_, let isByHand): .confirmed(at: confirmedAt ?? instant, isByHand: isByHand)
            case .rejected(_, let words): .rejected(words)
            }
        let deadline = change.deadline(corrected)
        self.init(
            change: change.sequence, worker: change.worker, name: name, team: change.team,
            kind: BoardWords(change.kind.words), occurredAt: deadline.start,
            recordedAt: corrected(change.recorded).instant, source: source, standing: standing,
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
