import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import SiteModel

/// Answers the commands of this machine on a Unix domain socket, `STATE/muster.sock`, mode 0660: who may open
/// the file may ask.
public struct ControlServer: Sendable {
    /// Larger bodies are refused with 413. A roster of 100,000 workers has about 15 MB.
    public static let bodyLimitByteCount = 64 * 1_024 * 1_024
    static let connectionLimit = 32
    /// An import that has begun may end; the whole service has 5 s to stop.
    static let stopGrace = TimeAmount.seconds(2)

    private let path: String
    private let routes: [ControlRoute]
    private let logger: Logger
    private let onListening: @Sendable () async -> Void

    public init(
        path: String, routes: [ControlRoute], logger: Logger,
        onListening: @escaping @Sendable () async -> Void = {}
    ) {
        self.path = path
        self.routes = routes
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until the task is cancelled or the service group that runs it stops. The socket file is then
    /// removed.
    ///
    /// - Throws: `LocalWebError`; nothing was removed or bound then.
    public func run() async throws {
        // Only a socket that nobody answers is removed; that nobody binds in between is held by the ledger's
        // lock, which one process has.
        try UnixSocket.removeIfStale(path: path)
        let application = Application(
            router: router(), server: .boundedHTTP(stopGrace: Self.stopGrace),
            configuration: ApplicationConfiguration(
                address: .unixDomainSocket(path: path),
                availableConnectionsDelegate: .maximum(Self.connectionLimit, logger: logger)),
            onServerRunning: { [path, logger, onListening] _ in
                // Before this the umask rules, which never gives more than write for the owner.
                if chmod(path, 0o660) != 0 {
                    logger.error(
                        "the control socket keeps its mode",
                        metadata: ["path": "\(path)", "errno": "\(errno)"])
                }
                await onListening()
            },
            logger: logger.quiet)
        do {
            try await application.run()
        } catch let error as IOError {
            throw LocalWebError.cannotListen(on: path, code: error.errnoCode)
        }
        unlink(path)
    }

    private func router() -> Router<WebContext> {
        let router = Router(context: WebContext.self)
        for route in routes {
            router.on(RouterPath(route.path), method: route.method == .get ? .get : .post) { request, _ in
                try await Self.answer(request, by: route)
            }
        }
        return router
    }

    private static func answer(_ request: Request, by route: ControlRoute) async throws -> Response {
        let body = try await request.body.collect(upTo: bodyLimitByteCount)
        var query: [String: String] = [:]
        for (name, value) in request.uri.queryParameters { query[String(name)] = String(value) }
        let fileName = request.headers[.fileName].flatMap(PercentEncoding.decoded)
        let answer = await route.handler(
            ControlRequest(query: query, fileName: fileName, body: Array(body.readableBytesView)))
        return .bytes(answer.body, type: answer.contentType, HTTPResponse.Status(code: answer.status))
    }
}

extension HTTPField.Name {
    static let fileName = HTTPField.Name("X-File-Name")!
}
