import HTTPTypes
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import SiteModel

/// A national-style ("open.api") platform on a loopback address, written from the documents and independent
/// of the adapter that is tested against it.
///
/// `POST /open.api` is the platform; `/`, `/sandbox/…` show what it holds and make it misbehave.
public struct SandboxServer: Sendable {
    private let configuration: SandboxConfiguration
    private let book: PlatformBook
    private let faults: FaultPlan
    private let logger: Logger

    /// Opens the store; what was accepted before is there again.
    ///
    /// - Throws: `SandboxError.store`, also when another sandbox holds the store.
    public init(
        configuration: SandboxConfiguration, clock: any SiteClock, logger: Logger
    ) throws(SandboxError) {
        self.configuration = configuration
        self.logger = logger
        book = try PlatformBook(configuration: configuration, clock: clock)
        faults = FaultPlan(rules: configuration.faults, seed: configuration.seed)
    }

    /// Serves until SIGTERM or SIGINT; see `serve`.
    public func run(
        host: String, port: Int, onListening: @escaping @Sendable (Int) async -> Void
    ) async throws {
        try await serving(host, port) {
            try await application(host, port, onListening).runService()
        }
    }

    /// Serves until the task is cancelled.
    ///
    /// - Parameters:
    ///   - host: A loopback address: whoever can reach the sandbox can make it misbehave.
    ///   - port: 0 takes a free one.
    ///   - onListening: Called once with the port as bound.
    /// - Throws: `SandboxError.cannotListen`.
    public func serve(
        host: String, port: Int, onListening: @escaping @Sendable (Int) async -> Void
    ) async throws {
        try await serving(host, port) {
            try await application(host, port, onListening).run()
        }
    }

    private func serving(_ host: String, _ port: Int, _ body: () async throws -> Void) async throws {
        precondition(
            host == "localhost" || host == "::1" || host.hasPrefix("127."),
            "the sandbox listens on loopback only")
        do {
            try await body()
        } catch let error as IOError {
            throw SandboxError.cannotListen(on: "\(host):\(port)", code: error.errnoCode)
        }
    }

    private func application(
        _ host: String, _ port: Int, _ onListening: @escaping @Sendable (Int) async -> Void
    ) -> some ApplicationProtocol {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .notice)
        return Application(
            router: router(),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? port) },
            logger: quiet)
    }

    private func router() -> Router<SandboxContext> {
        let router = Router(context: SandboxContext.self)
        let door = PlatformDoor(book: book, faults: faults)
        router.post("/open.api") { request, context in try await door.answer(request, context) }
        SandboxRoutes(configuration: configuration, book: book, faults: faults).add(to: router)
        return router
    }
}

/// What a handler knows besides the request: the connection, to misbehave on it.
struct SandboxContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

extension Response {
    static func text(_ text: String, type: String, _ status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    static func json(_ text: String, _ status: HTTPResponse.Status = .ok) -> Response {
        .text(text, type: "application/json; charset=utf-8", status)
    }
}
