import AttendanceLedger
import SiteModel
import Synchronization

/// QR badges and day passes that may be shown at a lane: whose they are, until when, and what they were used
/// for. Follows the ledger.
///
/// - A badge lets in once and out once. A photograph of it opens nothing after its owner, and if it came
///   first, the owner is refused and knows. Who leaves is let out in any case; a used code then counts for
///   nobody.
/// - Looking and marking are one step, so that two copies shown at two lanes at once are one use.
/// - Bound: 65,536 badges. Then those that are over leave, or the oldest: it is nobody's.
final class BadgeBook: Sendable {
    /// A badge that was shown, before it is used.
    struct Shown: Sendable {
        let number: LedgerSequence
        /// Nil for a visitor.
        let worker: WorkerID?
        fileprivate let code: BadgeCode
    }

    private struct Badge {
        let worker: WorkerID?
        let issued: ClockReading
        let until: UTCInstant
        var isRevoked = false
        /// Bits by the direction's raw value.
        var usedDirections = 0
    }

    private struct Use {
        let badge: LedgerSequence
        let direction: Direction
    }

    private struct State {
        var badges: [LedgerSequence: Badge] = [:]
        /// By the attendance that the badge let through, so that it can be given back.
        var uses: [LedgerSequence: Use] = [:]
        /// Admitted and not seen to leave; of more than `visitorLimit` the oldest are forgotten, as they are
        /// by `SiteBook`.
        var visitors: Set<LedgerSequence> = []
    }

    private static let limit = 65_536
    private static let visitorLimit = 1_000

    private let key: BadgeKey
    private let originTag: UInt32
    private let time: SiteTime
    private let state = Mutex(State())

    init(key: BadgeKey, originTag: UInt32, time: SiteTime) {
        self.key = key
        self.originTag = originTag
        self.time = time
    }

    /// The text of a badge of this node.
    func text(_ kind: BadgeCode.Kind, _ number: LedgerSequence, until: UTCInstant) -> String {
        key.text(of: BadgeCode(kind: kind, originTag: originTag, number: number, until: until))
    }

    /// - Returns: nil for a text that this site did not sign.
    func read(_ text: String) -> Shown? {
        guard let code = key.code(of: text), code.originTag == originTag else { return nil }
        let worker = state.withLock { $0.badges[code.number]?.worker }
        return Shown(number: code.number, worker: worker, code: code)
    }

    /// Uses a badge for one direction, unless something is wrong with it.
    ///
    /// - Returns: what is wrong; empty when it was used just now. `isVisitor` for whoever is not on the
    ///   roster, among them the bearer of a badge that nobody remembers: that one is over.
    func use(_ shown: Shown, _ direction: Direction, at reading: ClockReading) -> WorkerStanding {
        state.withLock { state in
            guard let badge = state.badges[shown.number] else { return [.isVisitor, .hasBadgeEnded] }
            let kind: WorkerStanding = badge.worker == nil ? .isVisitor : []
            if badge.isRevoked { return kind.union(.hasBadgeEnded) }
            switch isOver(badge, at: reading) {
            case nil: return kind.union(.isBadgeTimeUnknown)
            case true?: return kind.union(.hasBadgeEnded)
            case false?: break
            }
            let bit = 1 << direction.rawValue
            guard badge.usedDirections & bit == 0 else { return kind.union(.isBadgeUsed) }
            state.badges[shown.number]?.usedDirections |= bit
            return kind
        }
    }

    /// What a repeat of a use says: nothing is wrong.
    func standing(of shown: Shown) -> WorkerStanding { shown.worker == nil ? .isVisitor : [] }

    /// Nobody passed, or nothing was written.
    func giveBack(_ badge: LedgerSequence, _ direction: Direction) {
        state.withLock { $0.badges[badge]?.usedDirections &= ~(1 << direction.rawValue) }
    }

    /// Nil when it cannot be known. A clock that nobody vouched for is believed where it can be right: not
    /// before the badge was given. Else the uptime tells, within one boot.
    private func isOver(_ badge: Badge, at reading: ClockReading) -> Bool? {
        let corrected = time.corrected(reading)
        let issued = time.corrected(badge.issued).instant
        let isPossible = ClockHistory.plausible.contains(corrected.instant) && corrected.instant >= issued
        if reading.isSynchronised || corrected.isKnown || isPossible {
            return corrected.instant >= badge.until
        }
        guard reading.boot == badge.issued.boot else { return nil }
        let validity = badge.until.milliseconds - badge.issued.wall.milliseconds
        return (reading.uptime - badge.issued.uptime).wholeMilliseconds >= validity
    }

    /// Takes an entry in; any that is of no badge tells nothing.
    func follow(_ entry: LedgerEntry) throws(CanonicalDecodingError) {
        switch entry.kind {
        case .badgeIssued:
            let issued = try BadgeIssued(encoded: entry.body)
            add(Badge(worker: entry.subject, issued: entry.clock, until: issued.until), entry.sequence)
        case .visitorAdmitted:
            let admitted = try VisitorAdmitted(encoded: entry.body)
            add(Badge(worker: nil, issued: entry.clock, until: admitted.until), entry.sequence)
            state.withLock { state in
                state.visitors.insert(entry.sequence)
                if state.visitors.count > Self.visitorLimit, let oldest = state.visitors.min() {
                    state.visitors.remove(oldest)
                }
            }
        case .badgeRevoked: revoke(try BadgeRevoked(encoded: entry.body).badge)
        case .visitorLeft:
            let admission = try VisitorLeft(encoded: entry.body).admission
            revoke(admission)
            state.withLock { _ = $0.visitors.remove(admission) }
        case .attendance:
            let record = try AttendanceRecord(encoded: entry.body)
            guard let badge = record.badge, record.reason == nil else { return }
            note(Use(badge: badge, direction: record.direction), by: entry.sequence)
        case .passage:
            let passage = try PassageRecord(encoded: entry.body)
            guard passage.passage == .notPassed else { return }
            state.withLock { state in
                guard let use = state.uses.removeValue(forKey: passage.attendance) else { return }
                state.badges[use.badge]?.usedDirections &= ~(1 << use.direction.rawValue)
            }
        default: return
        }
    }

    /// Visitors on site.
    var visitorCount: Int { state.withLock { $0.visitors.count } }

    private func revoke(_ badge: LedgerSequence) {
        state.withLock { $0.badges[badge]?.isRevoked = true }
    }

    private func note(_ use: Use, by attendance: LedgerSequence) {
        state.withLock { state in
            guard state.badges[use.badge] != nil else { return }
            state.badges[use.badge]?.usedDirections |= 1 << use.direction.rawValue
            state.uses[attendance] = use
        }
    }

    private func add(_ badge: Badge, _ number: LedgerSequence) {
        let now = time.instant(of: time.now())
        state.withLock { state in
            if state.badges.count >= Self.limit {
                state.badges = state.badges.filter { $0.value.until > now }
                if state.badges.count >= Self.limit, let oldest = state.badges.keys.min() {
                    state.badges[oldest] = nil
                }
                state.uses = state.uses.filter { state.badges[$0.value.badge] != nil }
            }
            state.badges[number] = badge
        }
    }
}
