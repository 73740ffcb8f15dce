/// What a correction does to the swipes of a worker. Raw values are stored; names are exported.
public enum CorrectionAction: Int, Sendable, Hashable, CaseIterable {
    /// 补卡: passes that no reader saw.
    case added = 1
    /// The entry it names does not count.
    case withdrawn = 2
    /// The passes stand in place of the entry it names.
    case replaced = 3

    public var name: String {
        switch self {
        case .added: "added"
        case .withdrawn: "withdrawn"
        case .replaced: "replaced"
        }
    }
}

/// A pass through a lane as a person states it.
public struct StatedPass: Sendable, Hashable {
    public let direction: Direction
    public let at: UTCInstant

    public init(direction: Direction, at: UTCInstant) {
        self.direction = direction
        self.at = at
    }
}

/// Body of `correction`: a missed or wrong swipe put right. The original stays as it is; both are shown.
/// The entry's clock says when the correction was made, its subject whom it is about. Sealed: names may stand
/// in it.
///
/// Array of 6: `[action, origin of the corrected entry or null, its sequence or 0, passes, by, reason]`;
/// `passes` is an array of `[direction, at ms]`, at most 16.
public struct Correction: EntryBody {
    public static let passLimit = 16

    public let action: CorrectionAction
    /// The entry put right; nil for `added`.
    public let target: Target?
    /// What is to count; empty for `withdrawn`.
    public let passes: [StatedPass]
    /// Who answers for it.
    public let by: String
    public let reason: String

    public struct Target: Sendable, Hashable {
        public let origin: LedgerOrigin
        public let sequence: LedgerSequence

        public init(origin: LedgerOrigin, sequence: LedgerSequence) {
            self.origin = origin
            self.sequence = sequence
        }
    }

    public init(action: CorrectionAction, target: Target?, passes: [StatedPass], by: String, reason: String) {
        self.action = action
        self.target = target
        self.passes = passes
        self.by = by
        self.reason = reason
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 6)
        encoder.append(action.rawValue)
        encoder.append(target?.origin.text)
        encoder.append(target?.sequence.rawValue ?? 0)
        encoder.array(count: passes.count)
        for pass in passes {
            encoder.array(count: 2)
            encoder.append(pass.direction.rawValue)
            encoder.append(pass.at.milliseconds)
        }
        encoder.append(by)
        encoder.append(reason)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 6,
            let action = CorrectionAction(rawValue: Int(try decoder.integer()))
        else { throw decoder.failure }
        self.action = action
        let origin = try decoder.optionalText()
        let sequence = LedgerSequence(try decoder.integer())
        target = origin.map { Target(origin: LedgerOrigin($0), sequence: sequence) }
        let count = try decoder.array()
        guard count <= Self.passLimit else { throw decoder.failure }
        var passes: [StatedPass] = []
        for _ in 0..<count {
            guard try decoder.array() >= 2,
                let direction = Direction(rawValue: Int(try decoder.integer()))
            else { throw decoder.failure }
            passes.append(
                StatedPass(direction: direction, at: UTCInstant(milliseconds: try decoder.integer())))
        }
        self.passes = passes
        by = try decoder.text()
        reason = try decoder.text()
    }
}
