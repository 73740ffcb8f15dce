import CLinuxDevice
import Glibc
import SiteModel

/// A HID device without a keyboard's face: one read is one report, one write is one report.
///
/// Output goes through a thread of the device's own: the kernel waits for the USB transfer whatever the
/// descriptor's flags, and one board that hangs must not hold the lane of another.
public struct HIDRawDevice: BytePort, PolledPort {
    let line: DescriptorPort

    /// - Throws: `PortError`; then nothing is open.
    public static func open(path: String, on thread: PollThread) async throws(PortError) -> HIDRawDevice {
        let calls = SlowCallThread()
        do throws(PortError) {
            let descriptor = try await calls.result { openAndLock(path) }.get()
            let line = DescriptorPort(
                descriptor: descriptor, path: path, pending: [], thread: thread, ownCalls: calls
            ) { [.report($0, at: $1)] }
            return HIDRawDevice(line: line)
        } catch {
            calls.stop()
            throw error
        }
    }

    /// Queues one output report, its id first. A device that refuses it later ends the port, so that it is
    /// opened anew and its state is seen.
    public func write(_ bytes: [UInt8]) throws(PortError) {
        try queue(byteCount: bytes.count) { descriptor in
            bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) < 0 ? errno : 0 }
        }
    }

    /// As `write`, through the control pipe.
    public func writeFeature(_ report: [UInt8]) throws(PortError) {
        try queue(byteCount: report.count) { descriptor in
            muster_hidraw_set_feature(descriptor, report, report.count)
        }
    }

    /// A board that does not answer holds its thread for up to five seconds: ask no such board again.
    public func readFeature(id: UInt8, byteCount: Int) throws(PortError) {
        let inbox = line.inbox
        try queue(byteCount: byteCount) { descriptor in
            var report = [UInt8](repeating: 0, count: max(1, byteCount))
            report[0] = id
            let count = muster_hidraw_get_feature(descriptor, &report, report.count)
            // One that was pulled meanwhile shows itself at the next poll.
            inbox.deposit(.report(Array(report.prefix(max(0, Int(count)))), at: SystemSiteClock.uptime()))
            return 0
        }
    }

    public func setBaud(_ baud: Int) throws(PortError) { throw .notSupported(operation: "line setting") }

    /// The thread works in order and closes the descriptor too: a report queued while the port is open never
    /// meets a closed one.
    private func queue(
        byteCount: Int, _ call: @escaping @Sendable (Int32) -> Int32
    ) throws(PortError) {
        let calls = line.calls
        let inbox = line.inbox
        let isTaken = line.outbox.ifOpen { descriptor in
            calls.submit {
                let code = call(descriptor)
                if code != 0 { inbox.deposit(.closed(.failed(code: code))) }
            }
        }
        guard let isTaken else { throw .closed }
        guard isTaken else { throw .writeQueueFull(byteCount: byteCount) }
    }

    private static func openAndLock(_ path: String) -> Result<Int32, PortError> {
        let descriptor = Glibc.open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            return .failure(PortError(operation: "open", path: path, code: errno))
        }
        let code = muster_lock_descriptor(descriptor)
        if code != 0 {
            Glibc.close(descriptor)
            return .failure(PortError(operation: "lock", path: path, code: code))
        }
        return .success(descriptor)
    }
}
