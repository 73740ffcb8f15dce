import SiteModel

/// The frames of OSDP (SIA OSDP 2.x, IEC 60839-11-5), both ways.
///
///     offset   -1        0    1         2..3           4         5…               …            end
///              FF mark   53   address   length         control   security block   code, data   check
///              optional       80: reply all but mark   see below if control 08    MAC of 4     CRC or sum
///
/// - Control: bits 0 and 1 sequence; 04 the check is a CRC of 2 bytes, else a sum of 1; 08 a security block
///   follows. The other bits are zero.
/// - Security block: its length, its kind, data. Kinds 15 to 18 carry a MAC before the check.
/// - CRC: polynomial 1021, initial 1D0F, nothing reflected, sent low byte first. Sum: all bytes add up to
///   zero.
enum OSDPFrame {
    /// Where a frame stands in pending bytes.
    enum Start: Equatable {
        /// A frame may begin here; the rest is missing.
        case incomplete
        /// The first bytes begin no frame.
        case noise(byteCount: Int)
        /// Begins like a frame and is none: go on with the byte after its first.
        case bad(DiscardReason)
        /// A frame whose check fits. `markByteCount` of the bytes precede its 53.
        case whole(byteCount: Int, markByteCount: Int)
    }

    static let mark: UInt8 = 0xFF
    static let start: UInt8 = 0x53
    static let replyFlag: UInt8 = 0x80
    static let crcFlag: UInt8 = 0x04
    static let securityFlag: UInt8 = 0x08
    /// Header, code, sum.
    static let shortestByteCount = 7
    /// Readers send at most what they say in their capabilities; none that is known more than 256.
    static let longestByteCount = 512
    static let headerByteCount = 5
    static let macByteCount = 4

    /// - Parameter address: of the device whose reply is awaited.
    static func start(of pending: PendingBytes, from address: UInt8) -> Start {
        let marks = pending[0] == mark ? 1 : 0
        guard pending.count > marks else { return .incomplete }
        guard pending[marks] == start else { return .noise(byteCount: 1) }
        if pending.count > marks + 1, pending[marks + 1] != address | replyFlag {
            return .bad(.unexpected)  // our own command, echoed by the line, somebody else's reply, or noise
        }
        if pending.count > marks + 3 {
            let length = Int(pending[marks + 2]) | Int(pending[marks + 3]) << 8
            guard length >= shortestByteCount else { return .bad(.malformed) }
            guard length <= longestByteCount else { return .bad(.tooLong) }
        }
        guard pending.count > marks + 4 else { return .incomplete }
        let length = Int(pending[marks + 2]) | Int(pending[marks + 3]) << 8
        guard pending[marks + 4] & 0xF0 == 0 else { return .bad(.malformed) }
        guard pending.count >= marks + length else { return .incomplete }
        let frame = pending.copy(marks..<(marks + length))
        return isCheckRight(frame)
            ? .whole(byteCount: marks + length, markByteCount: marks) : .bad(.integrityCheckFailed)
    }

    /// A frame from its header on, its check included.
    ///
    /// - Parameters:
    ///   - control: sequence and flags; the CRC flag decides the check.
    ///   - body: security block, code, data and, where it has one, the MAC.
    static func frame(address: UInt8, control: UInt8, body: [UInt8]) -> [UInt8] {
        let checkByteCount = control & crcFlag == 0 ? 1 : 2
        var frame = header(address: address, control: control, bodyByteCount: body.count + checkByteCount)
        frame += body
        if checkByteCount == 1 {
            frame.append(sum(frame))
        } else {
            let crc = crc(frame)
            frame += [UInt8(crc & 0xFF), UInt8(crc >> 8)]
        }
        return frame
    }

    /// The five bytes before the body; the MAC is made over them with the final length.
    static func header(address: UInt8, control: UInt8, bodyByteCount: Int) -> [UInt8] {
        let length = headerByteCount + bodyByteCount
        return [start, address, UInt8(length & 0xFF), UInt8(length >> 8), control]
    }

    static func isCheckRight(_ frame: [UInt8]) -> Bool {
        guard frame.count >= shortestByteCount else { return false }
        guard frame[4] & crcFlag != 0 else { return sum(frame.dropLast()) == frame[frame.count - 1] }
        let crc = crc(frame.dropLast(2))
        return frame[frame.count - 2] == UInt8(crc & 0xFF) && frame[frame.count - 1] == UInt8(crc >> 8)
    }

    static func crc(_ bytes: some Sequence<UInt8>) -> UInt16 {
        var crc: UInt16 = 0x1D0F
        for byte in bytes { crc = crc << 8 ^ table[Int(UInt8(crc >> 8) ^ byte)] }
        return crc
    }

    /// Two's complement of the sum, modulo 256.
    static func sum(_ bytes: some Sequence<UInt8>) -> UInt8 { 0 &- bytes.reduce(0, &+) }

    private static let table: [UInt16] = (0..<256).map { index in
        var crc = UInt16(index) << 8
        for _ in 0..<8 { crc = crc & 0x8000 == 0 ? crc << 1 : crc << 1 ^ 0x1021 }
        return crc
    }
}

/// A reply taken apart; its check is right.
struct OSDPReplyFrame: Equatable {
    /// Of the reader, without the reply flag.
    let address: UInt8
    let sequence: UInt8
    /// Kind and data of the security block.
    let security: SecurityBlock?
    /// Code and data, as sent: with a MAC where the security block asks for one.
    let body: [UInt8]
    /// Everything but the MAC and the check: what the MAC is made over.
    let authenticated: [UInt8]
    let mac: [UInt8]

    struct SecurityBlock: Equatable {
        let kind: UInt8
        let bytes: [UInt8]
    }

    /// Nil when the parts do not fit into the frame.
    init?(_ frame: [UInt8]) {
        address = frame[1] & ~OSDPFrame.replyFlag
        sequence = frame[4] & 0x03
        let end = frame.count - (frame[4] & OSDPFrame.crcFlag == 0 ? 1 : 2)
        var index = OSDPFrame.headerByteCount
        if frame[4] & OSDPFrame.securityFlag != 0 {
            guard end > index else { return nil }
            let length = Int(frame[index])
            guard length >= 2, index + length <= end else { return nil }
            security = SecurityBlock(
                kind: frame[index + 1], bytes: Array(frame[(index + 2)..<(index + length)]))
            index += length
        } else {
            security = nil
        }
        let hasMAC = (0x15...0x18).contains(security?.kind ?? 0)
        let bodyEnd = end - (hasMAC ? OSDPFrame.macByteCount : 0)
        guard bodyEnd > index else { return nil }
        body = Array(frame[index..<bodyEnd])
        authenticated = Array(frame[..<bodyEnd])
        mac = Array(frame[bodyEnd..<end])
    }
}
