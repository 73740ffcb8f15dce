import SiteModel

/// Frames of Modbus RTU, as far as relay boards need them.
///
///     request   address   function   2 bytes   2 bytes   check
///     reply     address   01 or 02   length    bits      check     coils or inputs, the first in bit 0
///               address   05         as the request                coil written
///               address   8x         reason    check               refused
///
/// Numbers stand highest byte first, the check (CRC-16, polynomial A001 reflected, from FFFF) lowest first.
/// Source: Modbus over serial line, specification and implementation guide; check value of `123456789`
/// is 4B37.
enum ModbusFrame {
    static let readCoils: UInt8 = 0x01
    static let readInputs: UInt8 = 0x02
    static let writeCoil: UInt8 = 0x05
    static let refusalMark: UInt8 = 0x80
    /// Reasons of a refusal that mean: not now.
    static let acknowledged: UInt8 = 0x05
    static let busy: UInt8 = 0x06

    static func request(_ address: UInt8, _ function: UInt8, _ first: UInt16, _ second: UInt16) -> [UInt8] {
        let body = [
            address, function, UInt8(first >> 8), UInt8(first & 0xFF), UInt8(second >> 8),
            UInt8(second & 0xFF),
        ]
        return body + check(of: body)
    }

    static func write(_ address: UInt8, coil: UInt8, isOn: Bool) -> [UInt8] {
        request(address, writeCoil, UInt16(coil), isOn ? 0xFF00 : 0)
    }

    /// Two bytes, as they are sent.
    static func check(of bytes: some Sequence<UInt8>) -> [UInt8] {
        var crc: UInt16 = 0xFFFF
        for byte in bytes {
            crc ^= UInt16(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xA001 : crc >> 1 }
        }
        return [UInt8(crc & 0xFF), UInt8(crc >> 8)]
    }

    /// Bytes of the longest reply that is read: 32 bytes of bits.
    static let longestReply = 37

    /// What the pending bytes begin with.
    enum Start {
        case incomplete
        /// The first byte belongs to no reply of this board.
        case bad(DiscardReason)
        case whole(byteCount: Int)
    }

    static func start(of pending: PendingBytes, from address: UInt8) -> Start {
        guard pending.count > 0 else { return .incomplete }
        guard pending[0] == address else { return .bad(.noise) }
        guard pending.count >= 3 else { return .incomplete }
        let byteCount: Int
        switch pending[1] {
        case readCoils, readInputs:
            guard (1...32).contains(pending[2]) else { return .bad(.malformed) }
            byteCount = 5 + Int(pending[2])
        case writeCoil: byteCount = 8
        case let function where function & refusalMark != 0: byteCount = 5
        default: return .bad(.malformed)
        }
        guard pending.count >= byteCount else { return .incomplete }
        let check = pending.copy((byteCount - 2)..<byteCount)
        guard check == Self.check(of: pending.copy(0..<(byteCount - 2))) else {
            return .bad(.integrityCheckFailed)
        }
        return .whole(byteCount: byteCount)
    }
}
