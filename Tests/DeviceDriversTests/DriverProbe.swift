import SiteModel

@testable import DeviceDrivers

/// Feeds one driver and holds it to its promises after every input: the byte sum, and the bound of what
/// waits. Tests/Fuzzing uses it too.
struct DriverProbe {
    private(set) var driver: any DeviceDriver
    private(set) var outputs: [DriverOutput] = []
    private(set) var broken: String?
    private let link: DriverDescriptor.Link
    private let bound: Int
    private var receivedByteCount = 0
    private var discardedByteCount = 0

    /// - Parameter secrets: for the drivers of a bus.
    init(_ name: String, _ options: [String: String] = [:], secrets: DriverSecrets = .unread) throws {
        let descriptor = try DriverCatalogue.descriptor(name)
        let readers = descriptor.isBarrier ? [] : [options]
        driver =
            descriptor.bus == nil
            ? try DriverCatalogue.make(name, options: options)
            : try DriverCatalogue.make(
                name,
                on: DriverLine(
                    readers: readers, barriers: readers.isEmpty ? [options] : [], secrets: secrets))
        link = descriptor.link
        guard let bound = Self.bounds[name] else { preconditionFailure("no bound is known of \(name)") }
        self.bound = bound
    }

    /// As each driver's document states it.
    private static let bounds = [
        "resident-id-card": 2_406, "rdm6300": 13, "ascii-line": 521, "keyboard-wedge": 4_096 * 8,
        "binary-frame": 50, "wiegand-serial": 64, "vbar": 518, "hid-pos": 640, "hid-id-card": 2_406,
        "lcus-relay": 3, "modbus-relay": 36, "kmtronic-relay": 2, "numato-relay": 64, "hid-relay": 0,
        "att203": 6, "catrax": 18, "ac-atri-018": 4, "tpw-321": 35,
        "osdp": 512, "osdp-output": 512,
    ]

    var credentials: [Credential] {
        outputs.compactMap { if case .credential(let credential, _) = $0 { credential } else { nil } }
    }

    var sent: [[UInt8]] {
        outputs.compactMap { if case .send(let bytes) = $0 { bytes } else { nil } }
    }

    var statuses: [DriverStatus] {
        outputs.compactMap { if case .status(let status) = $0 { status } else { nil } }
    }

    var discards: [DiscardReason: Int] {
        outputs.reduce(into: [:]) {
            if case .discarded(let reason, let byteCount) = $1 { $0[reason, default: 0] += byteCount }
        }
    }

    mutating func feed(_ bytes: [UInt8], at milliseconds: Int64) {
        receivedByteCount += bytes.count
        handle(Capture.input(bytes, link), at: milliseconds)
    }

    mutating func handle(_ input: DriverInput, at milliseconds: Int64) {
        let new = driver.handle(input, at: Uptime(milliseconds: milliseconds))
        for case .discarded(_, let byteCount) in new { discardedByteCount += byteCount }
        outputs += new
        check(milliseconds)
    }

    /// Forgets what came out: for floods.
    mutating func forgetOutputs() { outputs = [] }

    private mutating func check(_ milliseconds: Int64) {
        let framed = (driver as? any FrameByteCounting)?.framedByteCount ?? 0
        let pending = driver.pendingByteCount
        if receivedByteCount != framed + discardedByteCount + pending, broken == nil {
            broken =
                "at \(milliseconds) ms: \(receivedByteCount) bytes came, \(framed) framed,"
                + " \(discardedByteCount) discarded, \(pending) pending"
        }
        if pending > bound, broken == nil {
            broken = "at \(milliseconds) ms: \(pending) bytes pending, bound \(bound)"
        }
    }
}

/// SplitMix64: small, seeded, the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            var word = next()
            for _ in 0..<min(8, count - bytes.count) {
                bytes.append(UInt8(truncatingIfNeeded: word))
                word >>= 8
            }
        }
        return bytes
    }
}
