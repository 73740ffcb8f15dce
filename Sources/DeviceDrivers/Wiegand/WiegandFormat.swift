import SiteModel

/// The layouts of Wiegand frames, whichever line carries them.
///
/// Bits are counted from 0 as they are sent; a frame is held right-aligned in an integer, its first bit the
/// highest. P is a parity bit, even over the first part of the frame, odd over the last:
///
///     bits   layout                       even over   odd over    also called
///     26     P  facility 8   card 16  P   0 to 12     13 to 25    H10301
///     33     P  facility 7   card 24  P   0 to 16     16 to 32    D10202
///     34     P  facility 16  card 16  P   0 to 16     17 to 33    H10306, and UIDs of 32 bits
///     35     PP company 12   card 20  P   two of three bits from bit 1 on, two of three up to bit 34, all
///                                                                 Corporate 1000
///     37     P  card 35               P   0 to 18     18 to 36    H10302; H10304 has facility 16, card 19
///
/// - Credential: all bits between the parities as one number, of as many bits.
/// - Integrity: one frame in four of random bits passes two parities, one in eight passes three.
/// - Source: card format sheets of the makers, as collected in the description of card numbers; 35 bits
///   after public implementations.
struct WiegandFormat: Sendable, Hashable {
    let bitCount: Int
    /// Bits of facility or company at the front of the payload.
    let facilityBitCount: Int
    /// First bit of the payload, which ends before the last bit.
    private let payloadStart: Int
    private let parities: [Parity]

    private struct Parity: Hashable {
        /// The bits that are counted, the parity bit among them.
        let mask: UInt64
        let isOdd: Bool
    }

    static let all = [
        WiegandFormat(26, facility: 8, even: 0...12, odd: 13...25),
        WiegandFormat(33, facility: 7, even: 0...16, odd: 16...32),
        WiegandFormat(34, facility: 16, even: 0...16, odd: 17...33),
        WiegandFormat(
            bitCount: 35, facilityBitCount: 12, payloadStart: 2,
            parities: [
                Parity(mask: 0x3_B6DB_6DB6, isOdd: false), Parity(mask: 0x3_6DB6_DB6D, isOdd: true),
                Parity(mask: 0x7_FFFF_FFFF, isOdd: true),
            ]),
        WiegandFormat(37, facility: 16, even: 0...18, odd: 18...36),
    ]

    static func format(bitCount: Int) -> WiegandFormat? { all.first { $0.bitCount == bitCount } }

    /// Nil: a parity is wrong.
    func card(inFrame frame: UInt64) -> CardNumber? {
        for parity in parities {
            let isOdd = !(frame & parity.mask).nonzeroBitCount.isMultiple(of: 2)
            guard isOdd == parity.isOdd else { return nil }
        }
        return card(inPayload: frame >> 1 & (1 << UInt64(payloadBitCount) - 1))
    }

    /// Nil: more bits than the payload has.
    func card(inPayload payload: UInt64) -> CardNumber? {
        CardNumber(value: payload, bitLength: payloadBitCount)
    }

    /// A payload of its two printed parts; nil when one is too large.
    func payload(facility: UInt64, card: UInt64) -> UInt64? {
        let cardBitCount = UInt64(payloadBitCount - facilityBitCount)
        guard facility < 1 << UInt64(facilityBitCount), card < 1 << cardBitCount else { return nil }
        return facility << cardBitCount | card
    }

    var payloadBitCount: Int { bitCount - 1 - payloadStart }

    /// Bits packed into whole bytes, first bit at the left; the rest of the last byte must be zero.
    static func bits(packed bytes: [UInt8], bitCount: Int) -> UInt64? {
        let spare = bytes.count * 8 - bitCount
        guard (0..<8).contains(spare), bytes.count <= 8 else { return nil }
        let value = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard value & (1 << UInt64(spare) - 1) == 0 else { return nil }
        return value >> UInt64(spare)
    }

    private init(_ bitCount: Int, facility: Int, even: ClosedRange<Int>, odd: ClosedRange<Int>) {
        func mask(_ bits: ClosedRange<Int>) -> UInt64 {
            bits.reduce(0) { $0 | 1 << UInt64(bitCount - 1 - $1) }
        }
        self.init(
            bitCount: bitCount, facilityBitCount: facility, payloadStart: 1,
            parities: [Parity(mask: mask(even), isOdd: false), Parity(mask: mask(odd), isOdd: true)])
    }

    private init(bitCount: Int, facilityBitCount: Int, payloadStart: Int, parities: [Parity]) {
        self.bitCount = bitCount
        self.facilityBitCount = facilityBitCount
        self.payloadStart = payloadStart
        self.parities = parities
    }
}
