import Glibc
import SQLiteStore
public import SiteModel

/// Reads of identity documents that somebody may be enrolled from within 24 hours: `STATE/reads.db`, sealed
/// under a key of the day. After that no byte of them is there any more.
///
/// Beside the ledger, not in it: what the ledger holds stays, and of somebody who never joins nothing may.
public actor CardReads {
    /// How long a read is kept. Rules, section 24-hour clock.
    public static let lifetime = Duration.seconds(86_400)
    /// Beyond it the oldest goes first: two days of strangers at the largest gate.
    public static let countLimit = 2_000
    public static let fileName = "reads.db"

    private nonisolated let path: String
    private nonisolated let siteKey: SiteKey
    private nonisolated let clock: any SiteClock
    private nonisolated let instant: @Sendable (ClockReading) -> UTCInstant
    private nonisolated let executor = BlockingExecutor()
    private let limit: Int
    /// Opened at the first use, and anew after a failure.
    private var opened: CardReadFile?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - directory: the state folder. Nothing is touched yet.
    ///   - instant: of a reading, by the honest clock.
    public init(
        directory: String, siteKey: SiteKey, clock: any SiteClock,
        instant: @escaping @Sendable (ClockReading) -> UTCInstant, limit: Int = CardReads.countLimit
    ) {
        path = directory + "/" + Self.fileName
        self.siteKey = siteKey
        self.clock = clock
        self.instant = instant
        self.limit = limit
    }

    /// Keeps a read in the place of any earlier one of the same number. On disk when it returns.
    ///
    /// - Returns: its id.
    /// - Throws: `LedgerError`; then the read is not kept.
    @discardableResult
    public func keep(_ card: IdentityCard, from reader: ReaderName) throws(LedgerError) -> Int64 {
        let present = clock.now()
        let sealed = SealedCard(card: card, reader: reader)
        let instant = instant(present)
        return try withFile { (file) throws(LedgerError) in
            let kept = try file.reads()
            var stale = kept.filter { isOver($0.clock, at: present) || $0.card.idNumber == card.idNumber }
            let others = kept.count - stale.count
            if others >= limit {
                let staleIDs = Set(stale.map(\.id))
                stale += kept.lazy.filter { !staleIDs.contains($0.id) }.prefix(others - limit + 1)
            }
            return try file.insert(
                sealed.encoded, at: present, day: Self.day(of: instant), inPlaceOf: stale.map(\.id))
        }
    }

    /// Those that are not over, newest first. A look makes no file.
    public func reads() throws(LedgerError) -> [CardRead] {
        guard try isThere() else { return [] }
        let present = clock.now()
        return try withFile { (file) throws(LedgerError) in
            try file.reads().filter { !isOver($0.clock, at: present) }.reversed()
        }
    }

    /// Nil when there is none, or it is over.
    ///
    /// Opens this one alone: each look at a read is an entry, and of the others nobody looks.
    public func read(_ id: Int64) throws(LedgerError) -> CardRead? {
        guard try holds(id) else { return nil }
        return try withFile { (file) throws(LedgerError) in try file.reads(id).first }
    }

    /// Whether there is such a read that is not over. Opens none.
    public func holds(_ id: Int64) throws(LedgerError) -> Bool {
        guard try isThere() else { return false }
        let present = clock.now()
        return try withFile { (file) throws(LedgerError) in
            try file.times().contains { $0.id == id && !isOver($0.clock, at: present) }
        }
    }

    /// Destroys a read that has done its work.
    public func forget(_ id: Int64) throws(LedgerError) {
        guard try isThere() else { return }
        try withFile { (file) throws(LedgerError) in try file.destroy([id]) }
    }

    /// Destroys the reads of a number: its person was erased.
    public func forget(_ number: IDNumber) throws(LedgerError) {
        guard try isThere() else { return }
        try withFile { (file) throws(LedgerError) in
            let ids = try file.reads().filter { $0.card.idNumber == number }.map(\.id)
            if !ids.isEmpty { try file.destroy(ids) }
        }
    }

    /// Destroys what is over, and every key of a day that nothing needs any more.
    ///
    /// - Returns: how many reads went.
    @discardableResult
    public func destroyExpired() throws(LedgerError) -> Int {
        guard try isThere() else { return 0 }
        let present = clock.now()
        return try withFile { (file) throws(LedgerError) in
            let stale = try file.times().filter { isOver($0.clock, at: present) }.map(\.id)
            if !stale.isEmpty { try file.destroy(stale) }
            return stale.count
        }
    }

    /// Within one boot the uptime counts, which nobody sets. Between boots the honest clock does; a read that
    /// seems to lie ahead is over, for nobody knows how old it is.
    private nonisolated func isOver(_ read: ClockReading, at present: ClockReading) -> Bool {
        if read.boot == present.boot { return present.uptime - read.uptime >= Self.lifetime }
        let age = instant(present).milliseconds - instant(read).milliseconds
        return age < -Self.aheadMilliseconds || age >= Self.lifetime.wholeMilliseconds
    }

    /// What two honest clocks may differ by.
    private static let aheadMilliseconds: Int64 = 3_600_000

    private static func day(of instant: UTCInstant) -> Int64 {
        instant.day(offsetMilliseconds: 0).daysSince1970
    }

    private nonisolated func isThere() throws(LedgerError) -> Bool { access(path, F_OK) == 0 }

    private func withFile<Value>(
        _ body: (CardReadFile) throws(LedgerError) -> Value
    ) throws(LedgerError) -> Value {
        do throws(LedgerError) {
            if let opened { return try body(opened) }
            let file = try CardReadFile(path: path, siteKey: siteKey)
            opened = file
            return try body(file)
        } catch {
            opened = nil
            throw error
        }
    }
}
