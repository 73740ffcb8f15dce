import DeviceDrivers
import DeviceSessions
import Testing

/// `muster device probe` against readers that somebody else wrote.
@Suite(
    .serialized, .timeLimit(.minutes(5)),
    .enabled(if: PeerProcess.isThere, "no Python with libosdp: set MUSTER_INTEROP_PYTHON"))
struct LibosdpProbeTests {
    @Test(arguments: [
        (reader: "1=plain", says: "vendor 5C23"),
        // With a key of its own it still says who it is in the clear.
        (reader: "1=404142434445464748494A4B4C4D4E4F", says: "vendor 5C23"),
        // An address that nobody guesses answers the one for everybody.
        (reader: "5=plain", says: "an OSDP device answers"),
    ])
    func aReaderIsFound(row: (reader: String, says: String)) async throws {
        let site = try PanelSite()
        let readers = try PeerProcess(link: site.path(), [row.reader])
        try await readers.waitUntilReady()
        let probe = DeviceProbe(path: site.path(), listening: .milliseconds(100))
        let report = try await probe.run { _, _ in }
        #expect(report.findings.map(\.driver) == ["osdp"], "\(report)")
        #expect(report.findings.first?.certainty == .certain)
        #expect(report.findings.first?.words.contains(row.says) == true, "\(report.findings)")
        withExtendedLifetime(readers) {}
    }
}
