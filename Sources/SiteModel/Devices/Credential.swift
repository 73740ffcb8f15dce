/// What a reader read off a person: kind and value. Printing is masked.
public enum Credential: Sendable, Hashable {
    /// The number of an identity document, read from its chip by a resident-ID reader, or typed.
    case idNumber(IDNumber)
    /// A site card's number.
    case cardNumber(CardNumber)
    /// The factory serial of a chip, big-endian, up to 8 bytes, as one integer (some wedge readers type this
    /// of an ID card).
    case chipSerial(UInt64)
    /// The text of a QR code, at most 512 bytes of UTF-8.
    case qrToken(String)
    /// No reader read anything: a person let the worker through.
    case manual(WorkerID, ManualAdmission)

    public var kind: CredentialKind {
        switch self {
        case .idNumber: .idNumber
        case .cardNumber: .cardNumber
        case .chipSerial: .chipSerial
        case .qrToken: .qrToken
        case .manual: .manual
        }
    }

    /// Two characters at the most: `card **92`, `id 11***`. What a log or an error may show.
    public var masked: String {
        switch self {
        case .idNumber(let number): "id \(number.revealed.prefix(2))***"
        case .cardNumber(let card): "card ***\(padded(Int64(card.value % 100), 2))"
        case .chipSerial(let serial): "chip ***\(String(serial & 0xFF, radix: 16, uppercase: true))"
        case .qrToken(let token): "qr \(token.utf8.count) bytes"
        case .manual: "by hand"
        }
    }
}

extension Credential: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String { masked }
    public var debugDescription: String { masked }
}

/// Raw values are stored; names are printed in exports. Neither is ever reused.
public enum CredentialKind: Int, Sendable, Hashable, CaseIterable {
    case idNumber = 1
    case cardNumber = 2
    case chipSerial = 3
    case qrToken = 4
    case manual = 5

    public var name: String {
        switch self {
        case .idNumber: "id_number"
        case .cardNumber: "card_number"
        case .chipSerial: "chip_serial"
        case .qrToken: "qr_token"
        case .manual: "manual"
        }
    }
}
