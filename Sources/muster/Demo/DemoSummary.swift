import AttendanceLedger
import SiteModel
import VirtualSite

/// What was shown against what was recorded: the demo is good when they agree.
struct DemoSummary {
    private let shown: DemoTraffic.Counts
    private let pulses: (entering: Int, leaving: Int)
    private let verification: LedgerVerification
    private var records = 0
    private var repeats = 0
    private var granted = 0
    private var opened = (entering: 0, leaving: 0)
    private var refusals: [DenialReason: Int] = [:]

    init(traffic: DemoTraffic.Counts, devices: DemoDevices, reader: LedgerReader) throws {
        shown = traffic
        pulses = (devices.relay.pulseCount(channel: 1), devices.relay.pulseCount(channel: 2))
        verification = try ledgerWork { () throws(LedgerError) in try reader.verify() }
        for entry in try Self.attendance(of: reader) { try count(entry) }
    }

    private static func attendance(of reader: LedgerReader) throws -> [LedgerEntry] {
        try ledgerWork { () throws(LedgerError) in try reader.newestAttendance(limit: 1_000_000) }
    }

    private mutating func count(_ entry: LedgerEntry) throws {
        let record = try AttendanceRecord(encoded: entry.body)
        guard entry.kind == .attendance else {
            repeats += 1
            return
        }
        records += 1
        if let reason = record.reason { refusals[reason, default: 0] += 1 } else { granted += 1 }
        guard record.isOpened else { return }
        if record.direction == .entering { opened.entering += 1 } else { opened.leaving += 1 }
    }

    var agrees: Bool {
        shown.entering + shown.leaving == records + repeats && pulses == opened && verification.isWhole
            && records > 0
    }

    var lines: [String] {
        let reasons = refusals.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.key.words.chinese) \($0.key.name) \($0.value)" }
        return [
            "cards shown      \(shown.entering + shown.leaving) "
                + "(\(shown.entering) entering, \(shown.leaving) leaving)",
            "records written  \(records) (\(granted) granted), repeats \(repeats)",
            "refusals         \(reasons.isEmpty ? "none" : reasons.joined(separator: ", "))",
            "relay pulses     \(pulses.entering) entering, \(pulses.leaving) leaving; "
                + "records that opened \(opened.entering), \(opened.leaving)",
            "chain            \(verification.words)",
            agrees ? "all counts agree" : "THE COUNTS DO NOT AGREE",
        ]
    }
}
