import Crypto
public import SiteModel
import Synchronization

/// Who is logged in. In memory only: a restart ends all sessions.
///
/// Of a token its SHA-256 is kept, so a dump of the memory or a log of this table opens nothing.
public final class SessionTable: Sendable {
    public static let limit = 256
    /// Of one account; the one unused for longest makes room.
    public static let limitPerAccount = 8
    public static let idleLimit = Duration.seconds(30 * 60)
    public static let absoluteLimit = Duration.seconds(12 * 3_600)

    private struct Seat {
        let session: Session
        let began: Uptime
        var used: Uptime
        var note: SessionNote?

        func isOver(at now: Uptime) -> Bool {
            now - used >= SessionTable.idleLimit || now - began >= SessionTable.absoluteLimit
        }
    }

    private let clock: any SiteClock
    private let seats = Mutex<[[UInt8]: Seat]>([:])

    public init(clock: any SiteClock) {
        self.clock = clock
    }

    public var count: Int { seats.withLock { $0.count } }

    /// - Returns: the token for the cookie, 64 hexadecimal digits, which is kept nowhere.
    func begin(for account: Account) -> (token: String, session: Session) {
        let token = RandomBytes.make(count: 32).hexadecimal
        let key = Self.key(of: token)
        let session = Session(
            key: key, account: account.name, displayName: account.displayName, role: account.role,
            formToken: RandomBytes.make(count: 32).hexadecimal)
        let now = clock.now().uptime
        seats.withLock { seats in
            seats = seats.filter { !$0.value.isOver(at: now) }
            let own = seats.filter { $0.value.session.account == account.name }
            if own.count >= Self.limitPerAccount { Self.removeOldest(of: own, from: &seats) }
            if seats.count >= Self.limit { Self.removeOldest(of: seats, from: &seats) }
            seats[key] = Seat(session: session, began: now, used: now)
        }
        return (token, session)
    }

    /// The session of a cookie's token, and it counts as used now; nil when there is none or it is over.
    public func session(withToken token: String) -> Session? {
        guard token.utf8.count == 64 else { return nil }
        let key = Self.key(of: token)
        let now = clock.now().uptime
        return seats.withLock { seats in
            guard var seat = seats[key] else { return nil }
            guard !seat.isOver(at: now) else {
                seats[key] = nil
                return nil
            }
            seat.used = now
            seats[key] = seat
            return seat.session
        }
    }

    public func end(_ session: Session) {
        seats.withLock { $0[session.key] = nil }
    }

    func endAll(of name: AccountName) {
        seats.withLock { seats in seats = seats.filter { $0.value.session.account != name } }
    }

    /// Leaves a note that the session's next page shows once.
    public func leave(_ note: SessionNote, for session: Session) {
        seats.withLock { $0[session.key]?.note = note }
    }

    public func takeNote(for session: Session) -> SessionNote? {
        seats.withLock { seats in
            defer { seats[session.key]?.note = nil }
            return seats[session.key]?.note
        }
    }

    private static func key(of token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }

    private static func removeOldest(of some: [[UInt8]: Seat], from seats: inout [[UInt8]: Seat]) {
        guard let oldest = some.min(by: { $0.value.used < $1.value.used }) else { return }
        seats[oldest.key] = nil
    }
}

/// Somebody who logged in, as of then: when their account changes, the session is over.
public struct Session: Sendable {
    /// SHA-256 of the token.
    let key: [UInt8]
    public let account: AccountName
    public let displayName: String
    public let role: AccountRole
    /// Stands in every form of this session: a foreign page cannot know it.
    public let formToken: String

    public func may(_ permission: Permission) -> Bool { role.permissions.contains(permission) }

    /// Compares in time that does not depend on where they differ.
    public func hasFormToken(_ text: String) -> Bool {
        SHA256.hash(data: Array(text.utf8)) == SHA256.hash(data: Array(formToken.utf8))
    }
}

/// What a page says after something was done, in both languages. No personal data that the next page would
/// not show anyway.
public struct SessionNote: Sendable, Hashable {
    public let chinese: String
    public let english: String
    /// It did not work.
    public let isProblem: Bool

    public init(_ chinese: String, _ english: String, isProblem: Bool = false) {
        self.chinese = chinese
        self.english = english
        self.isProblem = isProblem
    }
}
