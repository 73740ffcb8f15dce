import Synchronization

/// The faults that are in force, and those done. Chance comes from a seed: the same calls in the same order
/// meet the same faults.
final class FaultPlan: Sendable {
    private struct State {
        var rules: [FaultRule]
        var random: SeededRandom
        var done: [FaultKind: Int] = [:]
    }

    private let state: Mutex<State>

    init(rules: [FaultRule], seed: UInt64) {
        state = Mutex(State(rules: rules, random: SeededRandom(seed: seed)))
    }

    /// The fault that the next call of `method` meets, and a number for what else is left to chance.
    func draw(_ method: String) -> (fault: FaultKind, choice: UInt64)? {
        state.withLock { state in
            for index in state.rules.indices {
                let rule = state.rules[index]
                guard rule.method == nil || rule.method == method, rule.remaining != 0 else { continue }
                guard rule.probability >= 1 || state.random.fraction() < rule.probability else { continue }
                if let remaining = rule.remaining { state.rules[index].remaining = remaining - 1 }
                state.done[rule.kind, default: 0] += 1
                return (rule.kind, state.random.next())
            }
            return nil
        }
    }

    func set(_ rules: [FaultRule], seed: UInt64?) {
        state.withLock { state in
            state.rules = rules
            if let seed { state.random = SeededRandom(seed: seed) }
        }
    }

    var rules: [FaultRule] { state.withLock { $0.rules.filter { $0.remaining != 0 } } }

    var done: [FaultKind: Int] { state.withLock { $0.done } }
}

/// SplitMix64.
struct SeededRandom: RandomNumberGenerator {
    private var position: UInt64

    init(seed: UInt64) { position = seed }

    mutating func next() -> UInt64 {
        position &+= 0x9E37_79B9_7F4A_7C15
        var mixed = position
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// From 0 up to 1.
    mutating func fraction() -> Double { Double(next() >> 11) / Double(1 << 53) }
}
