import CLinuxDevice
import Glibc
public import SiteModel

/// A serial line: UART, USB adapter, USB CDC device or pseudo terminal, in raw mode and for us alone.
///
/// Input is never flushed: what waits in the line at open is delivered first, marked
/// `isPendingFromBeforeOpen`. DTR and RTS are off, because relay boards click on them.
public struct SerialPort: BytePort, PolledPort {
    let line: DescriptorPort

    /// - Throws: `PortError`; then nothing is open.
    public static func open(
        path: String, settings: SerialSettings, on thread: PollThread
    ) async throws(PortError) -> SerialPort {
        let opened = await thread.slowCalls.result { openLine(path: path, settings: settings) }
        let (descriptor, pending) = try opened.get()
        return SerialPort(
            line: DescriptorPort(descriptor: descriptor, path: path, pending: pending, thread: thread) {
                .bytes($0, at: $1, isPendingFromBeforeOpen: false)
            })
    }

    public func write(_ bytes: [UInt8]) throws(PortError) { try line.write(bytes) }

    public func writeFeature(_ report: [UInt8]) throws(PortError) {
        throw .notSupported(operation: "feature report")
    }

    private static func openLine(
        path: String, settings: SerialSettings
    ) -> Result<(Int32, [PortInput]), PortError> {
        let descriptor = Glibc.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            return .failure(PortError(operation: "open", path: path, code: errno))
        }
        let parity: Int32 = [.none: 0, .even: 1, .odd: 2][settings.parity]!
        let steps: [(String, () -> Int32)] = [
            ("lock", { muster_lock_descriptor(descriptor) }),
            (
                "line setting",
                {
                    muster_serial_configure(
                        descriptor, UInt32(settings.baud), Int32(settings.dataBits), parity,
                        Int32(settings.stopBits))
                }
            ),
            ("exclusive use", { exclusiveUse(descriptor) }),
            ("modem lines", { muster_serial_modem_lines_off(descriptor) }),
        ]
        for (operation, step) in steps {
            let code = step()
            guard code == 0 else {
                Glibc.close(descriptor)
                return .failure(PortError(operation: operation, path: path, code: code))
            }
        }
        return .success((descriptor, pendingInput(descriptor)))
    }

    /// Where the driver does not know the mark (ENOTTY) the advisory lock alone must do.
    private static func exclusiveUse(_ descriptor: Int32) -> Int32 {
        let code = muster_serial_set_exclusive(descriptor, 1)
        return code == ENOTTY ? 0 : code
    }

    /// What waits in the line, up to the bound of the inbox. An error shows again at the first poll.
    private static func pendingInput(_ descriptor: Int32) -> [PortInput] {
        var inputs: [PortInput] = []
        var byteCount = 0
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while byteCount < Inbox.byteLimit {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            byteCount += count
            inputs.append(
                .bytes(
                    Array(buffer[0..<count]), at: SystemSiteClock.uptime(), isPendingFromBeforeOpen: true))
        }
        return inputs
    }
}
