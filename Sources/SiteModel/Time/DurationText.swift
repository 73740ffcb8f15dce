/// Durations as people write them in configuration: a whole number and a unit, `500ms`, `3s`, `5min`, `24h`.
extension Duration {
    /// Reads digits followed at once by `ms`, `s`, `min` or `h`; nil for anything else or more than 10,000
    /// hours.
    public init?(text: some StringProtocol) {
        let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
        guard (1...12).contains(digits.count), let number = Int64(String(decoding: digits, as: UTF8.self)),
            let unit = Self.units.first(where: { $0.name == text.dropFirst(digits.count) }),
            number <= Self.longestMilliseconds / unit.milliseconds
        else { return nil }
        self = .milliseconds(number * unit.milliseconds)
    }

    /// The shortest exact form that `init(text:)` reads back: `3s`, not `3000ms`. Parts of a millisecond are
    /// left out; a negative duration prints as `0s`.
    public var text: String {
        let milliseconds = max(0, wholeMilliseconds)
        guard milliseconds > 0 else { return "0s" }
        let unit = Self.units.last { milliseconds.isMultiple(of: $0.milliseconds) } ?? Self.units[0]
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }

    /// Shortest first.
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1_000), ("min", 60_000), ("h", 3_600_000),
    ]

    private static let longestMilliseconds: Int64 = 10_000 * 3_600_000
}
