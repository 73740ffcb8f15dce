import SiteModel

/// What a reader says: the codes that the panel understands, their data checked.
enum OSDPReply: Equatable {
    case acknowledged
    case refused(Refusal)
    case identity(OSDPIdentity)
    case capabilities(OSDPCapabilities)
    case localStatus(isTampered: Bool, hasPowerFailure: Bool)
    case inputStatus([Bool])
    case outputStatus([Bool])
    /// Format 0 unspecified, 1 Wiegand; bits first to last, left-aligned in the bytes.
    case card(OSDPHead, format: UInt8, bitCount: Int, bits: [UInt8])
    case keys(OSDPHead, [UInt8])
    case communication(address: UInt8, baud: UInt32)
    case cryptogram(OSDPReaderCryptogram)
    /// The first MAC of the session, 16 bytes.
    case sessionMAC([UInt8])
    case busy
    /// A code that the panel has no use for.
    case other(code: UInt8)

    /// Why a reader refuses a command.
    enum Refusal: UInt8, Equatable {
        case check = 1
        case length = 2
        case unknownCommand = 3
        case sequence = 4
        case noSecureChannel = 5
        case securityConditions = 6
        case biometricType = 7
        case biometricFormat = 8
        case record = 9
        /// Codes of later editions.
        case other = 0xFF
    }

    /// Nil when the data are not what the code demands.
    init?(code: UInt8, data: [UInt8]) {
        switch code {
        case 0x40: self = .acknowledged
        case 0x41:
            guard let first = data.first else { return nil }
            self = .refused(Refusal(rawValue: first) ?? .other)
        case 0x45:
            guard let identity = OSDPIdentity(data) else { return nil }
            self = .identity(identity)
        case 0x46:
            guard data.count.isMultiple(of: 3) else { return nil }
            self = .capabilities(OSDPCapabilities(data))
        case 0x48:
            guard data.count == 2 else { return nil }
            self = .localStatus(isTampered: data[0] != 0, hasPowerFailure: data[1] != 0)
        case 0x49: self = .inputStatus(data.map { $0 != 0 })
        case 0x4A: self = .outputStatus(data.map { $0 != 0 })
        case 0x50:
            guard data.count >= 4 else { return nil }
            let bitCount = Int(data[2]) | Int(data[3]) << 8
            guard bitCount > 0, data.count - 4 == (bitCount + 7) / 8 else { return nil }
            self = .card(OSDPHead(data[0]), format: data[1], bitCount: bitCount, bits: Array(data[4...]))
        case 0x53:
            guard data.count >= 2, Int(data[1]) == data.count - 2 else { return nil }
            self = .keys(OSDPHead(data[0]), Array(data[2...]))
        case 0x54:
            guard data.count == 5 else { return nil }
            let baud = data[1...].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            self = .communication(address: data[0], baud: baud)
        case 0x76:
            guard let cryptogram = OSDPReaderCryptogram(data) else { return nil }
            self = .cryptogram(cryptogram)
        case 0x78:
            guard data.count == 16 else { return nil }
            self = .sessionMAC(data)
        case 0x79: self = .busy
        default: self = .other(code: code)
        }
    }
}

/// Which of a device's reading heads. A configured reader is the first; of others nobody knows the lane.
enum OSDPHead: Equatable {
    case first
    case other

    init(_ number: UInt8) { self = number == 0 ? .first : .other }
}

/// Who a reader says it is.
struct OSDPIdentity: Equatable {
    let vendor: [UInt8]
    let model: UInt8
    let version: UInt8
    let serial: UInt32
    let firmware: [UInt8]

    init?(_ data: [UInt8]) {
        guard data.count == 12 else { return nil }
        vendor = Array(data[0..<3])
        model = data[3]
        version = data[4]
        serial = data[5..<9].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        firmware = Array(data[9..<12])
    }

    /// Another firmware is no other device.
    func isSame(as other: OSDPIdentity) -> Bool {
        (vendor, model, serial) == (other.vendor, other.model, other.serial)
    }

    /// `vendor 5C2623, model 1, serial 12345678, firmware 1.2.3`; the serial is hexadecimal.
    var words: String {
        let digits = String(serial, radix: 16, uppercase: true)
        let serial = String(repeating: "0", count: 8 - digits.count) + digits
        return "vendor \(vendor.hexadecimal.uppercased()), model \(model), serial \(serial), firmware "
            + firmware.map { "\($0)" }.joined(separator: ".")
    }
}

/// What a reader says it can do.
struct OSDPCapabilities: Equatable {
    enum Function: UInt8 {
        case contacts = 1
        case outputs = 2
        case lamps = 4
        case buzzer = 5
        case text = 6
    }

    /// Function code → compliance level. Empty when the reader told nothing: then everything but text is
    /// tried.
    private var levels: [UInt8: UInt8] = [:]

    init() {}

    /// Records of 3 bytes: function, compliance, number of items.
    init(_ data: [UInt8]) {
        for offset in stride(from: 0, to: data.count, by: 3) { levels[data[offset]] = data[offset + 1] }
    }

    func includes(_ function: Function) -> Bool {
        levels.isEmpty ? function != .text : levels[function.rawValue, default: 0] > 0
    }

    /// The reader refused a command of this function.
    mutating func lose(_ function: Function) {
        if levels.isEmpty {
            for known in [Function.contacts, .outputs, .lamps, .buzzer] { levels[known.rawValue] = 1 }
        }
        levels[function.rawValue] = 0
    }
}

/// The reader's half of the handshake.
struct OSDPReaderCryptogram: Equatable {
    let uniqueID: [UInt8]
    let random: [UInt8]
    let cryptogram: [UInt8]

    init?(_ data: [UInt8]) {
        guard data.count == 32 else { return nil }
        uniqueID = Array(data[0..<8])
        random = Array(data[8..<16])
        cryptogram = Array(data[16..<32])
    }
}
