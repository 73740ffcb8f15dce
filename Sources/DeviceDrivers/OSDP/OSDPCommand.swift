/// What the panel says to a reader: a code and its data.
enum OSDPCommand: Sendable, Hashable {
    case poll
    case identify
    case describe
    case localStatus
    case inputStatus
    case outputStatus
    case output(number: UInt8, Output, tenths: UInt16)
    case lamp(Lamp)
    case buzzer(onTenths: UInt8, offTenths: UInt8, count: UInt8)
    /// Printable ASCII, at most 32 characters, for `seconds` (0: until the next text), row and column 1.
    case text(String, seconds: UInt8)
    /// A new address and speed; the reader answers with those that it will really use.
    case communication(address: UInt8, baud: UInt32)
    case key([UInt8])
    /// 8 random bytes.
    case challenge([UInt8])
    /// The panel's cryptogram, 16 bytes.
    case cryptogram([UInt8])

    /// Opens a lane for somebody.
    var isPulse: Bool {
        if case .output(_, .pulse, _) = self { true } else { false }
    }

    /// What shall happen to an output.
    enum Output: UInt8, Sendable, Hashable {
        /// For good; ends what runs.
        case off = 1
        case on = 2
        /// On for the given tenths of a second, then as before.
        case pulse = 5
    }

    enum Colour: UInt8, Sendable, Hashable {
        case none = 0
        case red = 1
        case green = 2
        case amber = 3
    }

    /// One lamp: a signal for a time, then what it shows when nobody is there. Tenths of a second.
    struct Lamp: Sendable, Hashable {
        var number: UInt8 = 0
        var onTenths: UInt8
        var offTenths: UInt8
        var colour: Colour
        var tenths: UInt16
        var idleColour: Colour
    }

    var code: UInt8 {
        switch self {
        case .poll: 0x60
        case .identify: 0x61
        case .describe: 0x62
        case .localStatus: 0x64
        case .inputStatus: 0x65
        case .outputStatus: 0x66
        case .output: 0x68
        case .lamp: 0x69
        case .buzzer: 0x6A
        case .text: 0x6B
        case .communication: 0x6E
        case .key: 0x75
        case .challenge: 0x76
        case .cryptogram: 0x77
        }
    }

    var data: [UInt8] {
        switch self {
        case .poll, .localStatus, .inputStatus, .outputStatus: []
        case .identify, .describe: [0]
        case .output(let number, let output, let tenths):
            [number, output.rawValue] + Self.littleEndian(tenths)
        case .lamp(let lamp): lamp.data
        case .buzzer(let on, let off, let count): [0, 2, on, off, count]
        case .text(let text, let seconds):
            [0, seconds == 0 ? 1 : 3, seconds, 1, 1, UInt8(text.utf8.prefix(32).count)]
                + text.utf8.prefix(32)
        case .communication(let address, let baud):
            [address] + Self.littleEndian(UInt16(baud & 0xFFFF)) + Self.littleEndian(UInt16(baud >> 16))
        case .key(let key): [1, 16] + key
        case .challenge(let bytes), .cryptogram(let bytes): bytes
        }
    }

    /// Whether a later command of this kind makes the earlier one pointless.
    func replaces(_ other: OSDPCommand) -> Bool {
        switch (self, other) {
        case (.lamp, .lamp), (.buzzer, .buzzer), (.text, .text): true
        case (.output(let number, _, _), .output(let earlier, _, _)): number == earlier
        default: self == other
        }
    }

    private static func littleEndian(_ value: UInt16) -> [UInt8] {
        [UInt8(value & 0xFF), UInt8(value >> 8)]
    }
}

extension OSDPCommand.Lamp {
    /// Reader 0; set the temporary state (no time: end it), then the permanent one: steady in the idle
    /// colour.
    var data: [UInt8] {
        [
            0, number, tenths == 0 ? 1 : 2, onTenths, offTenths, colour.rawValue, 0, UInt8(tenths & 0xFF),
            UInt8(tenths >> 8),
        ]
            + [1, 1, 0, idleColour.rawValue, idleColour.rawValue]
    }
}
