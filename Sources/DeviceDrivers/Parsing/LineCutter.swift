import SiteModel

/// Finds the lines in pending bytes: any number of bytes up to CR or LF.
///
/// A line of more than `limit` bytes is discarded with its end, however it comes in pieces, so that its tail
/// never passes for a line. Empty lines (CR and LF together) leave as frames.
struct LineCutter: Sendable {
    let limit: Int
    private var isSkipping = false

    init(limit: Int) {
        self.limit = limit
    }

    /// How many bytes stand before the end of the first line, which is one byte more; nil to wait for more.
    /// The caller takes or discards line and end.
    mutating func next(_ pending: inout PendingBytes, _ outputs: inout [DriverOutput]) -> Int? {
        while pending.count > 0 {
            guard let end = (0..<pending.count).first(where: { Self.isEnd(pending[$0]) }) else {
                guard isSkipping || pending.count > limit else { return nil }
                isSkipping = true
                pending.discard(pending.count, .tooLong, &outputs)
                return nil
            }
            if isSkipping || end > limit {
                isSkipping = false
                pending.discard(end + 1, .tooLong, &outputs)
            } else if end == 0 {
                pending.takeFrame(1)
            } else {
                return end
            }
        }
        return nil
    }

    /// Drops what waits: the line was opened anew, or its rest did not come in time.
    mutating func giveUp(_ pending: inout PendingBytes, _ outputs: inout [DriverOutput]) {
        isSkipping = false
        pending.discard(pending.count, .incomplete, &outputs)
    }

    /// Something of a line has come, or is being passed over.
    func isWithin(_ pending: PendingBytes) -> Bool { pending.count > 0 || isSkipping }

    private static func isEnd(_ byte: UInt8) -> Bool { byte == 0x0D || byte == 0x0A }
}
