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

/// The serial of a chip that was just held to a reader. It stands for no card: an identity document gives
/// another one each time, so none is ever issued.
struct PresentedChip: Sendable, Hashable {
    /// Counted with the cards.
    let number: Int64
    let reader: ReaderName
    let arrivedAt: Uptime

    static let chinese = "读卡器读出的是芯片序列号，不是卡号，不能作为考勤卡：请改用 IC/ID 考勤卡，或把读卡器设为输出卡号"
    static let english =
        "the reader read the serial of a chip, which is no card number: no site card can be issued from it "
        + "(another card, or set the reader to give the card's number)"
}

/// The newest cards held to any reader, so that one can be issued by presenting it. In memory alone.
final class PresentedCards: Sendable {
    static let limit = 32
    /// Older ones are nobody's who stands here now.
    static let age = Duration.seconds(60)

    private struct Ring {
        var cards: [PresentedCard] = []
        var chip: PresentedChip?
        var count: Int64 = 0
    }

    private let ring = Mutex(Ring())
    private let clock: any SiteClock

    init(clock: any SiteClock) {
        self.clock = clock
    }

    func note(_ swipes: [Swipe]) {
        ring.withLock { ring in
            // A read of uncertain time may be of yesterday.
            for swipe in swipes where !swipe.isTimeUncertain {
                switch swipe.credential {
                case .cardNumber(let card):
                    ring.count += 1
                    ring.cards.append(
                        PresentedCard(
                            number: ring.count, card: card, reader: swipe.reader, arrivedAt: swipe.arrivedAt))
                case .chipSerial:
                    ring.count += 1
                    ring.chip = PresentedChip(
                        number: ring.count, reader: swipe.reader, arrivedAt: swipe.arrivedAt)
                case .idNumber, .qrToken, .manual: continue
                }
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
                $0.number > number && now - $0.arrivedAt < Self.age && Self.is($0.reader, at: reader)
            }
        }
    }

    /// The newest chip of the last minute, unless a site card came after it.
    func newestChip(after number: Int64 = 0, at reader: String? = nil) -> PresentedChip? {
        let card = newest(after: number, at: reader)
        let now = clock.now().uptime
        return ring.withLock { ring in
            ring.chip.flatMap {
                $0.number > max(number, card?.number ?? 0) && now - $0.arrivedAt < Self.age
                    && Self.is($0.reader, at: reader) ? $0 : nil
            }
        }
    }

    private static func `is`(_ reader: ReaderName, at place: String?) -> Bool {
        place == nil || reader.description == place || reader.lane == place
    }

    /// Nil when it was never presented, or longer ago than a minute.
    func card(_ number: Int64) -> PresentedCard? {
        let now = clock.now().uptime
        return ring.withLock { ring in
            ring.cards.first { $0.number == number && now - $0.arrivedAt < Self.age }
        }
    }
}
