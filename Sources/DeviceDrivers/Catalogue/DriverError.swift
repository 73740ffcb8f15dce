/// Why a driver cannot be made or a capture not be read. Nothing was made.
public enum DriverError: Error, Equatable, Sendable {
    /// No driver has this name. `known` are the names there are.
    case unknownDriver(String, known: [String])
    /// The driver has no such option. `known` are those it has.
    case unknownOption(driver: String, option: String, known: [String])
    /// The value is not of the option's type or range. `allowed` says what is.
    case badValue(driver: String, option: String, value: String, allowed: String)
    /// Options that are right alone and wrong together; `words` say which and why.
    case conflict(driver: String, words: String)

    /// One sentence for the operator.
    public var words: String {
        switch self {
        case .unknownDriver(let name, let known):
            "no driver is called '\(name)'; known: \(known.joined(separator: ", "))"
        case .unknownOption(let driver, let option, let known):
            known.isEmpty
                ? "driver \(driver) has no options, so not '\(option)' either"
                : "driver \(driver) has no option '\(option)'; known: \(known.joined(separator: ", "))"
        case .badValue(let driver, let option, let value, let allowed):
            "option '\(option)' of driver \(driver) must be \(allowed), not '\(value)'"
        case .conflict(let driver, let words): "driver \(driver): \(words)"
        }
    }
}

extension DriverError: CustomStringConvertible {
    public var description: String { words }
}
