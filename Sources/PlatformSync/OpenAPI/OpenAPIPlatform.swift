import NIOCore
public import SiteModel
import Synchronization

/// The national-style protocol (`open.api`, platform.md 2 and 3) in one of its dialects.
///
/// - One POST for every method, signed and encrypted at the moment of sending.
/// - Two phases: a `requestSerialCode` is a receipt; deployments that answer at once are understood too.
/// - An answer that leaves the effect open is `unknown`; nothing is sent twice here.
/// - Keeps nothing but its connection and the one payload that was prepared; one call at a time.
public final class OpenAPIPlatform: Sendable {
    public let limits: PlatformLimits
    let configuration: PlatformConfiguration
    let dialect: OpenAPIDialect
    private let exchange: PlatformExchange
    private let clock: any SiteClock
    /// The payload of a submission before it is submitted.
    private let prepared = Mutex<Prepared?>(nil)

    private struct Prepared {
        let submission: Submission
        let method: OpenAPIDialect.MethodKey
        let data: String
    }

    /// - Throws: the first key that cannot stand.
    public init(_ configuration: PlatformConfiguration, clock: any SiteClock)
        throws(PlatformConfigurationError)
    {
        try configuration.validate()
        dialect = try OpenAPIDialect.embedded(configuration.dialect)
        exchange = try PlatformExchange(
            configuration, clock: clock,
            wholeTimeout: .milliseconds(configuration.timeout.wholeMilliseconds))
        limits = PlatformLimits(
            attendancePerCall: configuration.attendanceBatch ?? dialect.attendancePerCall,
            offsetMilliseconds: configuration.offsetMilliseconds, rowsPerPage: dialect.pageSize,
            payrollPerCall: dialect.payrollPerCall)
        self.configuration = configuration
        self.clock = clock
    }

    /// When the platform's certificate ends, as last seen; nil before the first handshake and over http.
    public var certificateEnd: UTCInstant? { exchange.certificateEnd }

    /// The certificate ends within 30 days.
    public var certificateEndsSoon: Bool {
        certificateEnd.map { CertificateTerm.isEnding($0, at: clock.now().wall) } ?? false
    }

    /// Ends the connection. Call once, after the last call of the others.
    public func close() async { await exchange.close() }

    /// Encodes and encrypts; signed it is at the moment of sending.
    public func prepare(_ submission: Submission) async {
        let (method, facts) = facts(of: submission)
        // try?: what is missing is told when it is submitted.
        guard let data = try? data(of: method, facts) else { return }
        prepared.withLock { $0 = Prepared(submission: submission, method: method, data: data) }
    }

    private func taken(_ submission: Submission) -> Prepared? {
        prepared.withLock { prepared in
            guard prepared?.submission == submission else { return nil }
            defer { prepared = nil }
            return prepared
        }
    }

    private func facts(of submission: Submission) -> (OpenAPIDialect.MethodKey, PayloadFacts) {
        PayloadFacts.of(
            submission, in: dialect,
            project: PayloadProject(
                code: configuration.projectCode, offsetMilliseconds: configuration.offsetMilliseconds))
    }

    /// Tells the platform something, once.
    public func submit(_ submission: Submission) async -> SubmissionAnswer {
        let reply: OpenAPIReply
        do {
            if let made = taken(submission) {
                reply = await post(made.method, made.data)
            } else {
                let (method, facts) = facts(of: submission)
                reply = try await call(method, facts)
            }
        } catch {
            return .refused(
                PlatformRefusal(
                    code: PlatformRefusal.localCode, words: "[\(error.name)]不能为空", cause: .record))
        }
        switch reply {
        case .accepted(let data):
            let receipt = data?["requestSerialCode"]?.scalarText ?? ""
            guard receipt.utf8.count <= 200 else { return .unknown(words: "the receipt is too long") }
            if !receipt.isEmpty { return .received(receipt: receipt) }
            return .taken(number: data?["teamSysNo"]?.wholeNumber)
        case .takenBefore(let number): return .taken(number: number)
        case .refused(let refusal): return .refused(refusal)
        case .stopped(let refusal): return .stopped(refusal)
        case .later(let delay): return .later(delay)
        case .open(let reason): return .unknown(words: reason)
        }
    }

