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
/// Keys of one moment are one report, at the kernel's own time: a service that gets no processor for a while
/// finds many keys at once and must not take that for a pause in the typing.
public struct KeyboardDevice: BytePort, PolledPort {
    let line: DescriptorPort

    /// - Throws: `PortError`; `.keyHeldDown` until no key is down, then nothing is open or grabbed.
    public static func open(path: String, on thread: PollThread) async throws(PortError) -> KeyboardDevice {
        let (descriptor, isStamped) = try await thread.slowCalls.result { openAndGrab(path) }.get()
        let eventByteCount = muster_input_event_byte_count()
        return KeyboardDevice(
            line: DescriptorPort(descriptor: descriptor, path: path, pending: [], thread: thread) {
                events, readAt in
                isStamped
                    ? reports(ofEvents: events, eventByteCount: eventByteCount, readAt: readAt)
                    : [.report(records(fromEvents: events, eventByteCount: eventByteCount), at: readAt)]
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

    /// A report for each run of events of one time stamp.
    ///
    /// The stamp stands before the record: seconds and microseconds, unsigned, half of it each.
    /// - Parameter readAt: no report is later, whatever the kernel says.
    static func reports(ofEvents events: [UInt8], eventByteCount: Int, readAt: Uptime) -> [PortInput] {
        let stampByteCount = eventByteCount - 8
        var reports: [PortInput] = []
        var begin = 0
        while begin + eventByteCount <= events.count {
            let stamp = events[begin..<begin + stampByteCount]
            var end = begin + eventByteCount
            while end + eventByteCount <= events.count, events[end..<end + stampByteCount] == stamp {
                end += eventByteCount
            }
            let run = Array(events[begin..<end])
            reports.append(
                .report(
                    records(fromEvents: run, eventByteCount: eventByteCount),
                    at: min(uptime(ofStamp: Array(stamp)), readAt)))
            begin = end
        }
        return reports
    }

    private static func uptime(ofStamp stamp: [UInt8]) -> Uptime {
        func value(_ bytes: ArraySlice<UInt8>) -> Int64 {
            #if _endian(little)
                bytes.reversed().reduce(0) { $0 << 8 | Int64($1) }
            #else
                bytes.reduce(0) { $0 << 8 | Int64($1) }
            #endif
        }
        let half = stamp.count / 2
        let microseconds = value(stamp[..<half]) &* 1_000_000 &+ value(stamp[half...])
        return Uptime(nanoseconds: microseconds &* 1_000)
    }

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

    /// - Returns: the descriptor, and whether its events bear the kernel's uptime.
    private static func openAndGrab(_ path: String) -> Result<(Int32, Bool), PortError> {
        let descriptor = Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            return .failure(PortError(operation: "open", path: path, code: errno))
        }
        // First: it empties the queue.
        let isStamped = muster_keyboard_stamp_uptime(descriptor) == 0
        let failure = grab(descriptor, path)
        if let failure {
            Glibc.close(descriptor)
            return .failure(failure)
        }
        return .success((descriptor, isStamped))
    }

    private static func grab(_ descriptor: Int32, _ path: String) -> PortError? {
        let keys = muster_keyboard_has_key_down(descriptor)
        guard keys >= 0 else { return PortError(operation: "reading keys", path: path, code: -keys) }
        guard keys == 0 else { return .keyHeldDown(path: path) }
        let code = muster_keyboard_grab(descriptor)
        return code == 0 ? nil : PortError(operation: "grab", path: path, code: code)
    }
}
