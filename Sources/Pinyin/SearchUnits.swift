/// A text as it is compared: UTF-16 units without what people leave out or type differently.
///
/// Lower case; full-width ASCII as ASCII; Latin letters without accents, ü as `v`; no blanks, no dots between
/// the parts of a name, no apostrophes, no combining marks. Characters outside the basic plane stay as two
/// surrogates.
public enum SearchUnits {
    public static func units(of text: String) -> [UInt16] {
        var units: [UInt16] = []
        units.reserveCapacity(text.utf16.count)
        for scalar in text.unicodeScalars { append(scalar, to: &units) }
        return units
    }

    private static func append(_ scalar: UnicodeScalar, to units: inout [UInt16]) {
        switch scalar.value {
        case 0x4E00...0x9FFF, 0x61...0x7A, 0x30...0x39: units.append(UInt16(scalar.value))
        case 0x41...0x5A: units.append(UInt16(scalar.value + 0x20))
        case 0x27, 0xB7, 0x2018, 0x2019, 0x2022, 0x2027, 0x30FB, 0xFF65, 0x300...0x36F, 0x200B...0x200F,
            0xFEFF:
            return
        case 0xFF01...0xFF5E: append(UnicodeScalar(UInt8(scalar.value - 0xFEE0)), to: &units)
        default:
            guard !scalar.properties.isWhitespace else { return }
            for unit in scalar.properties.lowercaseMapping.utf16 { units.append(plain[unit] ?? unit) }
        }
    }

    /// Accented letters of pinyin and of the languages of Western Europe.
    private static let plain: [UInt16: UInt16] = {
        let letters: [(Character, String)] = [
            ("a", "āáǎàâäãå"), ("c", "ç"), ("e", "ēéěèêë"), ("i", "īíǐìîï"), ("n", "ñńňǹ"),
            ("o", "ōóǒòôöõø"), ("u", "ūúǔùû"), ("v", "üǖǘǚǜ"), ("y", "ýÿ"),
        ]
        var table: [UInt16: UInt16] = [:]
        for (letter, accented) in letters {
            for unit in accented.utf16 { table[unit] = letter.utf16.first }
        }
        return table
    }()
}
