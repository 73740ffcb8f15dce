import CLinuxDevice
import Glibc
public import SiteModel

/// A serial line: UART, USB adapter, USB CDC device or pseudo terminal, in raw mode and for us alone.
///
/// Input is never flushed: what waits in the line at open is delivered first, marked
/// `isPendingFromBeforeOpen`. DTR and RTS are off, because relay boards click on them.
public struct SerialPort: BytePort, PolledPort {
    let line: DescriptorPort
    private let settings: SerialSettings

    /// - Throws: `PortError`; then nothing is open.
    public static func open(
        path: String, settings: SerialSettings, on thread: PollThread
    ) async throws(PortError) -> SerialPort {
        let opened = await thread.slowCalls.result { openLine(path: path, settings: settings) }
        let (descriptor, pending) = try opened.get()
        return SerialPort(
            line: DescriptorPort(descriptor: descriptor, path: path, pending: pending, thread: thread) {
                [.bytes($0, at: $1, isPendingFromBeforeOpen: false)]
            }, settings: settings)
    }

    public func write(_ bytes: [UInt8]) throws(PortError) { try line.write(bytes) }

    public func writeFeature(_ report: [UInt8]) throws(PortError) {
        throw .notSupported(operation: "feature report")
    }

    public func readFeature(id: UInt8, byteCount: Int) throws(PortError) {
        throw .notSupported(operation: "feature report")
    }

    /// Bytes that the kernel still has to send leave at the new speed: for half-duplex lines, after a reply.
    public func setBaud(_ baud: Int) throws(PortError) {
        let code = line.outbox.ifOpen { Self.configure($0, settings, baud: baud) }
        guard let code else { throw .closed }
        guard code == 0 else {
            throw PortError(operation: "line setting", path: line.path, code: code)
        }
    }

    private static func configure(_ descriptor: Int32, _ settings: SerialSettings, baud: Int) -> Int32 {
        let parity: Int32 =
            switch settings.parity {
            case .none: 0
            case .even: 1
            case .odd: 2
            }
        return muster_serial_configure(
            descriptor, UInt32(baud), Int32(settings.dataBits), parity, Int32(settings.stopBits))
    }

    private static func openLine(
        path: String, settings: SerialSettings
    ) -> Result<(Int32, [PortInput]), PortError> {
        let descriptor = Glibc.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            return .failure(PortError(operation: "open", path: path, code: errno))
        }
        let steps: [(String, () -> Int32)] = [
            ("lock", { muster_lock_descriptor(descriptor) }),
            ("line setting", { configure(descriptor, settings, baud: settings.baud) }),
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
