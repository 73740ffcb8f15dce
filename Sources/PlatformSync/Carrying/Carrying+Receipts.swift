import AttendanceLedger
public import SiteModel

/// What was said elsewhere of this node's own entries.
public struct ReceiptsOutcome: Sendable, Equatable {
    /// Who was told.
    public let origin: LedgerOrigin
    /// Passes that a platform took, changes and passes that it refused, and all else that was new.
    public var confirmedCount = 0
    public var rejectedCount = 0
    public var otherCount = 0
    /// Answers to entries that this ledger lost since.
    public var strangeCount = 0
}

extension Carrying {
    /// Answers in one commit: a swipe that comes meanwhile waits for one of these.
    private static let pieceCount = 64

    /// Takes the answers that a node brought back, each as an entry of this ledger. Taken once more, they
    /// change nothing.
    ///
    /// - Throws: `DeliveryError.refused` for a file that cannot be taken, or is about another node.
    public func takeReceipts(_ path: String, by name: String) async throws(DeliveryError) -> ReceiptsOutcome {
        guard try label(of: path).holdsAnswers else {
            throw .refused("\(path) holds records, not answers: muster sync import \(path)")
        }
        // What is taken stands in this ledger; the replica is of no use afterwards, and holds keys.
        let place = receiptsFolder
        CarriedFolder.remove(place)
        try CarriedFolder.make(place)
        defer { CarriedFolder.remove(place) }
        let (taken, answers) = try reading { () throws(LedgerError) in
            let taken = try LedgerReplica(directory: place, siteKey: siteKey()).take(path)
            return (taken, try LedgerReader.open(directory: place, siteKey: siteKey()))
        }
        let agreement = try reading { () throws(LedgerError) in
            try Agreement(of: answers, with: reader, of: ledger.origin)
        }
        guard !agreement.isEmpty else {
            throw .refused("\(path) holds answers to another node's records: take it there")
        }
        let known = try reading { () throws(LedgerError) in
            try self.known(of: answers, of: taken.origin)
        }
        var outcome = ReceiptsOutcome(origin: taken.origin)
        var drafts = try payrollDrafts(of: answers, of: taken.origin, agreement, &outcome)
        drafts += try self.drafts(of: answers, after: known, agreement, &outcome)
        guard !drafts.isEmpty || (known.told.isEmpty && known.newest < taken.newest) else { return outcome }
        drafts.append(
            EntryDraft(
                BundleTaken(
                    origin: taken.origin, sequence: taken.newest, hash: taken.hash, ours: agreement.reach,
                    by: name),
                kind: .bundleTaken, clock: clock.now()))
        let pieces = stride(from: 0, to: drafts.count, by: Self.pieceCount).map {
            Array(drafts[$0..<min($0 + Self.pieceCount, drafts.count)])
        }
        if let failure = await ledger.append(pieces: pieces).failure { throw DeliveryError(failure) }
        return outcome
    }

    /// What this ledger has of answers already.
    private struct Known {
        /// All up to here.
        var newest = LedgerSequence.none
        /// Bodies of others, where it knows answers that are not in this file: they were lost there since and
        /// their numbers stand for others, or the file is an old one. Empty otherwise.
        var told: Set<[UInt8]> = []
    }

    private func known(of answers: LedgerReader, of origin: LedgerOrigin) throws(LedgerError) -> Known {
        var known = Known()
        let taken = try reader.bundlesTaken(of: origin)
        for bundle in taken.reversed() where try answers.holds(bundle, of: origin) {
            known.newest = bundle.sequence
            break
        }
        guard let last = taken.last, try !answers.holds(last, of: origin) else { return known }
        try reader.forEachEntry { entry throws(LedgerError) in
            switch entry.kind {
            case .attendanceConfirmed, .deliveryAnswered, .deliverySettled, .organisationAnswered:
                if let opened = try reader.opened(entry) { known.told.insert(opened.body) }
            default: return
            }
        }
        return known
    }

