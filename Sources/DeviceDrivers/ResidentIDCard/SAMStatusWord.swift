/// SW3 of a reply; SW1 and SW2 are zero. Source: status table of the modules' command manual.
enum SAMStatusWord {
    static let success: UInt8 = 0x90
    static let cardFound: UInt8 = 0x9F
    static let noCard: UInt8 = 0x80
    static let selectFailed: UInt8 = 0x81

    /// The module did not understand us: line noise, or it does not know the command.
    static func refusesRequest(_ word: UInt8) -> Bool {
        word == 0x10 || word == 0x11 || word == 0x21
    }

    /// The module itself is out of order; nil for every other word.
    static func fault(_ word: UInt8) -> String? {
        switch word {
        case 0x47: "the security module cannot make random numbers (47)"
        case 0x60: "the security module fails its self-test (60)"
        case 0x66: "the security module is not authorised (66)"
        default: nil
        }
    }

    /// The card was there and could not be read: moved, damaged, counterfeit, or no identity card (31 to 41).
    static func saysCardUnreadable(_ word: UInt8) -> Bool {
        switch word {
        case 0x31, 0x32, 0x33, 0x37, 0x3F, 0x40, 0x41: true
        default: false
        }
    }
}
