import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import SiteModel
import Synchronization

/// What became of one HTTP call.
enum ExchangeOutcome: Sendable, Hashable {
    case answered(PlatformReply)
    /// Not one byte of the call left for the platform.
    case notSent(reason: String)
    /// The call began to leave and no whole answer came.
    case broken(reason: String)
}

struct PlatformReply: Sendable, Hashable {
    let status: Int
    let body: [UInt8]
    /// `Date` of the answer.
    var date: UTCInstant?
    /// `Retry-After` in seconds, at most a day.
    var retryAfter: Duration?
}

/// Posts calls to one platform: one connection, no redirects, no retry, everything bounded.
///
/// 10 s to connect and shake hands, 60 s for the whole call, 1 MiB of answer. An idle connection is closed
/// after 10 s, before servers close theirs, so that a call seldom meets a closing one.
final class PlatformExchange: Sendable {
    private let url: String
    private let client: HTTPClient
    private let inspector: CertificateInspector
    private let clock: any SiteClock
    private let wholeTimeout: TimeAmount

    static let replyByteCountLimit = 1 << 20

    /// - Throws: the key whose certificate, key or proxy cannot be used.
    init(
        _ configuration: PlatformConfiguration, clock: any SiteClock, wholeTimeout: TimeAmount = .seconds(60)
    ) throws(PlatformConfigurationError) {
        let tls = try configuration.trust.tlsConfiguration()
        let proxy = configuration.proxy.map {
            HTTPClient.Configuration.Proxy.server(host: $0.host, port: $0.port)
        }
        let inspector = CertificateInspector(trust: configuration.trust, tls: tls, proxy: proxy)
        var http = HTTPClient.Configuration(
            tlsConfiguration: tls,
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10)),
            connectionPool: .init(idleTimeout: .seconds(10), concurrentHTTP1ConnectionsPerHostSoftLimit: 1))
        http.connectionPool.retryConnectionEstablishment = false
        http.httpVersion = .http1Only
        http.proxy = proxy
        if !configuration.isPlainText {
            http.http1_1ConnectionDebugInitializer = { inspector.inspect($0) }
        }
        url = configuration.url
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: http)
        self.inspector = inspector
        self.clock = clock
        self.wholeTimeout = wholeTimeout
    }

    /// When the certificate last seen ends; nil before the first handshake and over http.
    var certificateEnd: UTCInstant? { inspector.seen?.end }

    func post(_ form: [UInt8]) async -> ExchangeOutcome {
        let collector = ReplyCollector(limit: Self.replyByteCountLimit)
        do {
            let request = try HTTPClient.Request(
                url: url, method: .POST,
                headers: [
                    "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
                    "Accept": "application/json", "User-Agent": "muster",
                ],
                body: .bytes(form))
            let task = client.execute(request: request, delegate: collector, deadline: .now() + wholeTimeout)
            return .answered(
                try await withTaskCancellationHandler {
                    try await task.get()
                } onCancel: {
                    task.cancel()
                })
        } catch {
            let reason = TransportFault.reason(of: error)
            guard !collector.hasBegun else { return .broken(reason: reason) }
            if error is IOError { return .notSent(reason: TransportFault.unreachable) }
            return .notSent(reason: await sentence(for: error) ?? reason)
        }
    }

    /// Ends the connection; the exchange is not used afterwards.
    func close() async {
        // try?: it was closed before.
        try? await client.shutdown()
    }

    /// Plain words for a handshake that failed: BoringSSL says only that it did, so the certificate is
    /// fetched once more, without sending anything, and looked at.
    private func sentence(for error: any Error) async -> String? {
        guard TransportFault.isOfHandshake(error) else { return nil }
        let now = clock.now().wall
        if let seen = inspector.seen, let words = seen.fault(at: now) { return words }
        guard let seen = await inspector.probe(url: url) else { return nil }
        return seen.fault(at: now) ?? TransportFault.untrusted
    }
}

/// Collects one answer and notes whether the call began to leave.
private final class ReplyCollector: HTTPClientResponseDelegate {
    typealias Response = PlatformReply

    private struct State {
        var hasBegun = false
        var head: HTTPResponseHead?
        var body: [UInt8] = []
    }

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    var hasBegun: Bool { state.withLock { $0.hasBegun } }

    func didSendRequestHead(task: HTTPClient.Task<Response>, _ head: HTTPRequestHead) {
        state.withLock { $0.hasBegun = true }
    }

    func didReceiveHead(
        task: HTTPClient.Task<Response>, _ head: HTTPResponseHead
    ) -> EventLoopFuture<Void> {
        state.withLock {
            $0.hasBegun = true
            $0.head = head
        }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(
        task: HTTPClient.Task<Response>, _ buffer: ByteBuffer
    ) -> EventLoopFuture<Void> {
        let isTooLong = state.withLock { state in
            guard state.body.count + buffer.readableBytes <= limit else { return true }
            state.body.append(contentsOf: buffer.readableBytesView)
            return false
        }
        guard isTooLong else { return task.eventLoop.makeSucceededVoidFuture() }
        return task.eventLoop.makeFailedFuture(TransportFault.tooLong)
    }

    func didFinishRequest(task: HTTPClient.Task<Response>) throws -> PlatformReply {
        let (head, body) = state.withLock { ($0.head, $0.body) }
        guard let head else { throw TransportFault.noHead }
        return PlatformReply(
            status: Int(head.status.code), body: body,
            date: head.headers.first(name: "Date").flatMap(HTTPDate.instant(reading:)),
            retryAfter: head.headers.first(name: "Retry-After").flatMap { Int64($0) }
                .map { .seconds(min(max(0, $0), 86_400)) })
    }
}

/// Transport errors in words without an address, a number or what the other side wrote.
enum TransportFault: Error {
    case tooLong
    case noHead
    case otherPin

    static let untrusted =
        "the platform's certificate is of no authority that this gateway trusts: "
        + "name its certificate authority (ca) or pin the certificate"

    static let unreachable = "connection refused or unreachable"

    static func isOfHandshake(_ error: any Error) -> Bool {
        switch error {
        case NIOSSLError.handshakeFailed: true
        default: false
        }
    }

    static func reason(of error: any Error) -> String {
        switch error {
        case TransportFault.tooLong: "the answer is longer than 1 MiB"
        case TransportFault.noHead: "the answer has no head"
        case TransportFault.otherPin: "the platform shows another certificate than the pinned one"
        case let error as HTTPClientError: reason(of: error)
        case let error as NIOConnectionError:
            error.connectionErrors.isEmpty
                ? "the platform's name is not found (DNS)" : unreachable
        case NIOSSLError.handshakeFailed: "the TLS handshake failed"
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            "the platform's certificate is for another host"
        case is NIOSSLError, is BoringSSLError: "TLS broke off"
        case is HTTPParserError: "the answer is no HTTP"
        case is IOError: "the connection broke"
        default: "the connection failed"
        }
    }

    private static func reason(of error: HTTPClientError) -> String {
        switch error {
        case .connectTimeout: "no connection within 10 s"
        case .tlsHandshakeTimeout: "no TLS handshake within 10 s"
        case .deadlineExceeded, .readTimeout: "no answer in time"
        case .remoteConnectionClosed: "the platform closed the connection"
        case .proxyAuthenticationRequired, .invalidProxyResponse, .httpProxyHandshakeTimeout:
            "the proxy does not let us through"
        case .cancelled: "cancelled"
        default: "the connection failed"
        }
    }
}
