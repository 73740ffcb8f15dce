public import AttendanceLedger
public import SiteModel

/// Makes bundles of evidence: everything about one worker and some days that a third party needs to check.
public struct BundleService: Sendable {
    private let ledger: LedgerWriter
    private let reader: LedgerReader
    private let site: BundleSite
    private let clock: any SiteClock

    /// - Parameter reader: of the same ledger, with the site key.
    public init(ledger: LedgerWriter, reader: LedgerReader, site: BundleSite, clock: any SiteClock) {
        self.ledger = ledger
        self.reader = reader
        self.site = site
        self.clock = clock
    }

    /// The bytes of the ZIP file. A checkpoint stands in the ledger when it returns: the bundle ends at it.
    ///
    /// Reads the whole ledger once and the entries of those days twice, on a thread of its own.
    ///
    /// - Parameter progress: called now and then on that thread, with parts done and in all.
    public func bundle(
        _ request: BundleRequest,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws(BundleError) -> [UInt8] {
        let reader = reader
        // Looked up first: for a mistyped id nothing is written.
        let worker = try await onOwnThread {
            Result { () throws(BundleError) in try request.worker.known(in: reader) }
        }
        let now = clock.now()
        let checkpoint = try await appendCheckpoint(now)
        let maker = BundleMaker(
            reader: reader, signer: ledger.evidenceSigner, site: site, request: request, worker: worker,
            checkpoint: checkpoint, madeAt: now.wall)
        return try await onOwnThread {
            Result { () throws(BundleError) in try maker.make(progress: progress) }
        }
    }

    private func appendCheckpoint(_ reading: ClockReading) async throws(BundleError) -> LedgerSequence {
        do throws(LedgerError) {
            let entries = try await ledger.append([.checkpoint(at: reading)])
            precondition(!entries.isEmpty, "what was appended is returned")
            return entries[entries.count - 1].sequence
        } catch {
            throw .ledger(error)
        }
    }
}

extension BundleRequest.Worker {
    /// The id of somebody the ledger knows.
    ///
    /// - Throws: `BundleError.workerUnknown`.
    func known(in reader: LedgerReader) throws(BundleError) -> WorkerID {
        do throws(LedgerError) {
            switch self {
            case .id(let id):
                if try !reader.personnelEntries(of: id).isEmpty { return id }
            case .number(let number):
                if let id = try Self.worker(with: number, in: reader) { return id }
            }
        } catch {
            throw .ledger(error)
        }
        throw .workerUnknown
    }

    /// Whoever has the number now. A number that was corrected finds nobody: it is not theirs.
    private static func worker(
        with number: IDNumber, in reader: LedgerReader
    ) throws(LedgerError) -> WorkerID? {
        var holder: WorkerID?
        try reader.forEachRosterEntry { entry throws(LedgerError) in
            guard entry.kind == .personnelChange else { return }
            do throws(CanonicalDecodingError) {
                let place = try WorkerPlace(encoded: entry.body)
                if place.idNumber == number {
                    holder = entry.subject
                } else if holder == entry.subject {
                    holder = nil
                }
            } catch {
                throw .chainBroken(sequence: entry.sequence)
            }
        }
        return holder
    }
}

/// Runs `body` on a thread of its own and waits for it without blocking: swipes are decided on the
/// cooperative pool.
private func onOwnThread<Value: Sendable>(
    _ body: @escaping @Sendable () -> Result<Value, BundleError>
) async throws(BundleError) -> Value {
    let result = await withCheckedContinuation { done in
        do throws(LedgerError) {
            try startLedgerThread { done.resume(returning: body()) }
        } catch {
            done.resume(returning: .failure(.ledger(error)))
        }
    }
    return try result.get()
}
