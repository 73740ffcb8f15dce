public import AttendanceLedger
import LocalWeb
public import SiteModel

// What commands do with the evidence. What writes goes through the running service, which alone may write;
// what only reads or replaces files works on the folder.
extension SiteAccess {
    /// - Parameter checkpoint: one that was kept elsewhere.
    public func verify(
        against checkpoint: CheckpointFile?, progress: (_ done: Int, _ total: Int) -> Void
    ) throws(GatewayError) -> LedgerVerification {
        do throws(GatewayError) {
            let reader = try openReader()
            return try reportingLedger { () throws(LedgerError) in
                try reader.verifyWithDecisions(against: checkpoint?.checkpoint, progress: progress)
            }
        } catch .ledger(.fileDamaged(_, let words)) {
            return LedgerVerification(unreadable: words)
        }
    }

    /// Signs where the chain stands.
    ///
    /// - Returns: what is to be kept elsewhere.
    public func checkpoint(clock: any SiteClock) async throws(GatewayError) -> CheckpointFile {
        if let answer = try ask(.post, "/ledger/checkpoint", ControlRequest()) {
            guard answer.status == 200 else {
                throw .service(String(decoding: answer.body, as: UTF8.self))
            }
            return try reportingLedger { () throws(LedgerError) in
                try CheckpointFile(json: String(decoding: answer.body, as: UTF8.self))
            }
        }
        return try await atDesk(clock) { desk throws(EvidenceError) in try await desk.checkpoint() }
    }

    public func correct(
        _ request: CorrectionRequest, format: Format, clock: any SiteClock
    ) async throws(GatewayError) -> String {
        try await answer("/ledger/correct", request.encoded, format, clock) { desk throws(EvidenceError) in
            try await desk.correct(request)
        }
    }

    public func complete(
        _ completed: ProjectCompleted, format: Format, clock: any SiteClock
    ) async throws(GatewayError) -> String {
        try await answer("/ledger/complete", completed.encoded, format, clock) {
            desk throws(EvidenceError) in try await desk.complete(completed)
        }
    }

    public func erase(
        _ request: ErasureRequest, format: Format, clock: any SiteClock
    ) async throws(GatewayError) -> String {
        try await answer("/ledger/erase", request.encoded, format, clock) { desk throws(EvidenceError) in
            try await desk.erase(request)
        }
    }

    public func backUp(
        to destination: String, withKeys: Bool, keeping count: Int?,
        progress: (_ done: Int, _ total: Int) -> Void
    ) throws(GatewayError) -> LedgerBackup {
        let reader = try openReader()
        return try reportingLedger { () throws(LedgerError) in
            try reader.backUp(to: destination, withKeys: withKeys, keeping: count, progress: progress)
        }
    }

    public func restore(
        _ backup: String, against checkpoint: CheckpointFile?, discardsNewer: Bool, clock: any SiteClock,
        progress: (_ done: Int, _ total: Int) -> Void
    ) throws(GatewayError) -> LedgerRestore.Outcome {
        try state.make()
        return try reportingLedger { () throws(LedgerError) in
            let siteKey = try SiteKey.find(
                directory: state.path, credentials: HostEnvironment.credentialsDirectory)
            return try LedgerRestore(
                directory: state.path, backup: backup, checkpoint: checkpoint?.checkpoint,
                discardsNewer: discardsNewer, siteKey: siteKey, clock: clock.now()
            ).run(progress: progress)
        }
    }

    public func rebuild(
        progress: (_ done: Int, _ total: Int) -> Void
    ) throws(GatewayError) -> LedgerRebuild {
        try reportingLedger { () throws(LedgerError) in
            try LedgerRebuild.run(directory: state.path, progress: progress)
        }
    }

    /// The service's answer, or that of a desk of our own when none runs.
    private func answer(
        _ path: String, _ body: [UInt8], _ format: Format, _ clock: any SiteClock,
        _ work: (EvidenceDesk) async throws(EvidenceError) -> EvidenceAnswer
    ) async throws(GatewayError) -> String {
        if let answer = try ask(.post, path, ControlRequest(query: format.query, body: body)) {
            return try Self.words(of: answer)
        }
        let answer = try await atDesk(clock, work)
        return format == .json ? answer.json.text : answer.words
    }

    private func atDesk<Value: Sendable>(
        _ clock: any SiteClock, _ work: (EvidenceDesk) async throws(EvidenceError) -> Value
    ) async throws(GatewayError) -> Value {
        try await writing { ledger throws(GatewayError) in
            let desk = EvidenceDesk(
                ledger: ledger, reader: try openReader(), index: nil, clock: clock,
                siteOffsetMilliseconds: configuration.site.offsetMilliseconds,
                reads: try openReader().siteKey.map {
                    CardReads(directory: state.path, siteKey: $0, clock: clock, instant: \.wall)
                })
            do throws(EvidenceError) {
                return try await work(desk)
            } catch {
                switch error {
                case .refused(let words): throw .refused(words)
                case .ledger(let error): throw .ledger(error)
                }
            }
        }
    }
}
