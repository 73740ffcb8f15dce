import Hummingbird
public import Logging
import SiteModel
import Synchronization

/// The live board: renders the site's state and streams it to every open page.
///
/// - A stream carries the newest state, never a queue: what happens while a browser is slow is rendered once
///   more when it is ready. A waiting client costs one pending tick.
/// - Nothing is rendered while nobody looks.
/// - Bound: `streamLimit` open streams; one more is answered with 503.
public final class LiveBoard: Sendable {
    /// Streams that may be open at once.
    static let streamLimit = 64
    /// Between two renderings, so that a rush of swipes costs ten renderings a second and not thousands.
    static let renderGap = Duration.milliseconds(100)
    /// What no update announces (a reader's discards, a swipe that is fresh no longer) shows after this.
    static let refreshInterval = Duration.seconds(2)
    static let heartbeatInterval = Duration.seconds(15)

    let page: BoardPage
    let snapshot: @Sendable () -> BoardSnapshot
    private let follow: @Sendable (_ wake: @Sendable () -> Void) async throws -> Void
    private let sleep: @Sendable (Duration) async throws -> Void
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var sections: [BoardPage.Section: RenderedSection] = [:]
        /// Counts changes of the sections; the id of the events.
        var revision = 0
        /// Site time of the newest snapshot, as if it were UTC.
        var siteMilliseconds: Int64 = 0
        /// Snapshots are taken outside the lock: one that was begun before the shown one is dropped.
        var begunSnapshot = 0
        var shownSnapshot = 0
        var streams: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextStream = 1
        var isClosed = false
    }

    private struct RenderedSection {
        let html: String
        let revision: Int
    }

    /// - Parameters:
    ///   - snapshot: The state to show. Called on any thread, at most ten times a second and once for each
    ///     visit.
    ///   - follow: Calls `wake` whenever something may have changed, until it is cancelled:
    ///     `{ wake in for try await _ in ledger.tail(after: position) { wake() } }`.
    ///   - sleep: Waits; tests hand in their own.
    public init(
        snapshot: @escaping @Sendable () -> BoardSnapshot,
        follow: @escaping @Sendable (_ wake: @Sendable () -> Void) async throws -> Void, logger: Logger,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) throws {
        page = try BoardPage()
        self.snapshot = snapshot
        self.follow = follow
        self.sleep = sleep
        self.logger = logger
    }

    /// Keeps the streams up to date until it is cancelled.
    func run() async {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.followUpdates { wake.yield() } }
            group.addTask { await self.every(Self.refreshInterval) { wake.yield() } }
            group.addTask { await self.every(Self.heartbeatInterval) { self.tickAll() } }
            for await _ in wakes {
                if streamCount > 0 { refresh() }
                // try?: cancelled; the loop ends by itself.
                try? await sleep(Self.renderGap)
            }
            group.cancelAll()
        }
    }

    var streamCount: Int { state.withLock { $0.streams.count } }

    /// Opens a stream; nil when there are too many or the service stops. Whoever opened it closes it.
    func openStream() -> BoardStream? {
        let (ticks, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number: Int? = state.withLock { state in
            guard !state.isClosed, state.streams.count < Self.streamLimit else { return nil }
            let number = state.nextStream
            state.nextStream += 1
            state.streams[number] = continuation
            return number
        }
        guard let number else { return nil }
        // Nobody may have looked for hours: what is rendered then is old.
        refresh()
        continuation.yield()
        return BoardStream(number: number, ticks: ticks)
    }

    func close(_ stream: BoardStream) {
        state.withLock { $0.streams.removeValue(forKey: stream.number) }?.finish()
    }

    /// Ends every stream at once and refuses new ones: the service stops.
    func closeAllStreams() {
        let streams = state.withLock { state in
            state.isClosed = true
            defer { state.streams = [:] }
            return state.streams.values
        }
        for stream in streams { stream.finish() }
    }

    /// What a stream that has sent everything up to `revision` sends now: the sections that changed since, or
    /// a heartbeat.
    func events(after revision: Int) -> (text: String, revision: Int) {
        let (sections, newest, time) = state.withLock { ($0.sections, $0.revision, $0.siteMilliseconds) }
        guard newest > revision else {
            return (EventText.heartbeat(id: newest, siteMilliseconds: time), newest)
        }
        var text = ""
        for section in BoardPage.Section.allCases {
            guard let rendered = sections[section], rendered.revision > revision else { continue }
            text += EventText.event(section.rawValue, id: newest, data: rendered.html)
        }
        return (text + EventText.event("clock", id: newest, data: String(time)), newest)
    }

    /// Renders the present state and wakes the streams when it looks different.
    func refresh() {
        let begun = state.withLock { state in
            state.begunSnapshot += 1
            return state.begunSnapshot
        }
        let snapshot = snapshot()
        let rendered = BoardPage.Section.allCases.map { ($0, page.html(of: $0, snapshot)) }
        state.withLock { state in
            guard begun > state.shownSnapshot else { return }
            state.shownSnapshot = begun
            state.siteMilliseconds = snapshot.now.milliseconds + snapshot.offsetMilliseconds
            let changed = rendered.filter { state.sections[$0]?.html != $1 }
            guard !changed.isEmpty else { return }
            state.revision += 1
            for (section, html) in changed {
                state.sections[section] = RenderedSection(html: html, revision: state.revision)
            }
            for stream in state.streams.values { stream.yield() }
        }
    }

    private func tickAll() {
        for stream in state.withLock({ $0.streams.values }) { stream.yield() }
    }

    private func followUpdates(_ wake: @Sendable () -> Void) async {
        do {
            try await follow(wake)
        } catch is CancellationError {
            return
        } catch {
            // The board goes on: the refresh interval is then the only clock.
            logger.error("the board's updates ended", metadata: ["error": "\(error)"])
        }
    }

    private func every(_ interval: Duration, _ action: @Sendable () -> Void) async {
        // Sleeping throws when the task is cancelled.
        while (try? await sleep(interval)) != nil { action() }
    }
}

/// One open page.
struct BoardStream: Sendable {
    let number: Int
    /// An element when there may be something to send. At most one waits.
    let ticks: AsyncStream<Void>
}
