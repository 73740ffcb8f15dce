/// Where one entry of a worker stands on its way to a platform. Raw values are stored; names are exported.
public enum DeliveryState: Int, Sendable, Hashable, CaseIterable {
    /// The platform has it and has not judged it.
    case sent = 1
    case confirmed = 2
    /// Refused, in the platform's words; waits for a person.
    case rejected = 3

    public var name: String {
        switch self {
        case .sent: "sent"
        case .confirmed: "confirmed"
        case .rejected: "rejected"
        }
    }
}

/// Body of `deliveryAnswered`: what a platform said of one change of personnel or one pass.
///
/// Array of 6: `[platform, sequence, pass, state, receipt or code, words]`; of 11 with the five of
/// `CarriedAnswer` when another node was told. The subject is the worker. Sealed: the words of a platform
/// may name persons.
public struct DeliveryAnswered: EntryBody {
    /// Numbers of passes within a correction, and of rows within a month.
    static let passes = 0...Int64(MonthStated.rowLimit)

    /// Name of the platform in the configuration.
    public let platform: String
    /// The entry that was delivered; of this origin.
    public let entry: LedgerSequence
    /// Of a correction: which of its passes, from 1; of a month: which of its rows, from 1; else 0.
    public let pass: Int
    public let state: DeliveryState
    /// The receipt where there is one; of a refusal the platform's code.
    public let code: String
    public let words: String
    /// Nil: this node was told.
    public let carried: CarriedAnswer?

    public init(
        platform: String, entry: LedgerSequence, pass: Int = 0, state: DeliveryState, code: String,
        words: String = "", carried: CarriedAnswer? = nil
    ) {
        self.platform = platform
        self.entry = entry
        self.pass = pass
        self.state = state
        self.code = code
        self.words = words
        self.carried = carried
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: carried == nil ? 6 : 6 + CarriedAnswer.elementCount)
        encoder.append(platform)
        encoder.append(entry.rawValue)
        encoder.append(pass)
        encoder.append(state.rawValue)
        encoder.append(code)
        encoder.append(words)
        carried?.encode(into: &encoder)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        let count = try decoder.array()
        guard count >= 6 else { throw decoder.failure }
        platform = try decoder.text()
        entry = LedgerSequence(try decoder.integer())
        let number = try decoder.integer()
        guard DeliveryAnswered.passes.contains(number),
            let state = DeliveryState(rawValue: Int(try decoder.integer()))
        else { throw decoder.failure }
        pass = Int(number)
        self.state = state
        code = try decoder.text()
        words = try decoder.text()
        carried = try CarriedAnswer(from: &decoder, isThere: count >= 6 + CarriedAnswer.elementCount)
    }
}

/// Body of `deliverySettled`: a person decided about what a platform refused.
///
/// Array of 6: `[platform, sequence, pass, is resent, by, reason]`. The subject is the worker. Sealed.
public struct DeliverySettled: EntryBody {
    public let platform: String
    public let entry: LedgerSequence
    public let pass: Int
    /// Sent once more; false: never to be sent to this platform.
    public let isResent: Bool
    public let by: String
    public let reason: String

    public init(
        platform: String, entry: LedgerSequence, pass: Int = 0, isResent: Bool, by: String, reason: String
    ) {
        self.platform = platform
        self.entry = entry
        self.pass = pass
        self.isResent = isResent
        self.by = by
        self.reason = reason
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 6)
        encoder.append(platform)
        encoder.append(entry.rawValue)
        encoder.append(pass)
        encoder.append(isResent)
        encoder.append(by)
        encoder.append(reason)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 6 else { throw decoder.failure }
        platform = try decoder.text()
        entry = LedgerSequence(try decoder.integer())
        let number = try decoder.integer()
        guard DeliveryAnswered.passes.contains(number) else { throw decoder.failure }
        pass = Int(number)
        isResent = try decoder.bool()
        by = try decoder.text()
        reason = try decoder.text()
    }
}

