import SiteModel

/// Bytes that wait to become a frame: appended at the end, taken from the front, moved once per input.
///
/// Every byte leaves by one of two doors, as part of a frame or discarded with a reason, so the byte accounts
/// of a driver are right by construction. Offsets count from the first byte that has not left.
struct PendingBytes: Sendable {
    private var bytes: [UInt8] = []
    private var front = 0
    /// Bytes that left inside whole frames since this was made.
    private(set) var framedByteCount = 0
    /// Bytes that have left are overwritten with zeros: for protocols that carry personal data.
    private let erases: Bool

    init(erases: Bool = false) {
        self.erases = erases
    }

    var count: Int { bytes.count - front }

    subscript(offset: Int) -> UInt8 { bytes[front + offset] }

    /// A copy of some bytes; the range must lie within `count`.
    func copy(_ range: Range<Int>) -> [UInt8] {
        Array(bytes[(front + range.lowerBound)..<(front + range.upperBound)])
    }

    /// XOR of some bytes; the range must lie within `count`.
    func exclusiveOr(_ range: Range<Int>) -> UInt8 {
        var sum: UInt8 = 0
        for index in (front + range.lowerBound)..<(front + range.upperBound) { sum ^= bytes[index] }
        return sum
    }

    mutating func append(_ new: [UInt8]) {
        if bytes.isEmpty, !erases {
            bytes = new  // shares the caller's storage: no copy of a large chunk
        } else {
            bytes.append(contentsOf: new)
        }
    }

    /// The first bytes were a frame.
    mutating func takeFrame(_ byteCount: Int) {
        leave(byteCount)
        framedByteCount += byteCount
    }

    /// The first bytes were nothing. Follows a discard of the same reason at the end of `outputs` by adding
    /// to it, so that a flood of noise gives few outputs.
    mutating func discard(_ byteCount: Int, _ reason: DiscardReason, _ outputs: inout [DriverOutput]) {
        leave(byteCount)
        outputs.discard(byteCount, reason)
    }

    /// Gives up the room of all bytes that have left; called once at the end of each input.
    mutating func compact() {
        guard front > 0 else { return }
        if erases {
            for index in 0..<front { bytes[index] = 0 }
        }
        bytes = count == 0 ? [] : Array(bytes[front...])
        front = 0
    }

    private mutating func leave(_ byteCount: Int) {
        precondition(byteCount <= count, "more bytes leave than are pending")
        front += byteCount
    }
}

extension [DriverOutput] {
    /// Adds to the discard at the end when it has the same reason.
    mutating func discard(_ byteCount: Int, _ reason: DiscardReason) {
        guard byteCount > 0 else { return }
        if case .discarded(reason, let before) = last {
            self[count - 1] = .discarded(reason, byteCount: before + byteCount)
        } else {
            append(.discarded(reason, byteCount: byteCount))
        }
    }
}
