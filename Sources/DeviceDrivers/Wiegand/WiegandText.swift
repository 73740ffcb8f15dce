import SiteModel

/// How a converter writes the bits of a Wiegand frame, and what they say.
struct WiegandText: Sendable {
    enum Framing: String, Sendable, CaseIterable {
        case hexadecimalLine = "hex-line"
        case decimalLine = "dec-line"
        case bitLine = "bit-line"
        case a5
    }

    enum Meaning: Sendable, Hashable {
        case card(CardNumber)
        case refused(DiscardReason)
    }

    let framing: Framing
    /// Nil: each frame tells its own length.
    private let format: WiegandFormat?
    private let hasParities: Bool
    private let isLeftAligned: Bool
    private let isLowestByteFirst: Bool

    init(_ options: OptionReader) throws(DriverError) {
        framing = Framing(rawValue: try options.choice("framing")) ?? .hexadecimalLine
        format = Int(try options.choice("bits")).flatMap(WiegandFormat.format(bitCount:))
        hasParities = try options.choice("content") == "frame"
        isLeftAligned = try options.choice("align") == "left"
        isLowestByteFirst = try CredentialText.isLowestByteFirst(options)
        let tellsItsLength = framing == .bitLine || framing == .a5
        if format == nil, !tellsItsLength {
            throw options.conflict("bits any needs framing bit-line or a5: digits do not tell their bits")
        }
        if isLowestByteFirst, let format, !format.payloadBitCount.isMultiple(of: 8) {
            throw options.conflict("byte_order little needs whole bytes: bits 26, 34 or 35")
        }
    }

    func meaning(ofLine line: [UInt8]) -> Meaning {
        switch framing {
        case .hexadecimalLine: hexadecimal(line)
        case .decimalLine: decimal(line)
        case .bitLine, .a5: bits(line)
        }
    }

    /// - Parameter bitCount: as the frame says; it must agree with its bytes and with the options.
    func meaning(ofPacked bytes: [UInt8], bitCount: Int) -> Meaning {
        if bitCount == 4 || bitCount == 8 { return .refused(.unexpected) }  // a key of a keypad
        guard let format = format(ofBitCount: bitCount), bytes.count == (bitCount + 7) / 8 else {
            return .refused(.malformed)
        }
        if isLeftAligned {
            guard let value = WiegandFormat.bits(packed: bytes, bitCount: bitCount) else {
                return .refused(.malformed)
            }
            return meaning(value, format)
        }
        let value = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard value < 1 << UInt64(bitCount) else { return .refused(.malformed) }
        return meaning(value, format)
    }

    private func hexadecimal(_ line: [UInt8]) -> Meaning {
        guard let format, line.count <= 12 else { return .refused(.malformed) }
        let bitCount = bitCount(of: format)
        let spare = line.count * 4 - bitCount
        guard (0..<8).contains(spare) else { return .refused(.malformed) }
        var value: UInt64 = 0
        for character in line {
            guard let digit = hexadecimalValue(of: character) else { return .refused(.malformed) }
            value = value << 4 | UInt64(digit)
        }
        if isLeftAligned {
            guard value & (1 << UInt64(spare) - 1) == 0 else { return .refused(.malformed) }
            return meaning(value >> UInt64(spare), format)
        }
        guard value < 1 << UInt64(bitCount) else { return .refused(.malformed) }
        return meaning(value, format)
    }

    private func decimal(_ line: [UInt8]) -> Meaning {
        guard let format else { return .refused(.malformed) }
        let parts = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            .map(Self.decimalValue)
        switch parts.count {
        case 1:
            guard let value = parts[0], value < 1 << UInt64(bitCount(of: format)) else {
                return .refused(.malformed)
            }
            return meaning(value, format)
        case 2:
            guard let facility = parts[0], let number = parts[1],
                let payload = format.payload(facility: facility, card: number)
            else { return .refused(.malformed) }
            return card(inPayload: payload, format)  // printed parts carry no parity
        default: return .refused(.malformed)
        }
    }

    private func bits(_ line: [UInt8]) -> Meaning {
        guard line.allSatisfy({ $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "1") }) else {
            return .refused(.malformed)
        }
        if line.count == 4 || line.count == 8 { return .refused(.unexpected) }  // a key of a keypad
        guard let format = format(ofBitCount: line.count) else { return .refused(.malformed) }
        return meaning(line.reduce(UInt64(0)) { $0 << 1 | UInt64($1 & 1) }, format)
    }

    private func meaning(_ value: UInt64, _ format: WiegandFormat) -> Meaning {
        guard hasParities else { return card(inPayload: value, format) }
        guard let card = format.card(inFrame: value) else { return .refused(.integrityCheckFailed) }
        return self.card(inPayload: card.value, format)
    }

    private func card(inPayload payload: UInt64, _ format: WiegandFormat) -> Meaning {
        let isWhole = format.payloadBitCount.isMultiple(of: 8)
        let value =
            isLowestByteFirst && isWhole
            ? payload.byteSwapped >> UInt64(64 - format.payloadBitCount) : payload
        return format.card(inPayload: value).map(Meaning.card) ?? .refused(.malformed)
    }

    /// The format whose frame, or payload, has so many bits and that the options allow.
    private func format(ofBitCount count: Int) -> WiegandFormat? {
        WiegandFormat.all.first {
            bitCount(of: $0) == count && (format == nil || format == $0)
        }
    }

    private func bitCount(of format: WiegandFormat) -> Int {
        hasParities ? format.bitCount : format.payloadBitCount
    }

    private static func decimalValue(_ digits: ArraySlice<UInt8>) -> UInt64? {
        guard (1...12).contains(digits.count) else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + UInt64(digit - 0x30)
        }
        return value
    }
}
