import Glibc
import Logging
import SiteModel
import Testing

@testable import LocalWeb

@Suite struct LocalWebServerTests {
    @Test func everyAnswerIsLockedDown() async throws {
        try await withServer(Scene()) { port, _ in
            let rows = [
                ("GET /", "200 OK"), ("GET /board.css", "200 OK"), ("GET /board.js", "200 OK"),
                ("GET /health", "200 OK"), ("GET /favicon.ico", "204 No Content"),
                ("GET /missing", "404 Not Found"), ("GET /../etc/passwd", "404 Not Found"),
                ("POST /", "404 Not Found"),
            ]
            for (request, status) in rows {
                let answer = try await Connection.exchange(port: port, request)
                #expect(answer.hasPrefix("HTTP/1.1 \(status)\r\n"), "\(request): \(answer.prefix(80))")
                for header in [
                    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
                        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                    "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
                    "Cache-Control: no-store", "Cross-Origin-Resource-Policy: same-origin",
                ] {
                    #expect(answer.contains(header + "\r\n"), "\(request): \(header)")
                }
            }
        }
    }

    @Test func aHeadRequestGetsTheHeadAlone() async throws {
        try await withServer(Scene()) { port, _ in
            let answer = try await Connection.exchange(port: port, "HEAD /")
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.hasSuffix("\r\n\r\n"))
            #expect(!answer.contains("<html"))
        }
    }

    @Test func aForeignNameForThisMachineIsNotAnswered() async throws {
        try await withServer(Scene(), names: ["gate.local"]) { port, _ in
            for path in ["/", "/events", "/health", "/missing"] {
                let answer = try await Connection.exchange(port: port, "GET \(path)", host: "evil.example")
                #expect(answer.hasPrefix("HTTP/1.1 421 ") && !answer.contains("张"))
            }
            let known = try await Connection.exchange(port: port, "GET /", host: "gate.local:\(port)")
            #expect(known.hasPrefix("HTTP/1.1 200 OK"))
        }
    }

    @Test func healthAnswers503WhenTheLedgerFails() async throws {
        let scene = Scene { $0.ledgerFailure = BoardWords("磁盘已满", "The disk is full") }
        try await withServer(scene) { port, _ in
            let answer = try await Connection.exchange(port: port, "GET /health")
            #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.contains(#""status":"failed""#))
        }
    }

    @Test func aSwipeAppearsOnTheStreamByItself() async throws {
        let scene = Scene()
        try await withServer(scene) { port, _ in
            let (stream, opening) = try await Connection.stream(port: port, until: "event: clock")
            #expect(opening.contains("Content-Type: text/event-stream; charset=utf-8\r\n"))
            #expect(opening.contains("retry: 2000\n\n") && opening.contains("event: version\n"))
            scene.swipe(18_205, name: "赵六")
            let news = try await onThread { stream.read(until: "event: clock") }
            #expect(news.contains("赵*") && news.contains("#18205") && !news.contains("六"))
        }
    }

    @Test func the65thStreamIsRefusedAndAClosedOneMakesRoomAtOnce() async throws {
        try await withServer(Scene()) { port, board in
            var streams: [Connection] = []
            for _ in 0..<LiveBoard.streamLimit {
                streams.append(try await Connection.stream(port: port, until: "event: clock").0)
            }
            let refused = try await Connection.exchange(port: port, "GET /events")
            #expect(refused.hasPrefix("HTTP/1.1 503 "))
            let page = try await Connection.exchange(port: port, "GET /")
            #expect(page.hasPrefix("HTTP/1.1 200 "))
            streams.removeLast()
            // The server hears of it by itself, long before the next heartbeat; every look is a round trip.
            let deadline = ContinuousClock.now + .seconds(5)
            while board.streamCount == LiveBoard.streamLimit, ContinuousClock.now < deadline {
                _ = try await Connection.exchange(port: port, "GET /health")
            }
            let (_, again) = try await Connection.stream(port: port, until: "event: clock")
            #expect(again.hasPrefix("HTTP/1.1 200 OK"))
        }
    }

    /// One page that reads nothing, one that reads: the second sees every state, and the service still stops.
    @Test func aStuckPageHoldsNeitherOthersNorTheStop() async throws {
        let scene = Scene()
        var stopping = ContinuousClock.now
        var stuck: Connection?
        // Half a minute of patience is enough for a browser, not for a machine that runs all tests at once.
        try await withServer(scene, stallLimit: .seconds(3_600)) { port, board in
            stuck = try await onThread {
                let connection = try Connection(port: port, receiveBufferByteCount: 4_096)
                connection.send("GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                return connection
            }
            let (live, _) = try await Connection.stream(port: port, until: "event: clock")
            // 100 kB a state and more, as `"` grows to six bytes: all together twice what the kernel keeps
            // for the stuck page.
            let filler = String(repeating: "\"", count: 110)
            for round in 1...80 as ClosedRange<Int64> {
                scene.change { snapshot in
                    snapshot.devices = (1...100).map { index in
                        var device = Scene.snapshot().devices[0]
                        device.detail = "\(round) \(index) \(filler)"
                        return device
                    }
                    snapshot.ledgerPosition = LedgerSequence(round)
                }
                board.refresh()
                let news = try await onThread { live.read(until: "#\(round)<") }
                try #require(news.contains("#\(round)<"))
            }
            #expect(board.streamCount == 2)
            stopping = ContinuousClock.now
        }
        let stopDuration = withExtendedLifetime(stuck) { ContinuousClock.now - stopping }
        // The grace time is 0.5 s; the rest is for a machine that runs all tests at once.
        #expect(stopDuration < .seconds(5))
        #expect(stopDuration > .milliseconds(400), "the page was not stuck, so the test shows nothing")
    }

    @Test func aStopEndsTheStreamInOrder() async throws {
        var page: Connection?
        // Half a second of grace is enough for a browser, not for a machine that runs all tests at once.
        try await withServer(Scene(), stopGrace: .seconds(60)) { port, _ in
            page = try await Connection.stream(port: port, until: "event: clock").0
        }
        let rest = try await onThread { [page] in page?.read() }
        #expect(rest?.hasSuffix("0\r\n\r\n") == true, "the last chunk: nothing was cut off")
    }

    @Test func anAddressInUseIsSaidSo() async throws {
        try await withServer(Scene()) { port, _ in
            let second = LocalWebServer(
                board: try Scene().board(), address: ListenAddress(host: "127.0.0.1", port: port),
                logger: .init(label: "test"), onListening: { _ in Issue.record("it listens") })
            await #expect(throws: LocalWebError.cannotListen(on: "127.0.0.1:\(port)", code: EADDRINUSE)) {
                try await second.run()
            }
        }
    }
}
