import SiteModel

/// The body of `POST /sandbox/faults`:
///
///     {"faults": [{"fault": "drop", "probability": 0.1}, {"fault": "http-500", "next": 3,
///      "method": "WorkerAttendance.Add"}], "seed": 7, "forget_bad_records": true}
///
/// The list replaces the one in force; every member may be left out.
struct FaultOrder {
    var rules: [FaultRule]?
    var seed: UInt64?
    var forgetsBadRecords = false

    /// - Returns: nil when it is no such object.
    init?(_ text: String) {
        guard let json = JSONValue(text.utf8), case .object = json else { return nil }
        if case .array(let elements)? = json["faults"] {
            var rules: [FaultRule] = []
            for element in elements {
                guard let rule = Self.rule(element) else { return nil }
                rules.append(rule)
            }
            self.rules = rules
        }
        seed = json["seed"]?.scalarText.flatMap { UInt64($0) }
        forgetsBadRecords = json["forget_bad_records"] == .flag(true)
    }

    private static func rule(_ json: JSONValue) -> FaultRule? {
        if let text = json.scalarText { return FaultRule(text: text) }
        guard let kind = json["fault"]?.scalarText.flatMap({ FaultKind(rawValue: $0) }) else { return nil }
        var rule = FaultRule(kind, method: json["method"]?.scalarText)
        if let number = json["probability"] {
            guard let value = number.scalarText.flatMap({ Double($0) }), (0...1).contains(value) else {
                return nil
            }
            rule.probability = value
        }
        if let number = json["next"] {
            guard let value = number.wholeNumber, value > 0 else { return nil }
            rule.remaining = Int(value)
        }
        return rule
    }
}
