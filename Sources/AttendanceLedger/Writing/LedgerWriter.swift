public import SiteModel
import Synchronization

/// The only code that writes the ledger file. What arrives while the disk syncs is committed together, in
/// arrival order; what gives way comes behind it.
public final class LedgerWriter: Sendable {
    public let origin: LedgerOrigin
    /// What was on disk before this start and is gone; the first commit says so in an entry of its own.
    public let loss: EntriesLost?
    /// Signs bundles of evidence as this node.
    public let evidenceSigner: EvidenceSigner
    private let queue = LedgerWriterQueue()
    private let signal: LedgerSignal
    private let tailReader: LedgerReader
    private let file: LedgerWriterFile

    /// Without work for this long, a log that is worth it is copied into the main file.
    private static let idleMilliseconds = 200

    /// Opens the ledger in `directory`, or makes it with an origin of `node`, a random suffix and a signing
    /// key.
    ///
    /// When it returns, the file is locked against other processes, its durability settings were read back,
    /// and its newest entries verify.
    ///
    /// - Throws: `LedgerError.locked` at once when another process holds it; `.chainBroken`, `.fileDamaged`,
    ///   `.newerSchema`, `.notDurable`, `.siteKeyWrong`. Then nothing is open and nothing is locked.
    public static func open(
        directory: String, node: String, siteKey: SiteKey
    ) throws(LedgerError) -> LedgerWriter {
        let lock = try LedgerWriterLock(path: directory + "/" + LedgerSchema.lockName)
        LedgerLeftovers(directory: directory).remove()
        let file = try LedgerWriterFile(directory: directory, node: node, siteKey: siteKey)
        return try LedgerWriter(
            lock: lock, file: file, tailReader: LedgerReader.open(directory: directory, siteKey: siteKey))
    }

    private init(
        lock: LedgerWriterLock, file: LedgerWriterFile, tailReader: LedgerReader
    ) throws(LedgerError) {
        origin = file.identity.origin
        loss = file.loss
        self.file = file
        evidenceSigner = EvidenceSigner(file.identity.key)
        signal = LedgerSignal(position: file.head.sequence)
        self.tailReader = tailReader
        try startLedgerThread { [queue, signal] in
            Self.serve(queue, file: file, signal)
            // Only now, after the last commit: until here nobody else may write.
            lock.release()
            signal.end()
        }
    }

    deinit {
        queue.close()
    }

    /// Appends a group; returns after the commit that holds all of it has reached the disk.
    ///
    /// - Returns: the entries as written: their sequences follow each other.
    /// - Throws: `LedgerError`; then nothing of the group may be taken as written.
    public func append(_ drafts: [EntryDraft]) async throws(LedgerError) -> [LedgerEntry] {
        guard !drafts.isEmpty else { return [] }
        return try await write(drafts)
    }

    /// Appends pieces one after the other, each whole and in a commit of its own. Swipes and all else go
    /// first, and at most one piece stands between them and the disk: keep it small. For large imports.
    ///
    /// - Returns: what is on disk, and why it is not everything.
    public func append(pieces: [[EntryDraft]]) async -> PiecesWritten {
        guard !pieces.isEmpty else { return PiecesWritten() }
        return await withCheckedContinuation { done in
            let series = LedgerWriterQueue.Series(pieces: pieces[...], done: done)
            if let refusal = queue.add(series) { done.resume(returning: PiecesWritten(failure: refusal)) }
        }
    }

    /// Writes nothing. When it returns, a reader sees what became of every append before, also of one whose
    /// failed commit turned out to be on disk; but not of pieces that still wait.
    ///
    /// - Throws: `LedgerError` while that cannot be told.
    public func settle() async throws(LedgerError) {
        _ = try await write([])
    }

    private func write(_ drafts: [EntryDraft]) async throws(LedgerError) -> [LedgerEntry] {
        let result = await withCheckedContinuation { done in
            if let refusal = queue.add(LedgerWriterQueue.Group(drafts: drafts, done: done)) {
                done.resume(returning: .failure(refusal))
            }
        }
        return try result.get()
    }

    /// A destroyed key may still stand in the log, because a reader holds it; it goes in the next pause.
    public var isErasurePending: Bool { file.isErasurePending.load(ordering: .acquiring) }

    /// Entries of this node after `position`, then each new one as it is committed; ends when the ledger is
    /// closed.
    public func tail(after position: LedgerSequence) -> LedgerTail {
        LedgerTail(pages: LedgerPages(position: position, signal: signal, reader: tailReader))
    }

    /// Takes nothing more, writes what was accepted, and returns when the file is closed and its lock is
    /// free.
    public func close() async {
        queue.close()
        await signal.waitForEnd()
    }

    /// The thread's whole life.
    private static func serve(
        _ queue: LedgerWriterQueue, file: LedgerWriterFile, _ signal: LedgerSignal
    ) {
        var company: LedgerWriterQueue.Company?
        while true {
            let idle = file.isCheckpointWorthwhile ? idleMilliseconds : nil
            switch queue.take(idleMilliseconds: idle, company: company) {
            case .commit(let groups):
                let start = SystemSiteClock.uptime()
                let result = file.commit(groups.map(\.drafts))
                company = LedgerWriterQueue.Company(
                    groupCount: groups.count,
                    commitNanoseconds: Int((SystemSiteClock.uptime() - start).wholeNanoseconds))
                finish(groups, with: result)
                announce(result, in: file, signal)
                if file.isCheckpointNecessary { file.checkpoint() }
            case .commitPiece(let drafts):
                company = nil
                let result = file.commit([drafts])
                queue.settlePiece(result.map { $0[0] })
                announce(result, in: file, signal)
                // Little and often: a swipe that comes meanwhile waits for it.
                let isPause = file.isCheckpointWorthwhile && !queue.isAwaited
                if isPause || file.isCheckpointNecessary { file.checkpoint() }
            case .idle:
                company = nil
                file.checkpoint()
            case .end: return file.close()
            }
        }
    }

    private static func finish(
        _ groups: [LedgerWriterQueue.Group], with result: Result<[[LedgerEntry]], LedgerError>
    ) {
        switch result {
        case .success(let written):
            for (group, entries) in zip(groups, written) { group.done.resume(returning: .success(entries)) }
        case .failure(let error):
            for group in groups { group.done.resume(returning: .failure(error)) }
        }
    }

    private static func announce(
        _ result: Result<[[LedgerEntry]], LedgerError>, in file: LedgerWriterFile, _ signal: LedgerSignal
    ) {
        switch result {
        case .success(let written): signal.advance(to: file.head.sequence, with: written)
        // An earlier commit may have turned out to be on disk.
        case .failure: signal.advance(to: file.head.sequence, with: [])
        }
    }
}

/// What became of pieces that were appended one after the other.
public struct PiecesWritten: Sendable {
    /// The entries of each piece that is on disk, in order.
    public internal(set) var pieces: [[LedgerEntry]] = []
    /// Why the next piece may not be taken as written; those behind it were not tried. Nil: all are on disk.
    public internal(set) var failure: LedgerError?
}
