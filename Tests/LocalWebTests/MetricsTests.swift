import SiteModel
import Testing

@testable import LocalWeb

/// What a collector is told.
struct MetricsTests {
    @Test func devicesAreCountedByNameAndReason() {
        var reader = DeviceStatus(
            lane: "北\"门\\", name: "in", isBarrier: false, direction: .entering, driver: "osdp",
            port: "/dev/serial/by-path/x", state: .silent)
        reader.reads = 41
        reader.reconnects = 2
        reader.lastReadAt = UTCInstant(milliseconds: 1_795_000_000_500)
        reader.discards = [.noise: 7]
        var barrier = DeviceStatus(
            lane: "south", name: "barrier", isBarrier: true, direction: .unknown, driver: "lcus-relay",
            port: "/dev/ttyUSB1", state: .online)
        (barrier.pulses, barrier.failedPulses) = (9, 1)
        let snapshot = BoardSnapshot(
            siteName: "测试", node: "gate", now: UTCInstant(milliseconds: 1_795_000_001_000),
            offsetMilliseconds: 0, isClockSynchronised: true, onSiteCount: 12, devices: [reader, barrier],
            ledgerPosition: LedgerSequence(99), isReleased: true,
            changes: StageCounts(inTime: 5, warning: 4, urgent: 3, late: 2),
            enrolments: StageCounts(warning: 7, late: 6))
        let lines = String(decoding: MetricsReport(snapshot).bytes, as: UTF8.self).split(separator: "\n")
        let north = #"{lane="北\"门\\",device="in""#
        for line in [
            "muster_lanes_released 1",
            "muster_healthy 0", "muster_ledger_working 1", "muster_ledger_position 99", "muster_on_site 12",
            "muster_reader_online\(north)} 0", "muster_reader_reads_total\(north)} 41",
            "muster_reader_reconnects_total\(north)} 2",
            "muster_reader_last_read_seconds\(north)} 1795000000",
            "muster_reader_discarded_bytes_total\(north),reason=\"noise\"} 7",
            "muster_reader_discarded_bytes_total\(north),reason=\"integrity\"} 0",
            #"muster_changes_unconfirmed{stage="in_time"} 5"#,
            #"muster_changes_unconfirmed{stage="warning"} 4"#,
            #"muster_changes_unconfirmed{stage="urgent"} 3"#, #"muster_changes_unconfirmed{stage="late"} 2"#,
            #"muster_enrolments_incomplete{stage="warning"} 7"#,
            #"muster_enrolments_incomplete{stage="late"} 6"#,
            #"muster_barrier_opened_total{lane="south",device="barrier"} 9"#,
            #"muster_barrier_failed_total{lane="south",device="barrier"} 1"#,
        ] {
            #expect(lines.contains(Substring(line)), "\(line)")
        }
        // Each name is announced once, and a port is nobody's business.
        let announced = lines.filter { $0.hasPrefix("# TYPE") }
        #expect(Set(announced).count == announced.count)
        #expect(!lines.contains { $0.contains("/dev/") })
    }
}
