/// A search text that is compared with many names: characters, pinyin, its initials, or all of these mixed.
///
/// `张三` is found by `张`, `zhangsan`, `zhangs`, `zhsan`, `zs`, `张s` and `san`. Of each character of the name
/// the text names, in order and without a gap, either the character itself or of one of its readings the
/// first letter, the initial `zh`, `ch` or `sh`, or the whole; the last one may be cut anywhere, because
/// somebody is still typing. Latin letters in a name are compared as they are.
///
/// How it works: bit *n* of a word says that the first *n* units of the text are named by the characters so
/// far. `steps` says for each place of the text and each group of readings which places come next, so a
/// character of a name costs one look into a table. `roles` tells nearly all names apart before that.
public struct PinyinPattern: Sendable {
    /// How a name fits; the better first.
    public enum Match: Int, Sendable, Hashable, Comparable {
        /// Every character is named.
        case whole
        /// The first characters are.
        case beginning
        case inside

        public static func < (left: Match, right: Match) -> Bool { left.rawValue < right.rawValue }
    }

    /// Longer texts are none: places are bits of a word.
    public static let maximumUnitCount = 63

    /// By UTF-16 unit, 65,536 of them: which of the roles below it may have in a name that fits. Bits of a
    /// number, so that a search looks at several characters without a branch for each.
    public let roles: [UInt8]
    /// A fitting part of a name may begin with the unit.
    public static let begins: UInt8 = 1
    /// The unit may be the second of a fitting part.
    public static let follows: UInt8 = 2
    /// The unit alone fits.
    public static let suffices: UInt8 = 4
    private let readings: PinyinReadings
    private let units: [UInt16]
    /// `[place * groupCount + group]`; empty when the text has no letters.
    private let steps: [UInt64]
    private let groupCount: Int
    /// The bit that says that all of the text is named.
    private let isDone: UInt64

    /// Nil for a text that says too little (nothing, or one letter, digit or mark) or is too long. One
    /// Chinese character is enough.
    public init?(_ text: String, readings: PinyinReadings = .standard) {
        let units = SearchUnits.units(of: text)
        guard let first = units.first, units.count > 1 || first >= 0x2E80,
            units.count <= Self.maximumUnitCount
        else { return nil }
        self.init(units, readings)
    }

    /// One letter with which a name begins: `z` for 张三. It fits far too much to be looked for inside names
    /// and teams; `begins` tells whether a name's first unit fits. Nil for anything else.
    public init?(initial text: String, readings: PinyinReadings = .standard) {
        let units = SearchUnits.units(of: text)
        guard units.count == 1, Self.isLetter(units[0]) else { return nil }
        self.init(units, readings)
    }

    private init(_ units: [UInt16], _ readings: PinyinReadings) {
        self.units = units
        self.readings = readings
        groupCount = readings.groups.count
        isDone = 1 << UInt64(units.count)
        let steps = units.contains(where: Self.isLetter) ? Self.steps(of: units, readings) : []
        (self.steps, roles) = (steps, Self.roles(of: units, steps, readings))
    }

    private static func roles(
        of units: [UInt16], _ steps: [UInt64], _ readings: PinyinReadings
    ) -> [UInt8] {
        let groupCount = readings.groups.count
        let isDone: UInt64 = 1 << UInt64(units.count)
        var byGroup = [UInt8](repeating: 0, count: groupCount)
        var reached: UInt64 = 2
        for group in steps.isEmpty ? 0..<0 : 0..<groupCount where steps[group] != 0 {
            reached |= steps[group]
            byGroup[group] = begins | (steps[group] & isDone == 0 ? 0 : suffices)
        }
        let seconds = units.indices.filter { reached & (1 << UInt64($0)) != 0 }
        for place in seconds where !steps.isEmpty {
            for group in 0..<groupCount where steps[place * groupCount + group] != 0 {
                byGroup[group] |= follows
            }
        }
        var roles = [UInt8](repeating: 0, count: 1 << 16)
        if !steps.isEmpty { readings.forEachUnit { unit, group in roles[unit] = byGroup[group] } }
        roles[Int(units[0])] |= begins | (units.count == 1 ? suffices : 0)
        for place in seconds { roles[Int(units[place])] |= follows }
        return roles
    }

    /// - Parameter name: as `SearchUnits` gives it.
    public func match(_ name: Span<UInt16>) -> Match? {
        let (roles, units, steps) = (roles.span, units.span, steps.span)
        let groupNumbers = readings.groupNumbers.span
        for start in 0..<name.count where roles[Int(name[start])] & Self.begins != 0 {
            // Bit n: the units so far name the first n of the text.
            var places: UInt64 = 1
            var index = start
            while places != 0, places & isDone == 0, index < name.count {
                places = next(places, name[index], units, steps, groupNumbers)
                index += 1
            }
            guard places & isDone != 0 else { continue }
            guard start == 0 else { return .inside }
            return index == name.count ? .whole : .beginning
        }
        return nil
    }

    /// The places reached from `places` when the name goes on with `unit`.
    @inline(__always)
    private func next(
        _ places: UInt64, _ unit: UInt16, _ units: Span<UInt16>, _ steps: Span<UInt64>,
        _ groupNumbers: Span<UInt16>
    ) -> UInt64 {
        let group = PinyinReadings.group(of: unit, in: groupNumbers)
        var following: UInt64 = 0
        var rest = places
        while rest != 0 {
            let place = rest.trailingZeroBitCount
            rest &= rest - 1
            if units[place] == unit { following |= 2 << UInt64(place) }
            if group != 0, steps.count > 0 { following |= steps[place * groupCount + group] }
        }
        return following
    }

    private static func isLetter(_ unit: UInt16) -> Bool { (0x61...0x7A).contains(unit) }

    private static func steps(of units: [UInt16], _ readings: PinyinReadings) -> [UInt64] {
        var steps = [UInt64](repeating: 0, count: units.count * readings.groups.count)
        for place in units.indices where isLetter(units[place]) {
            let bySyllable = readings.syllables.map { reached(from: place, in: units, by: $0) }
            let row = place * readings.groups.count
            for (group, syllables) in readings.groups.enumerated() {
                for syllable in syllables { steps[row + group] |= bySyllable[syllable] }
            }
        }
        return steps
    }

    /// Where the text may go on after a syllable, all of it or part of it, stands at `place`.
    private static func reached(from place: Int, in units: [UInt16], by syllable: [UInt8]) -> UInt64 {
        let initialCount = syllable.count > 1 && syllable[1] == UInt8(ascii: "h") ? 2 : 1
        var places: UInt64 = 0
        for (index, letter) in syllable.enumerated() {
            guard place + index < units.count, units[place + index] == UInt16(letter) else { break }
            let (count, end) = (index + 1, place + index + 1)
            if count == 1 || count == initialCount || count == syllable.count || end == units.count {
                places |= 1 << UInt64(end)
            }
        }
        return places
    }
}