/// Body of `organisationAnswered`: what a platform said of a company or a team of the site.
///
/// Array of 6: `[platform, company, team or null, number or null, is taken, words]`. In clear: the digits of
/// words are masked before they come here.
public struct OrganisationAnswered: EntryBody {
    public let platform: String
    /// Name of the company.
    public let employer: String
    /// Nil: the answer is about the company itself.
    public let team: String?
    /// What the platform calls the team (`teamSysNo`).
    public let number: Int64?
    public let isTaken: Bool
    /// Of a refusal.
    public let words: String

    public init(
        platform: String, employer: String, team: String?, number: Int64?, isTaken: Bool, words: String = ""
    ) {
        self.platform = platform
        self.employer = employer
        self.team = team
        self.number = number
        self.isTaken = isTaken
        self.words = words
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 6)
        encoder.append(platform)
        encoder.append(employer)
        encoder.append(team)
        encoder.append(number)
        encoder.append(isTaken)
        encoder.append(words)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 6 else { throw decoder.failure }
        platform = try decoder.text()
        employer = try decoder.text()
        team = try decoder.optionalText()
        number = try decoder.optionalInteger()
        isTaken = try decoder.bool()
        words = try decoder.text()
    }
}

/// Body of `attendanceConfirmed`: the proof that a platform took these attendance entries of this origin.
///
/// Array of 3: `[platform, receipt, entries]`; `entries` is an array of whole numbers in ascending runs:
/// first, count, first, count …, each first counted from the end of the run before. Of 8 with the five of
/// `CarriedAnswer` when another node was told.
public struct AttendanceConfirmed: EntryBody {
    /// Entries in one body.
    public static let countLimit = 10_000

    public let platform: String
    /// Empty where the platform gives none.
    public let receipt: String
    /// Ascending, each once.
    public let entries: [LedgerSequence]
    /// Nil: this node was told.
    public let carried: CarriedAnswer?

    public init(
        platform: String, receipt: String, entries: [LedgerSequence], carried: CarriedAnswer? = nil
    ) {
        self.platform = platform
        self.receipt = receipt
        self.entries = entries.sorted()
        self.carried = carried
    }

    public var encoded: [UInt8] {
        var runs: [(first: Int64, count: Int64)] = []
        for entry in entries {
            if let last = runs.last, last.first + last.count == entry.rawValue {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((entry.rawValue, 1))
            }
        }
        var encoder = CanonicalEncoder(reservingByteCount: 64 + runs.count * 4)
        encoder.array(count: carried == nil ? 3 : 3 + CarriedAnswer.elementCount)
        encoder.append(platform)
        encoder.append(receipt)
        encoder.array(count: 2 * runs.count)
        var end: Int64 = 0
        for run in runs {
            encoder.append(run.first - end)
            encoder.append(run.count)
            end = run.first + run.count
        }
        carried?.encode(into: &encoder)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        let elementCount = try decoder.array()
        guard elementCount >= 3 else { throw decoder.failure }
        platform = try decoder.text()
        receipt = try decoder.text()
        let count = try decoder.array()
        guard count.isMultiple(of: 2), count <= 2 * Self.countLimit else { throw decoder.failure }
        var entries: [LedgerSequence] = []
        var end: Int64 = 0
        for _ in 0..<count / 2 {
            let (distance, length) = (try decoder.integer(), try decoder.integer())
            guard distance >= (end == 0 ? 1 : 0), (1...Int64(Self.countLimit)).contains(length),
                distance < LedgerSequence.limit, entries.count + Int(length) <= Self.countLimit
            else { throw decoder.failure }
            let first = end + distance
            entries += (first..<first + length).map(LedgerSequence.init)
            end = first + length
        }
        self.entries = entries
        carried = try CarriedAnswer(
            from: &decoder, isThere: elementCount >= 3 + CarriedAnswer.elementCount)
    }
}
