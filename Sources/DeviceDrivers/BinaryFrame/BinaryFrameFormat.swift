import SiteModel

/// The shape of a fixed binary frame, and what its number is.
struct BinaryFrameFormat: Sendable {
    enum Check: String, Sendable, CaseIterable {
        case none
        case xor
        case sum
        /// CRC-16 of Modbus, low byte first.
        case crc16

        var byteCount: Int {
            switch self {
            case .none: 0
            case .xor, .sum: 1
            case .crc16: 2
            }
        }

        func value(of bytes: [UInt8]) -> [UInt8] {
            switch self {
            case .none: []
            case .xor: [bytes.reduce(0, ^)]
            case .sum: [bytes.reduce(0, &+)]
            case .crc16: ModbusFrame.check(of: bytes)
            }
        }
    }

    let start: [UInt8]
    let end: [UInt8]
    let check: Check
    /// Where the check begins to count.
    private let checkStart: Int
    private let number: Range<Int>
    /// Where the check itself stands.
    private let checkOffset: Int
    let byteCount: Int
    private let isChip: Bool
    private let format: CardNumberFormat?
    private let isLowestByteFirst: Bool

    init(_ options: OptionReader) throws(DriverError) {
        start = try options.bytes("start") ?? []
        end = try options.bytes("end") ?? []
        check = Check(rawValue: try options.choice("checksum")) ?? .none
        checkStart = try options.choice("checksum_from") == "start" ? 0 : start.count
        let length = try options.wholeNumber("length")
        let before = start.count + (try options.wholeNumber("before"))
        number = before..<(before + length)
        checkOffset = number.upperBound + (try options.wholeNumber("after"))
        byteCount = checkOffset + check.byteCount + end.count
        isChip = try options.choice("credential") == "chip"
        format = CardNumberFormat(rawValue: try options.choice("format"))
        isLowestByteFirst = try CredentialText.isLowestByteFirst(options)
        if isChip, length < 4 { throw options.conflict("a chip serial has 4 to 8 bytes: raise length") }
        if !isChip, length > 7 {
            throw options.conflict("a card number has at most 7 bytes: set credential to chip")
        }
        if let format, isChip || format.bitLength > length * 8 {
            throw options.conflict("format \(format.rawValue) is for card numbers of as many bytes or more")
        }
    }

    /// What a frame of `byteCount` bytes says. A number of zeros or ones only is what an idle or broken line
    /// gives, never a card.
    func content(of frame: [UInt8]) -> Result<Credential, Refusal> {
        guard frame.starts(with: start), frame.suffix(end.count).elementsEqual(end) else {
            return .failure(Refusal(reason: .malformed))
        }
        let checked = Array(frame[min(checkStart, checkOffset)..<checkOffset])
        guard frame[checkOffset..<(checkOffset + check.byteCount)].elementsEqual(check.value(of: checked))
        else { return .failure(Refusal(reason: .integrityCheckFailed)) }
        let bytes = isLowestByteFirst ? frame[number].reversed() : Array(frame[number])
        let isIdle = bytes.allSatisfy { $0 == 0 } || bytes.allSatisfy { $0 == 0xFF }
        guard !isIdle, let credential = credential(bytes) else {
            return .failure(Refusal(reason: .unreadable))
        }
        return .success(credential)
    }

    struct Refusal: Error {
        let reason: DiscardReason
    }

    private func credential(_ bytes: [UInt8]) -> Credential? {
        let value = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        if isChip { return .chipSerial(value) }
        let card =
            format.map { $0.card(lowBitsOf: value) }
            ?? CardNumber(value: value, bitLength: bytes.count * 8)
        return card.map(Credential.cardNumber)
    }
}
