import AttendanceLedger
import SiteModel

/// One bundle in the making. Blocks its thread while it reads.
struct BundleMaker: Sendable {
    /// Bytes of `entries.jsonl` handed to the archive at once.
    private static let pieceByteCount = 262_144
    /// Entries between two words about progress.
    private static let progressCount = 4_096

    let reader: LedgerReader
    let signer: EvidenceSigner
    let site: BundleSite
    let request: BundleRequest
    let worker: WorkerID
    /// The entry of the checkpoint at which the bundle ends.
    let checkpoint: LedgerSequence
    let madeAt: UTCInstant

    func make(progress: (Int, Int) -> Void) throws(BundleError) -> [UInt8] {
        let (node, workerKey) = try reportingLedger { () throws(LedgerError) in
            (try reader.node(), try reader.revealedKey(of: worker))
        }
        // Finding the entries is the first half, writing them the second.
        let (segments, proofs) = try segments { progress($0, 2 * $1) }
        let checkpoints = try reportingLedger { () throws(LedgerError) in
            try segments.checkpoints(in: reader)
        }
        guard let head = checkpoints.last?.statement else {
            throw .ledger(.chainBroken(sequence: checkpoint))
        }
        var facts = BundleFacts(
            of: worker, workerKey: workerKey, during: site.start(of: request.from)..<site.end(of: request.to),
            proofs: proofs)
        let archive = try BundleArchive()
        try archive.begin(.entries)
        try write(segments, to: archive, &facts) { progress($0 + $1, 2 * $1) }
        try archive.add(.checkpoints, checkpoints.flatMap(BundleLine.checkpoint))
        try archive.add(.receipts, facts.receipts.flatMap(\.line))
        let page = EvidencePage(
            facts: facts, checkpoints: checkpoints, site: site, request: request, origin: node.origin,
            madeAt: madeAt)
        try archive.add(.page, Array(page.html.utf8))
        try archive.add(.format, PackageResources.LedgerFormat_md)
        let statement = EvidenceStatement(
            origin: node.origin, publicKey: node.publicKey, worker: worker,
            workerKey: request.isKeyWithheld ? nil : workerKey,
            from: request.from, to: request.to, headSequence: head.sequence, headHash: head.hash,
            files: archive.digests)
        return try archive.finish(
            BundleKeys(statement: statement, signature: signer.signature(of: statement)))
    }

    /// What proves who the worker is, what happened on the days, by which rules it was decided, and what
    /// platforms took of it: the entries that say so, also where they stand behind the days.
    private func segments(
        progress: (Int, Int) -> Void
    ) throws(BundleError) -> (segments: BundleSegments, proofs: Set<LedgerSequence>) {
        let last = LedgerSequence(checkpoint.rawValue - 1)
        let span = try reportingLedger { () throws(LedgerError) in
            try reader.span(
                from: site.start(of: request.from), until: site.end(of: request.to), upTo: last, of: worker,
                progress: progress)
        }
        guard !span.runs.isEmpty else { throw .spanEmpty }
        let (segments, proofs) = try reportingLedger {
            () throws(LedgerError) -> (BundleSegments, Set<LedgerSequence>) in
            let known = try reader.personnelEntries(of: worker).map(\.sequence).filter { $0 <= last }
            let wanted = span.runs + (known + span.policies).map { $0...$0 }
            let shown = try BundleSegments(covering: wanted, before: checkpoint, in: reader)
            let found = try self.proofs(of: shown, upTo: last)
            let all = wanted + found.map { $0...$0 }
            return (try BundleSegments(covering: all, before: checkpoint, in: reader), found)
        }
        guard segments.entryCount <= BundleFile.entryLimit else {
            throw .tooManyEntries(limit: BundleFile.entryLimit)
        }
        return (segments, proofs)
    }