    private func drafts(
        of answers: LedgerReader, after known: Known, _ agreement: Agreement,
        _ outcome: inout ReceiptsOutcome
    ) throws(DeliveryError) -> [EntryDraft] {
        let erased = try reading { () throws(LedgerError) in try reader.erasedWorkers() }
        var drafts: [EntryDraft] = []
        var position = known.newest
        while true {
            let page = try reading { () throws(LedgerError) in
                try answers.entries(after: position, limit: 512)
            }
            guard let last = page.last else { return drafts }
            for entry in page where entry.subject.map({ !erased.contains($0) }) ?? true {
                let opened = try reading { () throws(LedgerError) in try answers.opened(entry) }
                guard let opened else { continue }
                do throws(CanonicalDecodingError) {
                    var counted = outcome
                    let draft = try draft(of: opened, upTo: agreement.reach(of: entry), &counted)
                    if let draft, known.told.contains(draft.body) { continue }
                    outcome = counted
                    if let draft { drafts.append(draft) }
                } catch {
                    throw .damagedEntry(entry.sequence)
                }
            }
            position = last.sequence
        }
    }

    /// Proofs of payroll, also those that were passed over when earlier answers were taken.
    private func payrollDrafts(
        of answers: LedgerReader, of origin: LedgerOrigin, _ agreement: Agreement,
        _ outcome: inout ReceiptsOutcome
    ) throws(DeliveryError) -> [EntryDraft] {
        var found: [PayrollConfirmed] = []
        var strange = 0
        try forEachPayrollProof(in: answers) { entry, proof in
            let carried = CarriedAnswer(by: entry.origin, clock: entry.clock)
            guard proof.carried == nil else { return }
            guard proof.statement <= agreement.reach(of: entry) else {
                strange += 1
                return
            }
            found.append(
                PayrollConfirmed(
                    platform: proof.platform, receipt: proof.receipt, statement: proof.statement,
                    rows: proof.rows, carried: carried))
        }
        outcome.strangeCount += strange
        guard !found.isEmpty else { return [] }
        var known: Set<PayrollConfirmed> = []
        try forEachPayrollProof(in: reader) { _, proof in
            if proof.carried?.by == origin { known.insert(proof) }
        }
        let new = found.filter { !known.contains($0) }
        outcome.otherCount += new.count
        return new.map { EntryDraft($0, kind: .payrollConfirmed, clock: clock.now()) }
    }

    private func forEachPayrollProof(
        in reader: LedgerReader, _ body: (LedgerEntry, PayrollConfirmed) -> Void
    ) throws(DeliveryError) {
        try reading { () throws(LedgerError) in
            try reader.forEachEntry { entry throws(LedgerError) in
                guard entry.kind == .payrollConfirmed else { return }
                do throws(CanonicalDecodingError) {
                    body(entry, try PayrollConfirmed(encoded: entry.body))
                } catch {
                    throw .chainBroken(sequence: entry.sequence)
                }
            }
        }
    }

    private func draft(
        of entry: LedgerEntry, upTo agreed: LedgerSequence, _ outcome: inout ReceiptsOutcome
    ) throws(CanonicalDecodingError) -> EntryDraft? {
        let carried = CarriedAnswer(by: entry.origin, clock: entry.clock)
        let subject: EntrySubject = entry.subject.map { .worker($0) } ?? .nobody
        let now = clock.now()
        switch entry.kind {
        case .attendanceConfirmed:
            let proof = try AttendanceConfirmed(encoded: entry.body)
            let entries = proof.reaching(agreed).entries
            outcome.strangeCount += proof.entries.count - entries.count
            outcome.confirmedCount += entries.count
            guard !entries.isEmpty else { return nil }
            return EntryDraft(
                AttendanceConfirmed(
                    platform: proof.platform, receipt: proof.receipt, entries: entries, carried: carried),
                kind: .attendanceConfirmed, clock: now)
        case .deliveryAnswered:
            let answer = try DeliveryAnswered(encoded: entry.body)
            guard answer.entry <= agreed else {
                outcome.strangeCount += 1
                return nil
            }
            if answer.state == .rejected { outcome.rejectedCount += 1 } else { outcome.otherCount += 1 }
            return EntryDraft(
                DeliveryAnswered(
                    platform: answer.platform, entry: answer.entry, pass: answer.pass, state: answer.state,
                    code: answer.code, words: answer.words, carried: carried),
                kind: .deliveryAnswered, subject: subject, clock: now)
        case .deliverySettled:
            let settled = try DeliverySettled(encoded: entry.body)
            guard settled.entry <= agreed else {
                outcome.strangeCount += 1
                return nil
            }
            outcome.otherCount += 1
            return EntryDraft(settled, kind: .deliverySettled, subject: subject, clock: now)
        case .organisationAnswered:
            outcome.otherCount += 1
            return EntryDraft(
                try OrganisationAnswered(encoded: entry.body), kind: .organisationAnswered, clock: now)
        default: return nil
        }
    }
}
