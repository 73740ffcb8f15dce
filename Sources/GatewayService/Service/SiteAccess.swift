public import AttendanceLedger
import LocalWeb
public import PersonnelChanges
import SiteModel

/// What commands do on a site, whether its service runs (then over its socket) or not (then on the files).
public struct SiteAccess: Sendable {
    public let configuration: Configuration
    let state: StateDirectory
    let client: ControlClient

    public init(_ configuration: Configuration) {
        self.configuration = configuration
        state = StateDirectory(path: configuration.stateDirectory)
        client = ControlClient(path: state.socketPath)
    }

    /// How a command prints.
    public enum Format: Sendable {
        case json
        case text

        var query: [String: String] { self == .text ? ["format": "text"] : [:] }
    }

    /// The running service's state, or what the ledger alone tells.
    public func status(_ format: Format) throws(GatewayError) -> String {
        if let answer = try ask(.get, "/status", ControlRequest(query: format.query)) {
            return String(decoding: answer.body, as: UTF8.self)
        }
        let reader = try openReader()
        let position = try reportingLedger { () throws(LedgerError) in try reader.head()?.sequence }
        let evidence = try reportingLedger { () throws(LedgerError) in
            try EvidenceStatus(reader, siteKey: reader.siteKey)
        }
        let report = StatusReport(
            stopped: configuration, ledgerPosition: position ?? LedgerSequence(0), evidence: evidence)
        return format == .json ? report.json.text : report.lines.joined(separator: "\n")
    }

    /// The running service's devices; nil when it does not run.
    public func devices(_ format: Format) throws(GatewayError) -> String? {
        try ask(.get, "/devices", ControlRequest(query: format.query)).map {
            String(decoding: $0.body, as: UTF8.self)
        }
    }

    /// The roster as the ledger has it. Reading needs no service and disturbs none.
    public func roster() throws(GatewayError) -> Roster {
        let reader = try openReader()
        return try reportingRoster { () throws(PersonnelError) in try Roster.folded(from: reader) }
    }

    /// A read-only look at the ledger.
    public func openReader() throws(GatewayError) -> LedgerReader {
        try reportingLedger { () throws(LedgerError) in
            try LedgerReader.open(
                directory: state.path,
                siteKey: try SiteKey.find(
                    directory: state.path, credentials: HostEnvironment.credentialsDirectory))
        }
    }

    /// The ledger to be written by this process, which no service does meanwhile.
    func openWriter() throws(GatewayError) -> LedgerWriter {
        try state.make()
        return try reportingLedger { () throws(LedgerError) in
            let (siteKey, _) = try SiteKey.findOrMake(
                directory: state.path, credentials: HostEnvironment.credentialsDirectory)
            return try LedgerWriter.open(
                directory: state.path, node: configuration.node, siteKey: siteKey)
        }
    }

    /// The service's answer; nil when no service runs on this state folder.
    func ask(
        _ method: ControlRoute.Method, _ path: String, _ request: ControlRequest
    ) throws(GatewayError) -> ControlResponse? {
        do throws(ControlError) {
            return try client.send(method, path, request)
        } catch {
            if case .notRunning = error { return nil }
            throw .service("\(error)")
        }
    }

    /// What the service said.
    ///
    /// - Throws: `GatewayError.refused` or `.service` in its words.
    static func words(of answer: ControlResponse) throws(GatewayError) -> String {
        let words = String(decoding: answer.body, as: UTF8.self)
        switch answer.status {
        case 200: return words
        case 422: throw .refused(words)
        default: throw .service(words)
        }
    }

    /// The ledger written by this process, which no service does meanwhile; it is closed whatever happens.
    func writing<Value: Sendable>(
        _ work: (LedgerWriter) async throws(GatewayError) -> Value
    ) async throws(GatewayError) -> Value {
        let ledger = try openWriter()
        let result: Result<Value, GatewayError>
        do throws(GatewayError) {
            result = .success(try await work(ledger))
        } catch {
            result = .failure(error)
        }
        await ledger.close()
        return try result.get()
    }

    /// Writes entries as they are, past everything that looks at them first: for invented sites.
    ///
    /// - Parameter work: given the ledger, which no service writes meanwhile.
    public func write(
        _ work: (LedgerWriter) async throws(LedgerError) -> Void
    ) async throws(GatewayError) {
        try await writing { ledger throws(GatewayError) in
            do throws(LedgerError) {
                try await work(ledger)
            } catch {
                throw .ledger(error)
            }
        }
    }

    /// The clock as this ledger knows it.
    func time(_ reader: LedgerReader, _ clock: any SiteClock) throws(GatewayError) -> SiteTime {
        let history = try reportingLedger { () throws(LedgerError) in try reader.clockHistory() }
        return SiteTime(clock, history: history)
    }

    func reportingLedger<Value>(
        _ body: () throws(LedgerError) -> Value
    ) throws(GatewayError) -> Value {
        do throws(LedgerError) { return try body() } catch { throw .ledger(error) }
    }

    func reportingRoster<Value>(
        _ body: () throws(PersonnelError) -> Value
    ) throws(GatewayError) -> Value {
        do throws(PersonnelError) { return try body() } catch { throw .roster(error) }
    }
}