    /// Entries that say of a pass that is shown that a platform took it.
    private func proofs(
        of segments: BundleSegments, upTo last: LedgerSequence
    ) throws(LedgerError) -> Set<LedgerSequence> {
        var passes: Set<LedgerSequence> = []
        for range in segments.ranges { passes.formUnion(try reader.passes(of: worker, in: range)) }
        guard let first = passes.min() else { return [] }
        var proofs: Set<LedgerSequence> = []
        try reader.forEachProof(in: first...last) { sequence, proof throws(LedgerError) in
            if proof.entries.contains(where: { $0 < sequence && passes.contains($0) }) {
                proofs.insert(sequence)
            }
        }
        return proofs
    }

    /// Writes `entries.jsonl` and walks the chain on the way: a bundle that does not verify is not made.
    private func write(
        _ segments: BundleSegments, to archive: BundleArchive, _ facts: inout BundleFacts,
        progress: (Int, Int) -> Void
    ) throws(BundleError) {
        var piece: [UInt8] = []
        var done = 0
        for range in segments.ranges {
            let before = LedgerSequence(range.lowerBound.rawValue - 1)
            var failure: BundleError?
            try reportingLedger { () throws(LedgerError) in
                var chain = EvidenceChain(after: before, hash: try reader.hash(at: before))
                piece += BundleLine.segment(after: before, hash: chain.hash)
                try reader.forEachEntry(in: range) { entry throws(LedgerError) in
                    piece += try line(of: entry, following: &chain, &facts)
                    done += 1
                    if done.isMultiple(of: Self.progressCount) { progress(done, segments.entryCount) }
                    guard piece.count >= Self.pieceByteCount, failure == nil else { return }
                    do throws(BundleError) { try archive.append(piece) } catch { failure = error }
                    piece.removeAll(keepingCapacity: true)
                }
            }
            if let failure { throw failure }
        }
        try archive.append(piece)
        progress(segments.entryCount, segments.entryCount)
    }

    private func line(
        of entry: LedgerEntry, following chain: inout EvidenceChain, _ facts: inout BundleFacts
    ) throws(LedgerError) -> [UInt8] {
        let canonicalBytes = entry.canonicalBytes
        chain.take(canonicalBytes: canonicalBytes)
        guard chain.hash == entry.hash else { throw .chainBroken(sequence: entry.sequence) }
        guard entry.subject == worker || entry.kind.concernsEverybody || facts.isProof(entry) else {
            facts.hiddenCount += 1
            return BundleLine.hidden(entry.sequence, digest: EvidenceDigest.digest(canonicalBytes))
        }
        try facts.take(entry)
        return BundleLine.shown(entry, canonicalBytes: canonicalBytes)
    }
}

extension LedgerEntryKind {
    /// Shown in every bundle: what concerns the site and no person.
    var concernsEverybody: Bool {
        switch self {
        case .readerGap, .clockAnchor, .clockStep, .serviceStarted, .serviceStopped, .policyApplied,
            .ledgerGap, .checkpoint, .projectCompleted, .reserveEmptied, .entriesLost, .laneAlarm,
            .lanesReleased:
            true
        case .attendance, .rawRead, .passage, .personnelChange, .rosterApplied, .correction, .workerErased,
            .changeConfirmed, .insuranceCompared, .workerPhoto, .workerFile, .siteProfile, .employerProfile,
            .teamProfile,
            .visitorAdmitted, .visitorLeft, .noticePublished,
            .personalDataShown, .accountChanged, .deliveryAnswered, .deliverySettled, .organisationAnswered,
            .attendanceConfirmed, .laneOpened, .badgeIssued, .badgeRevoked, .bundleWritten, .bundleTaken,
            .deviceCommissioned, .monthStated, .payrollConfirmed, .correctionJudged:
            false
        }
    }
}

func reportingLedger<Value>(
    _ body: () throws(LedgerError) -> Value
) throws(BundleError) -> Value {
    do throws(LedgerError) { return try body() } catch { throw .ledger(error) }
}
