import SiteModel

/// Frames of the SAM_V security module, the same in every resident-ID reader.
///
///     request   AA AA AA 96 69   length   command  parameter   data   check
///     reply     AA AA AA 96 69   length   SW1 SW2 SW3          data   check
///               5 bytes          2        2 or 3               n      1
///
/// The length, big-endian, counts what follows it; the check is the XOR of the length, the words and the
/// data. Photo and fingerprints are binary and may hold the preamble. Source: the modules' command manual
/// (GA 467 modules), sections 1 to 4 of the collected description.
enum SAMFrame {
    static let preamble: [UInt8] = [0xAA, 0xAA, 0xAA, 0x96, 0x69]
    /// Preamble and length.
    static let headByteCount = 7
    /// A request without data has 3; text, photo and both fingerprints make 2,314.
    static let lengthRange = 3...2_400
    static let longestByteCount = headByteCount + lengthRange.upperBound
    /// Offsets from the start of a reply.
    static let statusOffset = 9
    static let dataOffset = 10

    /// A request without data.
    static func request(_ command: UInt8, _ parameter: UInt8) -> [UInt8] {
        let body: [UInt8] = [0x00, 0x03, command, parameter]
        return preamble + body + [body.reduce(0, ^)]
    }

    /// What the pending bytes begin with.
    enum Start {
        /// Nothing, or the beginning of a frame.
        case incomplete
        /// This many bytes that begin no frame.
        case noise(Int)
        /// A preamble with a length out of range or a check that does not fit: its first byte goes.
        case bad(DiscardReason)
        /// A frame whose length and check fit.
        case whole(byteCount: Int)
    }

    /// Work is linear in the bytes but for false preambles: each costs one pass over the length it claims, so
    /// at most 2,400 XORs for seven bytes.
    static func start(of pending: PendingBytes) -> Start {
        let noise = offsetOfPreamble(in: pending)
        guard noise == 0 else { return .noise(noise) }
        guard pending.count >= headByteCount else { return .incomplete }
        let length = Int(pending[5]) << 8 | Int(pending[6])
        guard lengthRange.contains(length) else { return .bad(.malformed) }
        let byteCount = headByteCount + length
        guard pending.count >= byteCount else { return .incomplete }
        // The check included, all bytes after the preamble give zero.
        guard pending.exclusiveOr(preamble.count..<byteCount) == 0 else {
            return .bad(.integrityCheckFailed)
        }
        return .whole(byteCount: byteCount)
    }

    /// Where a preamble begins, whole or cut off by the end of what is there.
    private static func offsetOfPreamble(in pending: PendingBytes) -> Int {
        for offset in 0..<pending.count where pending[offset] == preamble[0] {
            let there = min(preamble.count, pending.count - offset)
            if (0..<there).allSatisfy({ pending[offset + $0] == preamble[$0] }) { return offset }
        }
        return pending.count
    }
}

/// Text, photo and where they lie in a successful reply to "read base information" (30 01) or "… with
/// fingerprints" (30 10).
///
///     offset   10           12            14 or 16        then
///              text length  photo length  text, 256       photo, up to 1,024, then fingerprints
///
/// With fingerprints a third length stands before the text.
struct SAMCardContent {
    let text: Range<Int>
    let photo: Range<Int>

    /// Nil when the lengths inside do not add up to the length of the frame.
    init?(_ pending: PendingBytes, byteCount: Int) {
        let dataByteCount = byteCount - SAMFrame.dataOffset - 1
        guard dataByteCount >= 4 else { return nil }
        func word(at offset: Int) -> Int { Int(pending[offset]) << 8 | Int(pending[offset + 1]) }
        let textByteCount = word(at: SAMFrame.dataOffset)
        let photoByteCount = word(at: SAMFrame.dataOffset + 2)
        guard textByteCount == IdentityCardText.byteCount, photoByteCount <= 1_024 else { return nil }
        let contentByteCount = textByteCount + photoByteCount
        let textStart: Int
        if dataByteCount == 4 + contentByteCount {
            textStart = SAMFrame.dataOffset + 4
        } else if dataByteCount >= 6 + contentByteCount,
            dataByteCount == 6 + contentByteCount + word(at: SAMFrame.dataOffset + 4)
        {
            textStart = SAMFrame.dataOffset + 6
        } else {
            return nil
        }
        text = textStart..<(textStart + textByteCount)
        photo = text.upperBound..<(text.upperBound + photoByteCount)
    }
}