    /// Asks what became of a receipt.
    public func verdict(on receipt: String) async -> VerdictAnswer {
        var facts = PayloadFacts()
        facts.shared[.receipt] = .text(receipt)
        switch await ask(.receipt, facts) {
        case .accepted(let data):
            let told = data?["requestSerialCode"]?.scalarText ?? ""
            guard told.isEmpty || told == receipt else {
                return .unknown(words: "the answer is about another receipt")
            }
            return verdict(data)
        case .takenBefore(let number): return .taken(number: number)
        // The one parameter is the receipt. A code that nobody documented says nothing of it.
        case .refused(let refusal):
            return dialect.codes[refusal.code] == .record ? .foreign : .unknown(words: "code \(refusal.code)")
        case .stopped(let refusal): return .stopped(refusal)
        case .later(let delay): return .later(delay)
        case .open(let reason): return .unknown(words: reason)
        }
    }

    private func verdict(_ data: JSONValue?) -> VerdictAnswer {
        guard let state = data?["status"]?.scalarText.flatMap({ dialect.receiptStates[$0] }) else {
            return .unknown(words: "the answer has no state of the receipt")
        }
        let result = data?["result"]
        switch state {
        case .pending: return .pending
        case .done:
            let inner = result?.text.flatMap { JSONValue($0.utf8) } ?? result
            return .taken(number: (inner?.elements?.first ?? inner)?["teamSysNo"]?.wholeNumber)
        case .failed:
            let words = String((result?.scalarText ?? "").prefix(OpenAPIReply.wordLimit))
            switch OpenAPIReply.ofWords(words, code: "10", date: nil, dialect: dialect) {
            case .takenBefore(let number): return .taken(number: number)
            case .refused(let refusal): return .refused(refusal)
            case .stopped(let refusal): return .stopped(refusal)
            // The platform broke down over it: what it holds has to be asked.
            case .accepted, .later, .open: return .foreign
            }
        }
    }

    /// Signs and posts one call.
    ///
    /// - Throws: a field that the platform demands and the site does not know; then nothing was sent.
    func call(_ key: OpenAPIDialect.MethodKey, _ facts: PayloadFacts) async throws(MissingField)
        -> OpenAPIReply
    {
        await post(key, try data(of: key, facts))
    }

    private func data(
        of key: OpenAPIDialect.MethodKey, _ facts: PayloadFacts
    ) throws(MissingField) -> String {
        var facts = facts
        facts.shared[.projectCode] = .text(configuration.projectCode)
        return try dialect.method(key).data.text(facts, secret: configuration.secret)
    }

    private func post(_ key: OpenAPIDialect.MethodKey, _ data: String) async -> OpenAPIReply {
        let envelope = OpenAPIEnvelope(
            method: dialect.method(key).name, version: dialect.version, appID: configuration.appID,
            data: data,
            timestamp: OpenAPIEnvelope.timestamp(
                clock.now().wall, offsetMilliseconds: configuration.offsetMilliseconds),
            nonce: OpenAPIEnvelope.freshNonce(), secret: configuration.secret)
        let outcome = await exchange.post(envelope.form)
        return OpenAPIReply(outcome, dialect: dialect, now: clock.now().wall)
    }

    /// A question whose facts are all there.
    func ask(_ key: OpenAPIDialect.MethodKey, _ facts: PayloadFacts) async -> OpenAPIReply {
        do {
            return try await call(key, facts)
        } catch {
            return .open(reason: "[\(error.name)] is empty")
        }
    }
}

extension OpenAPIPlatform: CustomStringConvertible {
    public var description: String { configuration.description }
}
