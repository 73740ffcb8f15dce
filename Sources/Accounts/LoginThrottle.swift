import SiteModel

/// Slows down whoever tries passwords: each account and each address has a count of failures, and after the
/// free ones a delay that doubles. On uptime, so nobody waits longer or shorter by setting the clock.
///
/// Bounded by construction: names and addresses fall into a fixed number of places by a hash that is random
/// in each process. Nothing is ever pushed out, so no flood makes a target's count forgotten; who shares a
/// place by chance waits a little for nothing. Names that nobody has are counted like others, so the answer
/// does not tell which exist.
struct LoginThrottle: Sendable {
    private struct Place {
        var failureCount = 0
        var lastTry = Uptime(nanoseconds: 0)
        var notBefore = Uptime(nanoseconds: 0)
    }

    private struct Rule {
        let freeCount: Int
        let longestDelaySeconds: Int64

        func delay(afterFailures count: Int) -> Duration {
            guard count > freeCount else { return .zero }
            let doublings = min(count - freeCount, 20)
            return .seconds(min(1 << Int64(doublings), longestDelaySeconds))
        }
    }

    static let placeCount = 1_024
    /// A quiet account or address begins anew.
    static let memory = Duration.seconds(3_600)
    /// A minute at most, so that whoever plays with somebody's name cannot keep them out for long.
    private static let ofAccount = Rule(freeCount: 3, longestDelaySeconds: 60)
    /// Several people may share an address, but one address that goes on is a program.
    private static let ofAddress = Rule(freeCount: 10, longestDelaySeconds: 600)

    private var accounts = [Place](repeating: Place(), count: Self.placeCount)
    private var addresses = [Place](repeating: Place(), count: Self.placeCount)

    /// Counts a try as failed before it is made: tries that come together do not slip through.
    ///
    /// - Returns: how long to wait; nil when the try may be made. Who must wait is not counted.
    mutating func begin(name: String, address: String, at now: Uptime) -> Duration? {
        let (account, place) = (index(of: name), index(of: address))
        let end = max(accounts[account].notBefore, addresses[place].notBefore)
        guard end <= now else { return end - now }
        Self.count(&accounts[account], by: Self.ofAccount, at: now)
        Self.count(&addresses[place], by: Self.ofAddress, at: now)
        return nil
    }

    /// The try was right after all. The address keeps its other failures: an account of one's own does not
    /// wash it.
    mutating func succeeded(name: String, address: String) {
        accounts[index(of: name)] = Place()
        let place = index(of: address)
        addresses[place].failureCount = max(0, addresses[place].failureCount - 1)
        addresses[place].notBefore = Uptime(nanoseconds: 0)
    }

    private static func count(_ place: inout Place, by rule: Rule, at now: Uptime) {
        if now - place.lastTry > memory { place.failureCount = 0 }
        place.failureCount += 1
        place.lastTry = now
        place.notBefore = now + rule.delay(afterFailures: place.failureCount)
    }

    private func index(of text: String) -> Int {
        var hasher = Hasher()
        hasher.combine(text)
        return Int(UInt(bitPattern: hasher.finalize()) % UInt(Self.placeCount))
    }
}
