import Foundation
import Testing

@testable import SiteModel

struct ChronyProbeTests {
    @Test func aPidFileAloneIsNoDaemon() throws {
        let path = NSTemporaryDirectory() + "chronyd-\(UUID().uuidString).pid"
        // try?: a file that is gone is as good.
        defer { try? FileManager.default.removeItem(atPath: path) }
        let probe = ChronyProbe(pidPaths: [path])
        #expect(!probe.isRunning(at: Uptime(milliseconds: 0)), "no file")
        // This process lives and is another program; none has the number 0, or one beyond what Linux gives.
        let texts = ["\(ProcessInfo.processInfo.processIdentifier)\n", "0\n", "4194305\n", "-1\n", "x", ""]
        for (number, text) in texts.enumerated() {
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            #expect(!probe.isRunning(at: Uptime(milliseconds: Int64(number + 1) * 10_000)), "\(text)")
        }
    }
}
