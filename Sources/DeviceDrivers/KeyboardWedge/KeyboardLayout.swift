/// The layouts that keyboard-wedge readers type for, by the kernel's key codes (`linux/input-event-codes.h`).
///
/// A reader presses the keys that give its text on a host of its layout. What such a host makes with a dead
/// key or AltGr, and letters beyond ASCII, are not read.
enum KeyboardLayout: String, CaseIterable, Sendable {
    case unitedStates = "us"
    case german
    case french

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

    func key(code: UInt16) -> Key {
        switch code {
        case 15: return .tab
        case 28, 96: return .enter  // 96: of the keypad
        case 42: return .leftShift
        case 54: return .rightShift
        case 58: return .capsLock
        case 69: return .numLock
        default:
            let (plain, shifted) = Self.tables[self] ?? ([], [])
            guard code < plain.count else { return .other }
            let (character, other) = (plain[Int(code)], shifted[Int(code)])
            guard character != Self.none || other != Self.none else { return .other }
            return .character(plain: character, shifted: other)
        }
    }

    static let option = DriverOption(
        "layout", .choice(allCases.map(\.rawValue)), default: unitedStates.rawValue,
        "The layout that the reader types for.")

    /// No character of ASCII.
    static let none: UInt8 = 0

    private typealias Rows = [(firstCode: Int, characters: String)]

    private static let tables: [KeyboardLayout: (plain: [UInt8], shifted: [UInt8])] = [
        .unitedStates: (
            table([
                (2, "1234567890-="), (16, "qwertyuiop[]"), (30, "asdfghjkl;'`"), (43, #"\zxcvbnm,./"#),
            ]),
            table([
                (2, "!@#$%^&*()_+"), (16, "QWERTYUIOP{}"), (30, #"ASDFGHJKL:"~"#), (43, "|ZXCVBNM<>?"),
            ])
        ),
        .german: (
            table([
                (2, "1234567890"), (16, "qwertzuiop"), (27, "+"), (30, "asdfghjkl"), (43, "#yxcvbnm,.-"),
                (86, "<"),
            ]),
            table([
                (2, "!\"\0$%&/()=?"), (16, "QWERTZUIOP"), (27, "*"), (30, "ASDFGHJKL"), (43, "'YXCVBNM;:_"),
                (86, ">"),
            ])
        ),
        .french: (
            table([
                (2, "&\0\"'(-\0_\0\0)="), (16, "azertyuiop"), (27, "$"), (30, "qsdfghjklm"),
                (43, "*wxcvbn,;:!"), (86, "<"),
            ]),
            table([
                (2, "1234567890\0+"), (16, "AZERTYUIOP"), (30, "QSDFGHJKLM"), (40, "%"), (44, "WXCVBN?./"),
                (86, ">"),
            ])
        ),
    ]

    /// One character a code, from code 0 on; with the keypad and the space, which are everywhere the same.
    private static func table(_ rows: Rows) -> [UInt8] {
        var table = [UInt8](repeating: none, count: 99)
        for row in rows + [(55, "*"), (57, " "), (71, "789-456+1230."), (98, "/")] {
            for (index, character) in row.characters.utf8.enumerated() {
                table[row.firstCode + index] = character
            }
        }
        return table
    }
}
