import AccessControl
import SiteModel
import Synchronization

/// Nanoseconds for one look-up, one round.
struct LookupRound {
    let card: Double
    let number: Double
    let dictionary: Double
    let chase: Double
    /// The loop of the three above without any look-up: in them, not taken off.
    let loop: Double
    /// One uncontended `Mutex.withLock`: in the first two, not taken off.
    let lock: Double
}

/// The same workers in the index, in a dictionary, and a chase as large as the index.
struct LookupSubject {
    private let index: WorkerIndex
    private let dictionary: [UInt64: IndexedWorker]
    private let cards: [Credential]
    private let numbers: [Credential]
    private let keys: [UInt64]
    private let chase: PointerChase
    private let lock = CountingLock()

    init(site: InventedSite, index: WorkerIndex) {
        self.index = index
        var order = Array(0..<site.workerCount)
        var random = SystemRandomNumberGenerator()
        order.shuffle(using: &random)
        cards = order.map { .cardNumber(site.cards[$0]) }
        numbers = order.map { .idNumber(site.numbers[$0]) }
        keys = order.map { site.cards[$0].packed }
        var dictionary: [UInt64: IndexedWorker] = [:]
        dictionary.reserveCapacity(site.workerCount)
        for card in site.cards { dictionary[card.packed] = index.lookUp(.cardNumber(card)) }
        self.dictionary = dictionary
        chase = PointerChase(byteCount: index.byteCount)
    }

    func round(lookUpCount: Int) -> LookupRound {
        LookupRound(
            card: walk(cards, lookUpCount) { index.lookUp($0)!.id.rawValue },
            number: walk(numbers, lookUpCount) { index.lookUp($0)!.id.rawValue },
            dictionary: walk(keys, lookUpCount) { dictionary[$0]!.id.rawValue },
            chase: nanoseconds(lookUpCount) { chase.run(stepCount: lookUpCount) },
            loop: walk(keys, lookUpCount) { $0 & 0xFFFF_FFFF >> 1 },
            lock: nanoseconds(lookUpCount) { lock.run(lookUpCount) })
    }

    /// Looks up one after the other. Bit 39 of a result is never set, but only the look-up itself knows: so
    /// the place of the next credential waits for it. The places lie in order, so that finding the credential
    /// costs no miss of its own.
    @inline(__always)
    private func walk<Key>(_ keys: [Key], _ count: Int, _ lookUp: (Key) -> UInt64) -> Double {
        nanoseconds(count) {
            var place = 0
            for _ in 0..<count {
                place += 1 + Int(lookUp(keys[place]) >> 39 & 1)
                if place >= keys.count { place = 0 }
            }
            return UInt64(place)
        }
    }
}

/// A cycle through all cache lines of a block of memory, each naming the next: the cost of one miss that
/// nothing can hide.
struct PointerChase {
    private static let wordsPerLine = 8
    private let words: [UInt64]

    init(byteCount: Int) {
        let lineCount = max(2, byteCount / (Self.wordsPerLine * 8))
        var words = [UInt64](repeating: 0, count: lineCount * Self.wordsPerLine)
        let order = (1..<lineCount).shuffled()
        var line = 0
        for next in order {
            words[line * Self.wordsPerLine] = UInt64(next * Self.wordsPerLine)
            line = next
        }
        words[line * Self.wordsPerLine] = 0
        self.words = words
    }

    @inline(never)
    func run(stepCount: Int) -> UInt64 {
        var place: UInt64 = 0
        for _ in 0..<stepCount { place = words[Int(place)] }
        return place
    }
}

final class CountingLock: Sendable {
    private let count = Mutex<UInt64>(0)

    @inline(never)
    func run(_ times: Int) -> UInt64 {
        for _ in 0..<times { count.withLock { $0 &+= 1 } }
        return count.withLock { $0 }
    }
}

@inline(__always)
func nanoseconds(_ count: Int, _ body: () -> UInt64) -> Double {
    let began = ProcessMeter.cpuNanoseconds()
    let result = body()
    let spent = ProcessMeter.cpuNanoseconds() - began
    precondition(result != .max, "the result is used, so the work is done")
    return Double(spent) / Double(count)
}
