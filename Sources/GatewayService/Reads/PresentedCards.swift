import SiteModel
import Synchronization

/// A site card that was just held to a reader.
struct PresentedCard: Sendable, Hashable {
    /// From 1 in this run of the program.
    let number: Int64
    let card: CardNumber
    let reader: ReaderName
    let arrivedAt: Uptime
}

/// The newest cards held to any reader, so that one can be issued by presenting it. In memory alone.
final class PresentedCards: Sendable {
    static let limit = 32
    /// Older ones are nobody's who stands here now.
    static let age = Duration.seconds(60)

    private struct Ring {
        var cards: [PresentedCard] = []
        var count: Int64 = 0
    }

    private let ring = Mutex(Ring())
    private let clock: any SiteClock

    init(clock: any SiteClock) {
        self.clock = clock
    }

    func note(_ swipes: [Swipe]) {
        ring.withLock { ring in
            for swipe in swipes {
                // A read of uncertain time may be of yesterday.
                guard case .cardNumber(let card) = swipe.credential, !swipe.isTimeUncertain else { continue }
                ring.count += 1
                ring.cards.append(
                    PresentedCard(
                        number: ring.count, card: card, reader: swipe.reader, arrivedAt: swipe.arrivedAt))
            }
            if ring.cards.count > Self.limit { ring.cards.removeFirst(ring.cards.count - Self.limit) }
        }
    }

    /// Cards so far; the next one gets the number after it.
    var count: Int64 { ring.withLock { $0.count } }

    /// The newest of the last minute.
    ///
    /// - Parameters:
    ///   - number: only what came after it.
    ///   - reader: `lane/reader` or a lane; nil: any.
    func newest(after number: Int64 = 0, at reader: String? = nil) -> PresentedCard? {
        let now = clock.now().uptime
        return ring.withLock { ring in
            ring.cards.last {
                $0.number > number && now - $0.arrivedAt < Self.age
                    && (reader == nil || $0.reader.description == reader || $0.reader.lane == reader)
            }
        }
    }

    /// Nil when it was never presented, or longer ago than a minute.
    func card(_ number: Int64) -> PresentedCard? {
        let now = clock.now().uptime
        return ring.withLock { ring in
            ring.cards.first { $0.number == number && now - $0.arrivedAt < Self.age }
        }
    }
}
