import DeviceDrivers
import ServiceLifecycle
public import SiteModel
import Synchronization

/// When people come and go: from minute to minute of the day in site time, over midnight where it ends before
/// it begins.
public struct OpeningHours: Sendable, Hashable {
    private let begin: Int
    private let end: Int

    /// Reads `06:00-19:30`; nil for anything else, and where both ends are the same.
    public init?(text: String) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(Self.minute)
        guard ends.count == 2, let begin = ends[0], let end = ends[1], begin != end else { return nil }
        (self.begin, self.end) = (begin, end)
    }

    public func contains(_ instant: UTCInstant, offsetMilliseconds: Int64) -> Bool {
        let dayMinutes: Int64 = 1_440
        let minutes = (instant.milliseconds + offsetMilliseconds) / 60_000 % dayMinutes
        let minute = Int((minutes + dayMinutes) % dayMinutes)
        return begin < end ? (begin..<end).contains(minute) : minute >= begin || minute < end
    }

    private static func minute(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.allSatisfy(\.isWholeNumber) }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour <= 24, minute < 60,
            hour * 60 + minute <= 1_440
        else { return nil }
        return hour * 60 + minute
    }
}

/// Readers that cannot be asked whether they live and that nothing came from for too long while people come
/// and go: plugged in, and perhaps broken.
///
/// Time counts within the opening hours only, from the start of the service; anything that a reader sends
/// ends it.
final class QuietReaders: Sendable {
    private struct Watched {
        var traffic = -1
        var quiet = Duration.zero
        /// Since when it counts as quiet.
        var since: ClockReading?
    }

    /// Nil: no reader ever counts as quiet.
    private let hours: OpeningHours?
    private let limit: Duration
    private let offsetMilliseconds: Int64
    private let state = Mutex<(readers: [ReaderName: Watched], lookedAt: Uptime?)>(([:], nil))

    init(hours: OpeningHours?, limit: Duration, offsetMilliseconds: Int64) {
        self.hours = hours
        self.limit = limit
        self.offsetMilliseconds = offsetMilliseconds
    }

    convenience init(_ site: Configuration.Site) {
        self.init(
            hours: site.openingHours, limit: site.quietAfter, offsetMilliseconds: site.offsetMilliseconds)
    }

    /// Looks at all readers, now and again.
    ///
    /// - Parameter now: the true time, as well as it is known.
    /// - Returns: what began and what is over, for the ledger.
    func look(at statuses: [DeviceStatus], now: UTCInstant, _ reading: ClockReading) -> [ReaderGap] {
        guard let hours else { return [] }
        let isOpen = hours.contains(now, offsetMilliseconds: offsetMilliseconds)
        return state.withLock { state in
            let passed = state.lookedAt.map { reading.uptime - $0 } ?? .zero
            state.lookedAt = reading.uptime
            return statuses.compactMap { status -> ReaderGap? in
                guard let name = status.silentlyReading else { return nil }
                var watched = state.readers[name] ?? Watched()
                defer { state.readers[name] = watched }
                let isOnline = status.state == .online
                guard status.traffic == watched.traffic, isOnline else {
                    let since = watched.since
                    watched = Watched(traffic: status.traffic)
                    return since.map { Self.gap(name, $0, until: reading.uptime) }
                }
                if isOpen { watched.quiet += passed }
                guard watched.quiet >= limit, watched.since == nil else { return nil }
                watched.since = reading
                return Self.gap(name, reading, until: nil)
            }
        }
    }

    /// The statuses as people shall see them: a quiet reader is silent.
    func marked(_ statuses: [DeviceStatus]) -> [DeviceStatus] {
        let quiet = state.withLock { state in state.readers.filter { $0.value.since != nil } }
        guard !quiet.isEmpty else { return statuses }
        return statuses.map { status in
            guard let name = status.silentlyReading, quiet[name] != nil, status.state == .online else {
                return status
            }
            var marked = status
            marked.state = .silent
            marked.detail = "nothing came for \(limit.text) of the opening hours: show it a card"
            return marked
        }
    }

    private static func gap(_ name: ReaderName, _ since: ClockReading, until: Uptime?) -> ReaderGap {
        ReaderGap(
            reader: name, reason: .quiet, sinceWall: since.wall, since: since.uptime, until: until)
    }
}

extension DeviceStatus {
    /// Anything that came from it.
    fileprivate var traffic: Int { reads + discards.values.reduce(0, +) }

    /// Of a reader that is not asked, or has never answered: its silence says nothing by itself. Nil for all
    /// others.
    fileprivate var silentlyReading: ReaderName? {
        let isPolled = DriverCatalogue.all.first { $0.name == driver }?.isPolled ?? true
        return isBarrier || isPolled || answers ? nil : ReaderName(lane: lane, reader: name)
    }
}

/// Once a minute: which readers have become quiet, and which are heard again.
struct QuietWatch: Service {
    let quiet: QuietReaders
    let statuses: @Sendable () -> [DeviceStatus]
    let journal: EventJournal
    let time: SiteTime

    func run() async throws {
        await retryUntilShutdown(every: .seconds(60)) {
            let reading = time.now()
            let gaps = quiet.look(at: statuses(), now: time.instant(of: reading), reading)
            guard !gaps.isEmpty else { return }
            await journal.write(gaps.map { EntryDraft($0, kind: .readerGap, clock: reading) })
        }
    }
}
