import VirtualSite

/// What a sick disk or a clumsy hand makes of a ledger's files. A8 of the fault catalogue.
enum LedgerDamage: String, CaseIterable, Sendable {
    case flippedBits
    case zeroedSector
    case zeroedPage
    case pageOverAnother
    case randomBytes
    case truncated
    case extended
    case changedHeader
    case logDeleted
    case mainDeleted
    case mainEmptied
    case headDeleted
    case headDamaged
    case olderCopy
    case olderCopyWithItsHead
    case olderMain
    case olderLog

    /// What happens to the files of `image`.
    func inflict(
        on files: inout [String: [UInt8]], of image: LedgerImage, _ random: inout SplitMix64
    ) {
        let name =
            files[LedgerImage.log] != nil && Bool.random(using: &random) ? LedgerImage.log : LedgerImage.main
        switch self {
        case .logDeleted: files[LedgerImage.log] = nil
        case .mainDeleted: files[LedgerImage.main] = nil
        case .mainEmptied: files[LedgerImage.main] = []
        case .headDeleted: files[LedgerImage.head] = nil
        case .headDamaged: Self.change(&files[LedgerImage.head, default: []], by: .flippedBits, &random)
        case .olderCopy:
            files[LedgerImage.main] = image.older[LedgerImage.main]
            files[LedgerImage.log] = image.older[LedgerImage.log]
        case .olderCopyWithItsHead: files = image.older
        case .olderMain: files[LedgerImage.main] = image.older[LedgerImage.main]
        case .olderLog: files[LedgerImage.log] = image.older[LedgerImage.log]
        default: Self.change(&files[name, default: []], by: self, &random)
        }
    }

    private static func change(
        _ bytes: inout [UInt8], by damage: LedgerDamage, _ random: inout SplitMix64
    ) {
        guard !bytes.isEmpty else { return }
        func place(_ unit: Int) -> Int {
            Int.random(in: 0..<max(1, bytes.count / unit), using: &random) * unit
        }
        switch damage {
        case .flippedBits:
            for _ in 0..<(1 << Int.random(in: 0..<5, using: &random)) {
                bytes[place(1)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
        case .zeroedSector: overwrite(&bytes, at: place(512), with: [UInt8](repeating: 0, count: 512))
        case .zeroedPage: overwrite(&bytes, at: place(4_096), with: [UInt8](repeating: 0, count: 4_096))
        case .pageOverAnother:
            let from = place(4_096)
            overwrite(&bytes, at: place(4_096), with: Array(bytes[from..<min(from + 4_096, bytes.count)]))
        case .randomBytes:
            let count = Int.random(in: 1...64, using: &random)
            let noise = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            overwrite(&bytes, at: place(1), with: noise)
        case .truncated: bytes.removeLast(bytes.count - place(Bool.random(using: &random) ? 1 : 4_096))
        case .extended: bytes += (0..<5_000).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        default:
            let offset = Int.random(in: 0..<min(112, bytes.count), using: &random)
            bytes[offset] = UInt8.random(in: .min ... .max, using: &random)
        }
    }

    private static func overwrite(_ bytes: inout [UInt8], at offset: Int, with noise: [UInt8]) {
        for (index, byte) in noise.enumerated() where offset + index < bytes.count {
            bytes[offset + index] = byte
        }
    }
}
