import SiteModel

/// The readers of one line that read nothing at present. A gap keeps the reason it began with.
struct GapBook {
    private var open: [ReaderName: ReaderGap] = [:]

    /// One of these readers reads nothing at present.
    func hasOpen(_ readers: [ReaderName]) -> Bool { readers.contains { open[$0] != nil } }

    mutating func begin(
        _ readers: [ReaderName], _ reason: ReaderGapReason, at reading: ClockReading
    ) -> [DeviceEvent] {
        readers.filter { open[$0] == nil }.map { reader in
            let gap = ReaderGap(
                reader: reader, reason: reason, sinceWall: reading.wall, since: reading.uptime, until: nil)
            open[reader] = gap
            return .gapBegan(gap)
        }
    }

    mutating func end(_ readers: [ReaderName], at uptime: Uptime) -> [DeviceEvent] {
        readers.compactMap { open.removeValue(forKey: $0) }.map { gap in
            .gapEnded(
                ReaderGap(
                    reader: gap.reader, reason: gap.reason, sinceWall: gap.sinceWall, since: gap.since,
                    until: uptime))
        }
    }
}
