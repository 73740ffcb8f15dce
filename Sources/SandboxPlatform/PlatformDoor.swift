import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import ServiceLifecycle

/// `POST /open.api`: reads the form, lets the fault in force have its way, and sends the answer or what the
/// fault makes of it.
struct PlatformDoor: Sendable {
    /// Five workers with all pictures, URL-encoded, are below this.
    static let bodyLimit = 24 << 20
    /// Between two bytes of a slow answer.
    static let slowness = Duration.milliseconds(50)

    let book: PlatformBook
    let faults: FaultPlan

    func answer(_ request: Request, _ context: SandboxContext) async throws -> Response {
        var request = request
        let body = try await request.collectBody(upTo: Self.bodyLimit)
        let isForm = request.headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") ?? false
        guard isForm, let form = FormBody(body.readableBytesView) else {
            return .json(Answer(.parameter, "请求格式不正确").json)
        }
        guard let (fault, choice) = faults.draw(form["method"] ?? "") else {
            return .json(await book.answer(form).json)
        }
        if let refusal = fault.refusal {
            await book.countRequest(of: form)
            return .json(refusal.json)
        }
        return try await misbehave(fault, choice, form, context.channel)
    }

    private func misbehave(
        _ fault: FaultKind, _ choice: UInt64, _ form: FormBody, _ channel: any Channel
    ) async throws -> Response {
        if fault.reachesNoBook { await book.countRequest(of: form) }
        switch fault {
        case .http500: return .text("Internal Error\n", type: "text/plain", .internalServerError)
        case .captivePortal: return .text(Self.portal, type: "text/html; charset=utf-8")
        case .empty: return Response(status: .ok)
        case .hang:
            // Until the far end gives up, or the sandbox is stopped.
            try await channel.setOption(.allowRemoteHalfClosure, value: false).get()
            try await withTaskCancellationOrGracefulShutdownHandler {
                try await channel.closeFuture.get()
            } onCancelOrGracefulShutdown: {
                channel.close(promise: nil)
            }
            throw HTTPError(.gatewayTimeout)
        case .resetHead: return try await reset(channel)
        case .lose: return .json(await book.answer(form, twist: Twist(storesNothing: true)).json)
        case .foreignVerdict: return .json(await book.answer(form, twist: Twist(isForeign: true)).json)
        case .badRecord: return .json(await book.answer(form, twist: Twist(badElement: choice)).json)
        case .lateVerdict: return .json(await book.answer(form, twist: Twist(delay: .seconds(259_200))).json)
        case .drop:
            _ = await book.answer(form)
            try await channel.close()
            throw HTTPError(.badGateway)
        case .slow: return slow(await book.answer(form).json)
        case .resetBody: return half(await book.answer(form).json, channel)
        case .duplicateAnswer: return twice(await book.answer(form).json)
        default: return .json(await book.answer(form).json)
        }
    }

    private func slow(_ json: String) -> Response {
        let bytes = Array(json.utf8)
        let body = ResponseBody(contentLength: bytes.count) { writer in
            for byte in bytes {
                try await writer.write(ByteBuffer(bytes: [byte]))
                try await Task.sleep(for: Self.slowness)
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: Self.jsonHeaders, body: body)
    }

    private func half(_ json: String, _ channel: any Channel) -> Response {
        let bytes = Array(json.utf8)
        let body = ResponseBody(contentLength: bytes.count) { writer in
            try await writer.write(ByteBuffer(bytes: bytes.prefix(bytes.count / 2)))
            // Long enough for the half to leave before the reset overtakes it.
            try await Task.sleep(for: .milliseconds(100))
            _ = try await reset(channel)
        }
        return Response(status: .ok, headers: Self.jsonHeaders, body: body)
    }

    /// A whole second answer behind the first, in one go.
    private func twice(_ json: String) -> Response {
        let length = json.utf8.count
        let again = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(length)\r\n\r\n"
        let body = ResponseBody(contentLength: length) { writer in
            try await writer.write(ByteBuffer(string: json + again + json))
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: Self.jsonHeaders, body: body)
    }

    /// Closes so that the far end gets a reset in place of an end.
    private func reset(_ channel: any Channel) async throws -> Response {
        if let socket = channel as? any SocketOptionProvider {
            try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        try await channel.close()
        throw HTTPError(.badGateway)
    }

    private static let jsonHeaders: HTTPFields = [.contentType: "application/json; charset=utf-8"]
    private static let portal =
        "<!doctype html><title>登录</title><p>欢迎使用无线网络,请先登录。 Please log in to this network.</p>\n"
}
