import SiteModel

/// The outputs of one device: which open a lane, what they were told, and whether they do it.
struct OSDPOutputs: Sendable {
    /// Index of the barrier by output.
    var barriers: [UInt8: Int] = [:]
    /// The barriers stand open for everybody.
    var isReleased = false
    /// The device says what its outputs do.
    var canBeAsked = true
    /// An output that does not do what it was told, as said last.
    private(set) var fault: String?
    /// Ends of the pulses that the device is making.
    private var pulseEnds: [UInt8: Uptime] = [:]
    /// Ends of pulses that ran when the conversation began anew. Somebody walks through: their outputs are
    /// left alone until then, and set afterwards.
    private var sparedUntil: [UInt8: Uptime] = [:]
    private var askAt = Uptime(nanoseconds: 0)
    /// Outputs that the device has said to be on: before that its word against a pulse proves nothing, for
    /// some devices always say off.
    private var seenOn: Set<UInt8> = []
    /// Outputs whose last pulse did not show.
    private var stuck: Set<UInt8> = []
    /// When an output was told again last.
    private var toldAgainAt: [UInt8: Uptime] = [:]

    /// The device took an order.
    mutating func noteTaken(_ number: UInt8, _ order: OSDPCommand.Output, _ tenths: UInt16, at uptime: Uptime)
    {
        pulseEnds[number] = order == .pulse ? uptime + .milliseconds(100 * Int64(tenths)) : nil
        sparedUntil[number] = nil
    }

    /// The device was met anew: what it was told before is forgotten, but for pulses that may still run.
    mutating func restart(at uptime: Uptime) {
        sparedUntil.merge(pulseEnds.filter { uptime < $0.value }) { $1 }
        (pulseEnds, fault, stuck) = ([:], nil, [])
        askAt = uptime + Self.interval
    }

    func isSpared(_ number: UInt8, at uptime: Uptime) -> Bool {
        !isReleased && sparedUntil[number].map { uptime < $0 } ?? false
    }

    /// An output to be set now that was left alone before.
    mutating func takeSpared(at uptime: Uptime) -> UInt8? {
        guard let number = sparedUntil.filter({ $0.value <= uptime }).keys.min() else { return nil }
        sparedUntil[number] = nil
        return number
    }

    /// Whether it is time to ask what they do; then not again for a while.
    mutating func isQuestionDue(at uptime: Uptime) -> Bool {
        guard canBeAsked, !barriers.isEmpty, uptime >= askAt else { return false }
        askAt = uptime + Self.interval
        return true
    }

    /// What the device says of them.
    ///
    /// - Parameter told: outputs that an order is on its way to: of them nothing is judged.
    /// - Returns: outputs that did not make the pulse that opens a lane, and those that are to be told again;
    ///   in order.
    mutating func take(
        _ states: [Bool], told: Set<UInt8>, at uptime: Uptime
    ) -> (failed: [UInt8], wrong: [UInt8]) {
        var (failed, wrong): ([UInt8], [UInt8]) = ([], [])
        var words: [String] = []
        for number in barriers.keys.sorted()
        where Int(number) < states.count && !told.contains(number) && !isSpared(number, at: uptime) {
            let isOn = states[Int(number)]
            if isOn {
                seenOn.insert(number)
                stuck.remove(number)
            }
            let pulse = pulseEnds[number]
            // Around the end of its pulse it may be either.
            if let pulse, uptime + Self.tolerance >= pulse, uptime < pulse + Self.tolerance * 3 { continue }
            let isPulse = pulse.map { uptime < $0 } ?? false
            guard isOn != (isReleased || isPulse) else { continue }
            if isPulse {
                stuck.insert(number)
                pulseEnds[number] = nil
                if seenOn.contains(number) { failed.append(number) }
            } else {
                words.append("output \(number) is \(isOn ? "on and should be off" : "off and should be on")")
                guard toldAgainAt[number].map({ uptime - $0 >= Self.interval }) ?? true else { continue }
                toldAgainAt[number] = uptime
                wrong.append(number)
            }
        }
        words += stuck.sorted().map { "output \($0) is off and should be on" }
        fault = words.isEmpty ? nil : words.joined(separator: ", ")
        return (failed, wrong)
    }

    private static let interval = Duration.seconds(10)
    private static let tolerance = Duration.milliseconds(100)
}
