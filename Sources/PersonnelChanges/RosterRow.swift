public import SiteModel

/// What a cell says. A missing column and a blank cell say nothing: what is known stays. A lone hyphen takes
/// the value away.
public enum Said<Value: Sendable & Hashable>: Sendable, Hashable {
    case nothing
    case none
    case value(Value)

    /// The value after the row, given the one before it.
    func applied(to present: Value, empty: Value) -> Value {
        switch self {
        case .nothing: present
        case .none: empty
        case .value(let value): value
        }
    }
}

/// One row of a roster file whose cells are sound in themselves. Personal data.
public struct RosterRow: Sendable, Hashable {
    /// The line of the file on which the row begins.
    public let line: Int
    public let name: String
    public let idNumber: IDNumber
    public let team: String
    public var idType: Said<String> = .nothing
    public var employer: Said<String> = .nothing
    public var workType: Said<String> = .nothing
    public var phone: Said<String> = .nothing
    public var card: Said<CardNumber> = .nothing
    public var role: Said<WorkRole> = .nothing
    public var joinedOn: Said<CivilDate> = .nothing
    /// The last day on the project.
    public var leftOn: Said<CivilDate> = .nothing

    public init(line: Int, name: String, idNumber: IDNumber, team: String) {
        self.line = line
        self.name = name
        self.idNumber = idNumber
        self.team = team
    }
}

extension RosterRow: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String { "roster row of line \(line)" }
    public var debugDescription: String { description }
}
