import SiteModel

/// How the backlog of a platform stood at one moment.
struct BacklogSample: Sendable, Hashable {
    let at: UTCInstant
    /// Passes and changes that the platform has not answered for good.
    let waitingCount: Int64
    let confirmedCount: Int64
}

/// The samples of a day, in memory alone: 24 bytes each.
struct BacklogRing: Sendable {
    static let pause = Duration.seconds(10)
    /// 24 hours.
    static let limit = 8_640
    /// So many go at once, so that not every sample moves all others.
    private static let step = 360

    private(set) var samples: [BacklogSample] = []

    mutating func append(_ sample: BacklogSample) {
        samples.append(sample)
        if samples.count > Self.limit + Self.step { samples.removeFirst(Self.step) }
    }

    /// At most `count` of them, each the highest of its stretch: what was high stays high in a small drawing.
    func thinned(to count: Int) -> [BacklogSample] {
        let length = max(1, (samples.count + count - 1) / count)
        return stride(from: 0, to: samples.count, by: length).compactMap { start in
            samples[start..<min(start + length, samples.count)].max { $0.waitingCount < $1.waitingCount }
        }
    }

    /// Passes that were confirmed within the last minute of samples; nil before there are two.
    var confirmedInLastMinute: Int64? {
        guard let last = samples.last, samples.count > 1 else { return nil }
        let before = samples.last { last.at.milliseconds - $0.at.milliseconds >= 60_000 } ?? samples[0]
        return max(0, last.confirmedCount - before.confirmedCount)
    }
}
