public import SiteModel

/// What a reader read off the identity document of somebody who may yet be enrolled. Personal data.
public struct CardRead: Sendable, Hashable {
    /// Contiguous from 1, never used again.
    public let id: Int64
    public let card: IdentityCard
    public let reader: ReaderName
    /// When it was read.
    public let clock: ClockReading
}

/// A read as it lies sealed in `reads.db`: an array of 19 `[2, lane, reader, document, number, name, code
/// units of the name (big-endian), English name, sex, ethnic group, born on, address, authority, valid from,
/// expiry, pass number, issue, nationality, photo as on the chip]`. Dates are days since 1970; expiry is one,
/// `true` for ever, or null. Version 1 ends before the photo.
struct SealedCard {
    let card: IdentityCard
    let reader: ReaderName

    private static let version = 2

    var encoded: [UInt8] {
        var encoder = CanonicalEncoder(reservingByteCount: 2_048)
        encoder.array(count: 19)
        encoder.append(Self.version)
        encoder.append(reader.lane)
        encoder.append(reader.reader)
        encoder.append(Self.code(of: card.kind))
        encoder.append(card.idNumber.packed)
        encoder.append(card.name)
        encoder.append(byteString: card.nameCodeUnits.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
        encoder.append(card.englishName)
        encoder.append(card.sexCode.map(Int64.init))
        encoder.append(card.ethnicGroupCode)
        encoder.append(card.birthDate?.daysSince1970)
        encoder.append(card.address)
        encoder.append(card.authority)
        encoder.append(card.validFrom?.daysSince1970)
        switch card.expiry {
        case .on(let day): encoder.append(day.daysSince1970)
        case .never: encoder.append(true)
        case .unreadable: encoder.appendNull()
        }
        encoder.append(card.passNumber)
        encoder.append(card.issueText)
        encoder.append(card.nationality)
        encoder.append(byteString: card.photo)
        return encoder.bytes
    }

    init(card: IdentityCard, reader: ReaderName) {
        self.card = card
        self.reader = reader
    }

    init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        let count = try decoder.array()
        let version = Int(try decoder.integer())
        guard (count, version) == (19, Self.version) || (count, version) == (18, 1) else {
            throw decoder.failure
        }
        reader = ReaderName(lane: try decoder.text(), reader: try decoder.text())
        guard let kind = Self.kind(of: Int(try decoder.integer())),
            let number = IDNumber(packed: try decoder.unsigned())
        else { throw decoder.failure }
        let name = try decoder.text()
        let units = try decoder.byteString()
        guard units.count % 2 == 0 else { throw decoder.failure }
        var card = IdentityCard(
            kind: kind, idNumber: number, name: name,
            nameCodeUnits: stride(from: 0, to: units.count, by: 2).map {
                UInt16(units[$0]) << 8 | UInt16(units[$0 + 1])
            })
        card.englishName = try decoder.text()
        card.sexCode = try decoder.optionalInteger().map(Int.init)
        card.ethnicGroupCode = try decoder.text()
        card.birthDate = try decoder.optionalInteger().map(CivilDate.init(daysSince1970:))
        card.address = try decoder.text()
        card.authority = try decoder.text()
        card.validFrom = try decoder.optionalInteger().map(CivilDate.init(daysSince1970:))
        card.expiry = try Self.expiry(&decoder)
        card.passNumber = try decoder.text()
        card.issueText = try decoder.text()
        card.nationality = try decoder.text()
        if version >= 2 { card.photo = try decoder.byteString() }
        self.card = card
    }

    private static func expiry(
        _ decoder: inout CanonicalDecoder
    ) throws(CanonicalDecodingError) -> IdentityCard.Expiry {
        if decoder.null() { return .unreadable }
        var copy = decoder
        do throws(CanonicalDecodingError) {
            _ = try copy.bool()
            decoder = copy
            return .never
        } catch {
            return .on(CivilDate(daysSince1970: try decoder.integer()))
        }
    }

    private static func code(of kind: IdentityCard.Kind) -> Int {
        switch kind {
        case .resident: 1
        case .residencePermit: 2
        case .foreigner2017: 3
        case .foreigner2023: 4
        }
    }

    private static func kind(of code: Int) -> IdentityCard.Kind? {
        switch code {
        case 1: .resident
        case 2: .residencePermit
        case 3: .foreigner2017
        case 4: .foreigner2023
        default: nil
        }
    }
}
