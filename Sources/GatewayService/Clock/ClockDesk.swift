import AttendanceLedger
import SiteModel

/// Where a person vouches for the clock of the present boot.
struct ClockDesk: Sendable {
    static let nameLengthLimit = 64

    let ledger: LedgerWriter
    let time: SiteTime

    var report: ClockReport {
        let reading = time.now()
        return ClockReport(reading, time.corrected(reading))
    }

    /// Writes down that `name` vouches for the wall clock. It holds until somebody sets the clock or the
    /// machine boots again.
    func confirm(by name: String) async throws(EvidenceError) -> ClockReport {
        let reading = time.now()
        if let refusal = refusal(name, reading) { throw .refused(refusal) }
        let vouched = reading.vouched(by: .operator)
        do throws(LedgerError) {
            _ = try await ledger.append([
                EntryDraft(
                    ServiceMark(words: "confirmed by \(name)"), kind: .clockAnchor, clock: vouched)
            ])
        } catch {
            throw .ledger(error)
        }
        time.confirm(vouched)
        return report
    }

    private func refusal(_ name: String, _ reading: ClockReading) -> String? {
        guard !name.isEmpty, name.count <= Self.nameLengthLimit else {
            return "say who vouches: --by with 1 to \(Self.nameLengthLimit) characters"
        }
        guard !reading.synchronisation.isDisciplined else {
            return "the clock is synchronised by \(reading.synchronisation.name): nobody need vouch for it"
        }
        let advice = "set the clock first (timedatectl set-time), then confirm it"
        guard ClockHistory.plausible.contains(reading.wall) else {
            return "the clock says \(reading.wall.rfc3339), which cannot be; \(advice)"
        }
        let known = time.corrected(reading.vouched(by: .none))
        guard let bound = known.errorBound else { return nil }
        let difference = abs(reading.wall.milliseconds - known.instant.milliseconds)
        guard difference > (bound + ClockHistory.operatorBound).wholeMilliseconds else { return nil }
        return "the clock says \(reading.wall.rfc3339), but it was vouched for in this boot, and by that it "
            + "is \(known.instant.rfc3339); \(advice)"
    }
}

/// What the clock says and what is known of it, for people and for programs.
struct ClockReport: Sendable {
    private let reading: ClockReading
    private let corrected: CorrectedTime

    init(_ reading: ClockReading, _ corrected: CorrectedTime) {
        self.reading = reading
        self.corrected = corrected
    }

    var lines: [String] {
        let error = corrected.errorBound.map { "\($0.wholeMilliseconds) ms at the most" } ?? "not known"
        return [
            "wall       \(reading.wall.rfc3339)",
            "corrected  \(corrected.instant.rfc3339)",
            "error      \(error)",
            "basis      \(corrected.basis.name)",
            "by         \(reading.synchronisation.name)",
        ]
    }

    var json: JSONText {
        var json = JSONText()
        json.beginObject()
        json.member("wall", reading.wall.rfc3339)
        json.member("corrected_at", corrected.instant.rfc3339)
        json.member("error_ms", corrected.errorBound?.wholeMilliseconds)
        json.member("time_basis", corrected.basis.name)
        json.member("synchronised_by", reading.synchronisation.name)
        json.member("uptime_ms", reading.uptime.milliseconds)
        json.member("boot", reading.boot.description)
        json.endObject()
        return json
    }
}
