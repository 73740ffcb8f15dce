/// What a field may hold. Lengths count characters, picture sizes count the Base64 text.
indirect enum FieldKind: Sendable {
    case text(Int)
    case code(CodeTable)
    /// Six digits (GB 2260).
    case areaCode
    case wholeNumber
    case number(ClosedRange<Double>)
    /// A sealed bank card number or the like of at most so many characters.
    case sealed(Int)
    /// A sealed identity number, whose kind the member of that name says.
    case identity(type: String)
    case picture(kilobytes: Int)
    case day
    case second
    case month
    /// At least one element, at most so many.
    case list(Int, [FieldRule])
    /// What the documents do not describe.
    case anything
}

struct FieldRule: Sendable {
    let name: String
    let isRequired: Bool
    let kind: FieldKind

    static func must(_ name: String, _ kind: FieldKind) -> FieldRule {
        FieldRule(name: name, isRequired: true, kind: kind)
    }

    static func may(_ name: String, _ kind: FieldKind) -> FieldRule {
        FieldRule(name: name, isRequired: false, kind: kind)
    }
}
