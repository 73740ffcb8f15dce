import MadeCertificates
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server on loopback that answers every call by one script, well or badly.
final class ScriptedServer: Sendable {
    enum Script: Sendable {
        /// The whole answer, as bytes of HTTP.
        case reply(String)
        /// Bytes in answer to the first that come, whatever they are.
        case greeting([UInt8])
        /// Takes the call and says nothing.
        case hang
        /// Takes the call, sends the text and resets the connection.
        case reset(after: String)
        /// One byte of the answer at a time, so slowly that it never ends.
        case slow(String)
    }

    private let channel: any Channel
    let port: Int
    private let ear: Ear

    /// Everything that was sent to it, in the clear.
    var heard: String { ear.text.withLock { $0 } }

    fileprivate final class Ear: Sendable {
        let text = Mutex("")
    }

    init(_ script: Script, tls: NIOSSLContext? = nil) async throws {
        let ear = Ear()
        self.ear = ear
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    try channel.pipeline.syncOperations.addHandler(ScriptHandler(script: script, ear: ear))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    func close() async throws { try await channel.close() }

    /// An answer of HTTP 200 with that body.
    static func ok(_ body: String, date: String = "Mon, 02 Mar 2026 07:31:05 GMT") -> Script {
        .reply("HTTP/1.1 200 OK\r\nDate: \(date)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let script: ScriptedServer.Script
    private let ear: ScriptedServer.Ear
    private var call = ""

    init(script: ScriptedServer.Script, ear: ScriptedServer.Ear) {
        self.script = script
        self.ear = ear
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let text = String(buffer: unwrapInboundIn(data))
        call += text
        ear.text.withLock { $0 += text }
        if case .greeting(let bytes) = script {
            return context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        }
        guard isWhole else { return }
        call = ""
        switch script {
        case .reply(let text): send(text, context: context)
        case .hang, .greeting: break
        case .slow(let text): drip(text[...], context: context)
        case .reset(let text):
            if !text.isEmpty { send(text, context: context) }
            // A linger of nothing turns the close into a reset.
            if let options = context.channel as? any SocketOptionProvider {
                _ = options.setSoLinger(linger(l_onoff: 1, l_linger: 0))
            }
            context.close(promise: nil)
        }
    }

    private func send(_ text: String, context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    private func drip(_ text: Substring, context: ChannelHandlerContext) {
        guard let first = text.first, context.channel.isActive else { return }
        send(String(first), context: context)
        context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(50)) {
            self.drip(text.dropFirst(), context: context)
        }
    }

    private var isWhole: Bool {
        if call.hasPrefix("CONNECT "), call.hasSuffix("\r\n\r\n") { return true }
        guard let end = call.firstRange(of: "\r\n\r\n"),
            let length = call.lowercased().firstMatch(of: /content-length: (\d+)/).flatMap({ Int($0.1) })
        else { return false }
        return call[end.upperBound...].utf8.count >= length
    }
}

extension MadeCertificate {
    /// - Parameters:
    ///   - client: whoever connects has to show this certificate.
    ///   - newest: that it speaks; nil: any.
    func serverContext(
        demanding client: MadeCertificate? = nil, upTo newest: TLSVersion? = nil
    ) throws -> NIOSSLContext {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(certificatePath).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: keyPath, format: .pem)))
        if let newest { (tls.minimumTLSVersion, tls.maximumTLSVersion) = (.tlsv1, newest) }
        if let client {
            tls.certificateVerification = .noHostnameVerification
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(client.certificatePath))
        }
        return try NIOSSLContext(configuration: tls)
    }
}
