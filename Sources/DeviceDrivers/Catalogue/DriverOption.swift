import SiteModel

/// One option of a driver: declared here once; reading, help and error messages follow.
public struct DriverOption: Sendable, Hashable {
    /// The word in the configuration.
    public let name: String
    public let type: OptionType
    /// As it would be written; it is a valid value of the type.
    public let defaultText: String
    /// What it means, one sentence.
    public let sentence: String

    public init(_ name: String, _ type: OptionType, default defaultText: String, _ sentence: String) {
        self.name = name
        self.type = type
        self.defaultText = defaultText
        self.sentence = sentence
    }

    /// Allowed values in words: `500ms to 10s`, `one of dec, hex`.
    public var range: String { type.range }
}

/// How the value of an option is written, with its range.
public enum OptionType: Sendable, Hashable {
    case choice([String])
    /// `unit` names what is counted; empty when the name of the option says it.
    case wholeNumber(ClosedRange<Int>, unit: String)
    /// Whole number and unit: `500ms`, `3s`.
    case duration(ClosedRange<Duration>)
    /// One to `upTo` bytes as hexadecimal digits, or one of the words in `orWords`.
    case bytes(upTo: Int, orWords: [String])
    /// Where a key lies, never the key: `credential:NAME` or `file:PATH`.
    case secret

    /// `choice`, `whole number`, `duration`, `bytes` or `secret`.
    public var name: String {
        switch self {
        case .choice: "choice"
        case .wholeNumber: "whole number"
        case .duration: "duration"
        case .bytes: "bytes"
        case .secret: "secret"
        }
    }

    /// What is counted: `characters`, `bits a second`; `ms, s, min or h` for durations; empty otherwise.
    public var unit: String {
        switch self {
        case .choice, .bytes, .secret: ""
        case .wholeNumber(_, let unit): unit
        case .duration: "ms, s, min or h"
        }
    }

    /// Allowed values in words.
    public var range: String {
        switch self {
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .wholeNumber(let range, let unit):
            "\(range.lowerBound) to \(range.upperBound)" + (unit.isEmpty ? "" : " \(unit)")
        case .duration(let range): "\(range.lowerBound.text) to \(range.upperBound.text)"
        case .bytes(let limit, let words):
            "1 to \(limit) bytes in hexadecimal"
                + (words.isEmpty ? "" : ", or \(words.joined(separator: " or "))")
        case .secret: "credential: NAME or file: PATH, the path from the root"
        }
    }
}

/// The options given to one driver, read by their declarations.
struct OptionReader {
    let driver: String
    private let declared: [DriverOption]
    private let given: [String: String]

    /// - Throws: `DriverError.unknownOption` for a name that is not declared.
    init(
        _ given: [String: String], of driver: String, declared: [DriverOption]
    ) throws(DriverError) {
        let names = declared.map(\.name)
        // Sorted: of several unknown names the same one is told each time.
        for name in given.keys.sorted() where !names.contains(name) {
            throw .unknownOption(driver: driver, option: name, known: names)
        }
        self.driver = driver
        self.declared = declared
        self.given = given
    }

    func choice(_ name: String) throws(DriverError) -> String {
        guard case .choice(let words) = type(of: name), words.contains(text(of: name)) else {
            throw badValue(of: name)
        }
        return text(of: name)
    }

    func wholeNumber(_ name: String) throws(DriverError) -> Int {
        guard case .wholeNumber(let range, _) = type(of: name), let value = Int(text(of: name)),
            range.contains(value)
        else { throw badValue(of: name) }
        return value
    }

    func duration(_ name: String) throws(DriverError) -> Duration {
        guard case .duration(let range) = type(of: name), let value = Duration(text: text(of: name)),
            range.contains(value)
        else { throw badValue(of: name) }
        return value
    }

    /// - Returns: nil when the value is one of the option's words; `text(of:)` says which.
    func bytes(_ name: String) throws(DriverError) -> [UInt8]? {
        guard case .bytes(let limit, let words) = type(of: name) else { throw badValue(of: name) }
        if words.contains(text(of: name)) { return nil }
        guard let bytes = [UInt8](hexadecimal: text(of: name)), (1...limit).contains(bytes.count) else {
            throw badValue(of: name)
        }
        return bytes
    }

    /// - Returns: the reference as written.
    func secret(_ name: String) throws(DriverError) -> String {
        let parts = text(of: name).split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard case .secret = type(of: name), parts.count == 2, !parts[1].isEmpty,
            parts[0] == "file" ? parts[1].hasPrefix("/") : parts[0] == "credential" && !parts[1].contains("/")
        else { throw badValue(of: name) }
        return text(of: name)
    }

    func text(of name: String) -> String { given[name] ?? option(name).defaultText }

    func conflict(_ words: String) -> DriverError { .conflict(driver: driver, words: words) }

    private func badValue(of name: String) -> DriverError {
        .badValue(driver: driver, option: name, value: text(of: name), allowed: option(name).range)
    }

    private func type(of name: String) -> OptionType { option(name).type }

    private func option(_ name: String) -> DriverOption {
        guard let option = declared.first(where: { $0.name == name }) else {
            preconditionFailure("driver \(driver) reads an option '\(name)' that it does not declare")
        }
        return option
    }
}
