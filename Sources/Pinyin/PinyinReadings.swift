/// How Chinese characters are read, without tones and with ü as `v`, as one types them.
///
/// - A character may have several readings (单: dan, shan, chan); all count alike, because which one holds
///   depends on the word.
/// - Covers U+4E00 to U+9FFF. A character beyond has no reading and is found by itself alone.
/// - 45 KB once parsed. Source and licence of the table: `Readings/README.md`.
public struct PinyinReadings: Sendable {
    /// The table that is built in; parsed when it is first needed, in some 15 ms.
    public static let standard = PinyinReadings([
        String(decoding: PackageResources.readings_txt, as: UTF8.self),
        String(decoding: PackageResources.names_txt, as: UTF8.self),
    ])

    /// Lower-case ASCII.
    let syllables: [[UInt8]]
    /// The sets of readings that characters have, as numbers of syllables; the first is empty.
    let groups: [[Int]]
    /// By unit from U+4E00 on.
    let groupNumbers: [UInt16]

    private static let firstUnit: UInt16 = 0x4E00
    private static let unitCount = 0x9FFF - 0x4E00 + 1

    /// Each line of a table is a syllable, a space and the characters read so; `#` begins a remark. A
    /// character that stands in several lines has several readings.
    init(_ tables: [String]) {
        var maker = GroupMaker(unitCount: Self.unitCount)
        for line in tables.joined(separator: "\n").split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.firstIndex(of: " ") else { continue }
            let syllable = maker.number(of: line[..<space])
            for unit in line[line.index(after: space)...].utf16
            where unit >= Self.firstUnit && unit < Self.firstUnit + UInt16(Self.unitCount) {
                maker.add(syllable, to: Int(unit - Self.firstUnit))
            }
        }
        syllables = maker.syllables
        groups = maker.groups
        groupNumbers = maker.groupNumbers
    }

    /// The group of readings of a UTF-16 unit; 0 when it has none.
    @inline(__always)
    static func group(of unit: UInt16, in groupNumbers: Span<UInt16>) -> Int {
        let place = Int(unit &- firstUnit)
        return place < groupNumbers.count ? Int(groupNumbers[place]) : 0
    }

    /// Every unit of the table with its group.
    func forEachUnit(_ body: (Int, Int) -> Void) {
        for place in groupNumbers.indices { body(Int(Self.firstUnit) + place, Int(groupNumbers[place])) }
    }

    /// The readings of a character, the usual one first; empty when the table has none.
    public func readings(of character: Character) -> [String] {
        guard character.utf16.count == 1, let unit = character.utf16.first else { return [] }
        return groups[Self.group(of: unit, in: groupNumbers.span)].map {
            String(decoding: syllables[$0], as: UTF8.self)
        }
    }
}

/// Numbers syllables and sets of them while the table is read.
private struct GroupMaker {
    private(set) var syllables: [[UInt8]] = []
    private(set) var groups: [[Int]] = [[]]
    private(set) var groupNumbers: [UInt16]
    private var syllableNumbers: [Substring: Int] = [:]
    private var numbersByGroup: [[Int]: UInt16] = [:]

    init(unitCount: Int) {
        groupNumbers = [UInt16](repeating: 0, count: unitCount)
    }

    mutating func number(of syllable: Substring) -> Int {
        if let number = syllableNumbers[syllable] { return number }
        syllableNumbers[syllable] = syllables.count
        syllables.append(Array(syllable.utf8))
        return syllables.count - 1
    }

    mutating func add(_ syllable: Int, to place: Int) {
        let group = groups[Int(groupNumbers[place])]
        guard !group.contains(syllable) else { return }
        let extended = group + [syllable]
        if let number = numbersByGroup[extended] {
            groupNumbers[place] = number
        } else {
            groupNumbers[place] = UInt16(groups.count)
            numbersByGroup[extended] = UInt16(groups.count)
            groups.append(extended)
        }
    }
}
