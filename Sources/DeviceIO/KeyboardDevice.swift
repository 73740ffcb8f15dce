import CLinuxDevice
import Glibc
import SiteModel

/// A reader that types: an evdev node, grabbed before its first scan so that no console gets the keys.
///
/// Each read arrives as one `report` of n records of 8 bytes, the tail of the kernel's `struct input_event`:
///
///     offset   0..1        2..3        4..7
///              type        code        value      little-endian; type and code unsigned, value signed
///
/// The kernel's time stamp is left out: its clock and size differ between machines.
public struct KeyboardDevice: BytePort, PolledPort {
    let line: DescriptorPort

    /// - Throws: `PortError`; `.keyHeldDown` until no key is down, then nothing is open or grabbed.
    public static func open(path: String, on thread: PollThread) async throws(PortError) -> KeyboardDevice {
        let descriptor = try await thread.slowCalls.result { openAndGrab(path) }.get()
        return KeyboardDevice(
            line: DescriptorPort(descriptor: descriptor, path: path, pending: [], thread: thread) {
                .report(records(fromEvents: $0, eventByteCount: muster_input_event_byte_count()), at: $1)
            })
    }

    public func write(_ bytes: [UInt8]) throws(PortError) { throw .notSupported(operation: "write") }

    public func writeFeature(_ report: [UInt8]) throws(PortError) {
        throw .notSupported(operation: "feature report")
    }

    public func readFeature(id: UInt8, byteCount: Int) throws(PortError) {
        throw .notSupported(operation: "feature report")
    }

    public func setBaud(_ baud: Int) throws(PortError) { throw .notSupported(operation: "line setting") }

    /// The last 8 bytes of each event, as little-endian values; an incomplete event at the end is left out
    /// (the kernel never gives one).
    ///
    /// `eventByteCount` is 24 on 64-bit machines and 16 on 32-bit ones.
    static func records(fromEvents events: [UInt8], eventByteCount: Int) -> [UInt8] {
        var records: [UInt8] = []
        records.reserveCapacity(events.count / eventByteCount * 8)
        for end in stride(from: eventByteCount, through: events.count, by: eventByteCount) {
            #if _endian(little)
                records += events[(end - 8)..<end]
            #else
                records += events[(end - 8)..<(end - 6)].reversed()
                records += events[(end - 6)..<(end - 4)].reversed()
                records += events[(end - 4)..<end].reversed()
            #endif
        }
        return records
    }

    private static func openAndGrab(_ path: String) -> Result<Int32, PortError> {
        let descriptor = Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            return .failure(PortError(operation: "open", path: path, code: errno))
        }
        let failure = grab(descriptor, path)
        if let failure {
            Glibc.close(descriptor)
            return .failure(failure)
        }
        return .success(descriptor)
    }

    private static func grab(_ descriptor: Int32, _ path: String) -> PortError? {
        let keys = muster_keyboard_has_key_down(descriptor)
        guard keys >= 0 else { return PortError(operation: "reading keys", path: path, code: -keys) }
        guard keys == 0 else { return .keyHeldDown(path: path) }
        let code = muster_keyboard_grab(descriptor)
        return code == 0 ? nil : PortError(operation: "grab", path: path, code: code)
    }
}
