import SiteModel

/// What `GET /metrics` tells a collector, in the text format of Prometheus 0.0.4. No personal data, no
/// credential, no port.
struct MetricsReport {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    let snapshot: BoardSnapshot
    private var lines: [String] = []

    init(_ snapshot: BoardSnapshot) {
        self.snapshot = snapshot
        appendSite()
        appendClocks()
        appendDevices(snapshot.devices.filter { !$0.isBarrier })
        appendBarriers(snapshot.devices.filter(\.isBarrier))
    }

    var bytes: [UInt8] { Array((lines.joined(separator: "\n") + "\n").utf8) }

    private mutating func appendSite() {
        let grade = HealthReport(snapshot: snapshot).grade
        gauge("muster_healthy", "1 when nothing is wrong.", [("", grade == .ok ? 1 : 0)])
        gauge(
            "muster_ledger_working", "1 while records are written.",
            [("", snapshot.ledgerFailure == nil ? 1 : 0)])
        counter(
            "muster_ledger_position", "Newest entry of the ledger.",
            [("", Int(snapshot.ledgerPosition.rawValue))])
        gauge(
            "muster_clock_synchronised", "1 when somebody vouches for the clock.",
            [("", snapshot.isClockSynchronised ? 1 : 0)])
        gauge(
            "muster_lanes_released", "1 while all lanes stand open for a fire alarm.",
            [("", snapshot.isReleased ? 1 : 0)])
        gauge("muster_on_site", "People on site.", [("", snapshot.onSiteCount)])
        gauge(
            "muster_reserve_waiting", "Leaving records that wait to be written.", [("", snapshot.lateCount)])
    }

    private mutating func appendClocks() {
        let label = { (stage: (name: String, count: Int)) in ("{stage=\"\(stage.name)\"}", stage.count) }
        gauge(
            "muster_changes_unconfirmed", "Changes by stage: warning 12 h, urgent 20 h, late 24 h.",
            snapshot.changes.named.map(label))
        gauge(
            "muster_enrolments_incomplete", "Enrolments by stage: warning 7 days, urgent 9, late 10.",
            snapshot.enrolments.named.map(label))
    }

    private mutating func appendDevices(_ readers: [DeviceStatus]) {
        gauge(
            "muster_reader_online", "1 when it is there and, where it can be asked, answers.",
            readers.map { (label($0), $0.state == .online ? 1 : 0) })
        counter("muster_reader_reads_total", "Credentials read.", readers.map { (label($0), $0.reads) })
        counter(
            "muster_reader_reconnects_total", "How often it came back after a gap.",
            readers.map { (label($0), $0.reconnects) })
        gauge(
            "muster_reader_last_read_seconds", "When a credential was read last, since 1970.",
            readers.compactMap { reader in
                reader.lastReadAt.map { (label(reader), Int($0.milliseconds / 1_000)) }
            })
        counter(
            "muster_reader_discarded_bytes_total", "Bytes passed over, by reason.",
            readers.flatMap { reader in
                // All reasons: a counter that appears with its first count hides that count.
                DiscardReason.allCases.map { reason in
                    (label(reader, ",reason=\"\(reason.rawValue)\""), reader.discards[reason] ?? 0)
                }
            })
    }

    private mutating func appendBarriers(_ barriers: [DeviceStatus]) {
        gauge(
            "muster_barrier_online", "1 when it is there and, where it can be asked, answers.",
            barriers.map { (label($0), $0.state == .online ? 1 : 0) })
        counter("muster_barrier_opened_total", "Orders to open.", barriers.map { (label($0), $0.pulses) })
        counter(
            "muster_barrier_failed_total", "Openings that it could not be told, or did not make.",
            barriers.map { (label($0), $0.failedPulses) })
        counter(
            "muster_barrier_reconnects_total", "How often it came back after a gap.",
            barriers.map { (label($0), $0.reconnects) })
    }

    private mutating func gauge(_ name: String, _ help: String, _ values: [(String, Int)]) {
        append(name, help, "gauge", values)
    }

    private mutating func counter(_ name: String, _ help: String, _ values: [(String, Int)]) {
        append(name, help, "counter", values)
    }

    private mutating func append(_ name: String, _ help: String, _ type: String, _ values: [(String, Int)]) {
        lines += ["# HELP \(name) \(help)", "# TYPE \(name) \(type)"]
        lines += values.map { "\(name)\($0.0) \($0.1)" }
    }

    private func label(_ device: DeviceStatus, _ more: String = "") -> String {
        "{lane=\"\(Self.escaped(device.lane))\",device=\"\(Self.escaped(device.name))\"\(more)}"
    }

    /// A label's value may hold anything but these three.
    private static func escaped(_ text: String) -> String {
        String(
            text.flatMap { character -> [Character] in
                switch character {
                case "\\": ["\\", "\\"]
                case "\"": ["\\", "\""]
                case "\n": ["\\", "n"]
                default: [character]
                }
            })
    }
}
