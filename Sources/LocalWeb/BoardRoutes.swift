import HTTPTypes
import Hummingbird
import NIOCore

/// The pages of the board: `/`, its style and script, `/events`, `/health`, `/metrics`.
struct BoardRoutes {
    let board: LiveBoard

    func router(hostCheck: HostCheck) -> Router<WebContext> {
        let router = Router(context: WebContext.self)
        router.add(middleware: SecurityHeaders(hostCheck: hostCheck))
        router.get("/") { _, _ in visit() }
        router.head("/") { _, _ in visit().createHeadResponse() }
        router.get("/health") { _, _ in health() }
        router.head("/health") { _, _ in health().createHeadResponse() }
        router.get("/metrics") { _, _ in
            Response.bytes(MetricsReport(board.snapshot()).bytes, type: MetricsReport.contentType)
        }
        router.get("/board.css") { _, _ in
            Response.bytes(PackageResources.board_css, type: "text/css; charset=utf-8")
        }
        router.get("/board.js") { _, _ in
            Response.bytes(PackageResources.board_js, type: "text/javascript; charset=utf-8")
        }
        // Browsers ask for it unasked; "not found" would stand in every log.
        router.get("/favicon.ico") { _, _ in Response(status: .noContent) }
        router.get("/events") { _, context in try await stream(over: context.channel) }
        return router
    }

    private func visit() -> Response {
        Response.bytes(Array(board.page.html(board.snapshot()).utf8), type: "text/html; charset=utf-8")
    }

    private func health() -> Response {
        let report = HealthReport(snapshot: board.snapshot())
        return .bytes(
            report.json, type: "application/json",
            report.grade == .failed ? .serviceUnavailable : .ok)
    }

    private func stream(over channel: any Channel) async throws -> Response {
        guard let stream = board.openStream() else { throw HTTPError(.serviceUnavailable) }
        // A browser that goes away closes its end; take the whole connection down then, and free the place at
        // once instead of at the next heartbeat.
        channel.closeFuture.whenComplete { [board] _ in board.close(stream) }
        try await channel.setOption(.allowRemoteHalfClosure, value: false).get()
        let body = ResponseBody { [board] writer in
            defer { board.close(stream) }
            try await writer.write(
                ByteBuffer(
                    string: EventText.opening()
                        + EventText.event("version", id: 0, data: board.page.version)))
            var sent = -1
            for await _ in stream.ticks {
                let (text, revision) = board.events(after: sent)
                sent = revision
                try await writer.write(ByteBuffer(string: text))
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream; charset=utf-8"], body: body)
    }
}
