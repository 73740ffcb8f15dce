/// The United States layout that keyboard-wedge readers type, by the kernel's key codes
/// (`linux/input-event-codes.h`).
enum KeyboardLayout {
    enum Key {
        /// The ASCII characters without and with shift.
        case character(plain: UInt8, shifted: UInt8)
        case enter
        case tab
        case leftShift
        case rightShift
        case capsLock
        /// Says nothing about the text: readers press it around digits of the keypad.
        case numLock
        /// Any other: what it would do to a text is unknown.
        case other
    }

    static func key(code: UInt16) -> Key {
        switch code {
        case 15: return .tab
        case 28, 96: return .enter  // 96: of the keypad
        case 42: return .leftShift
        case 54: return .rightShift
        case 58: return .capsLock
        case 69: return .numLock
        default:
            guard code < plain.count, plain[Int(code)] != none else { return .other }
            return .character(plain: plain[Int(code)], shifted: shifted[Int(code)])
        }
    }

    /// One character a code, from code 0 on.
    private static let plain = table(
        [
            (2, "1234567890-="), (16, "qwertyuiop[]"), (30, "asdfghjkl;'`"), (43, #"\zxcvbnm,./"#),
            (55, "*"), (57, " "), (71, "789-456+1230."), (98, "/"),
        ])
    private static let shifted = table(
        [
            (2, "!@#$%^&*()_+"), (16, "QWERTYUIOP{}"), (30, #"ASDFGHJKL:"~"#), (43, "|ZXCVBNM<>?"),
            (55, "*"), (57, " "), (71, "789-456+1230."), (98, "/"),
        ])

    private static let none: UInt8 = 0

    private static func table(_ rows: [(firstCode: Int, characters: String)]) -> [UInt8] {
        var table = [UInt8](repeating: none, count: 99)
        for row in rows {
            for (index, character) in row.characters.utf8.enumerated() {
                table[row.firstCode + index] = character
            }
        }
        return table
    }
}
