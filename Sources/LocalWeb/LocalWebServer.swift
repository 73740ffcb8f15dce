import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore

/// Serves the live board, and the office where there is one, on a TCP address.
public struct LocalWebServer: Sendable {
    /// Connections accepted at once; more wait in the kernel's queue.
    static let connectionLimit = 256
    /// An open page's stream ends at once when the service stops; anything else gets this long.
    var stopGrace = Duration.milliseconds(500)
    /// A browser that accepts nothing for so long is gone or stuck.
    var stallLimit = Duration.seconds(30)

    /// Pages of a test.
    var morePages: @Sendable (Guarded) -> Void = { _ in }

    private let board: LiveBoard
    private let office: Office?
    private let address: ListenAddress
    private let names: [String]
    private let certificate: PageCertificate?
    private let logger: Logger
    private let onListening: @Sendable (ListenAddress) async -> Void

    /// - Parameters:
    ///   - names: Host names beside `localhost` by which a board on a loopback address may be asked for.
    ///   - certificate: Serves over TLS alone; nil: plain HTTP.
    ///   - onListening: Called once with the address as bound: port 0 has become the chosen one.
    public init(
        board: LiveBoard, office: Office? = nil, address: ListenAddress, names: [String] = [],
        certificate: PageCertificate? = nil, logger: Logger,
        onListening: @escaping @Sendable (ListenAddress) async -> Void
    ) {
        self.board = board
        self.office = office
        self.address = address
        self.names = names
        self.certificate = certificate
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until the task is cancelled or the service group that runs it stops; then streams end at once,
    /// and it returns within the grace time.
    ///
    /// - Throws: `LocalWebError.cannotListen` when the address cannot be bound.
    public func run() async throws {
        let board = board
        let router = BoardRoutes(board: board).router(hostCheck: HostCheck(address: address, names: names))
        if let office {
            let routes = OfficeRoutes(office: office, isSecure: certificate != nil, logger: logger)
            morePages(try routes.add(to: router))
        }
        let plain = HTTPServerBuilder.boundedHTTP(
            stallLimit: TimeAmount(stallLimit), stopGrace: TimeAmount(stopGrace)
        ) { board.closeAllStreams() }
        let application = Application(
            router: router,
            server: try certificate.map { try .tls(plain, tlsConfiguration: $0.tls) } ?? plain,
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port),
                availableConnectionsDelegate: .maximum(Self.connectionLimit, logger: logger)),
            onServerRunning: { [address, onListening] channel in
                let port = channel.localAddress?.port ?? address.port
                await onListening(ListenAddress(host: address.host, port: port))
            },
            logger: logger.quiet)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await board.run() }
                try await application.run()
                group.cancelAll()
            }
        } catch let error as IOError {
            throw LocalWebError.cannotListen(on: address.description, code: error.errnoCode)
        }
    }
}

/// Why the page or the control socket is not there. The gate itself works on.
public enum LocalWebError: Error, Equatable, CustomStringConvertible {
    /// `code` is the system's error: EADDRINUSE (another program listens there), EACCES (ports below 1024),
    /// EADDRNOTAVAIL (no such address on this machine).
    case cannotListen(on: String, code: Int32)
    /// Another service answers on this socket.
    case controlSocketInUse(path: String)
    /// Something that is no socket stands at the path. Move it away.
    case notASocket(path: String)
    /// A socket path holds at most 107 bytes. Choose a shorter state folder.
    case controlPathTooLong(path: String)

    public var description: String {
        switch self {
        case .cannotListen(let address, let code): "cannot listen on \(address): \(SystemCode(code).words)"
        case .controlSocketInUse(let path): "another service answers on \(path)"
        case .notASocket(let path): "\(path) is no socket: move it away"
        case .controlPathTooLong(let path): "\(path) is longer than 107 bytes: choose a shorter state folder"
        }
    }
}

extension HTTPServerBuilder {
    /// HTTP/1.1 with bounds: small headers, idle connections closed, and a service that can always stop.
    static func boundedHTTP(
        stallLimit: TimeAmount = .seconds(30), stopGrace: TimeAmount,
        onStop: @escaping @Sendable () -> Void = {}
    ) -> HTTPServerBuilder {
        .http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [
                    ConnectionGuard(stallLimit: stallLimit, stopGrace: stopGrace, onStop: onStop)
                ],
                idleTimeout: .seconds(60),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16 * 1_024, maxHeaderListSize: 32 * 1_024, maxHeaderFieldCount: 100)
            ))
    }
}

extension Logger {
    /// For the libraries beneath: what they call a notice at the least.
    var quiet: Logger {
        var logger = self
        logger.logLevel = max(logLevel, .notice)
        return logger
    }
}
