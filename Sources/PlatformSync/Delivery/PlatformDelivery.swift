public import AttendanceLedger
public import Logging
import SQLiteStore
public import SiteModel

/// The deliveries to one platform: follows the ledger, sends what must go up, learns what became of it, and
/// writes each answer into the ledger before it counts.
///
/// - One request at a time. Ahead of attendance go companies and teams, then changes of personnel; today's
///   attendance goes ahead of a backlog.
/// - Nothing is sent twice on a guess: what may have arrived is looked for first.
/// - Its file can be lost: everything is folded again from the ledger.
public actor PlatformDelivery {
    /// Receipts and unknown calls of attendance that may be open at once in each lane.
    static let openCallLimit = 64
    /// Changes that may be under way at once.
    static let activeChangeLimit = 32

    static let rememberedReceiptLimit = 256

    /// What is known of something under way, gone with the process.
    struct Flight {
        var due: Uptime
        var attempts = 0
        let since: Uptime
        /// When looking for it began; nil before, and for whoever has a receipt.
        var lookingSince: Uptime?
        /// What this look has seen so far: whether each is there.
        var seen: [DeliveryItem: Bool] = [:]
    }

    enum FlightKey: Hashable {
        case call(Int64)
        case change(LedgerSequence)
        case unit(employer: String, team: String)
        case payroll(Int64)
    }

    nonisolated let name: String
    let adapter: any PlatformAdapter
    let ledger: LedgerWriter
    let reader: LedgerReader
    /// Of `ledger`, where `reader` reads what another node recorded; nil: both are one.
    let answers: LedgerReader?
    /// Nothing behind it is taken in yet; nil: everything may be.
    let newest: (@Sendable () -> LedgerSequence)?
    /// Whose entries these are.
    let origin: LedgerOrigin
    let clock: any SiteClock
    let policy: DeliveryPolicy
    let logger: Logger
    let file: DeliveryFile
    private let executor = BlockingExecutor()

    var maker: UploadMaker
    /// In the order in which they were planned.
    var calls: [AttendanceCall] = []
    /// What planned calls carry; made again from the ledger after a restart.
    var payloads: [Int64: [AttendanceUpload]] = [:]
    var nextCall: Int64 = 1
    var flights: [FlightKey: Flight] = [:]
    var changes: [ChangeDelivery] = []
    /// Steps of changes that may have been sent by an owner whose file is lost, and were looked for since.
    var lookedFor: [LedgerSequence: Int] = [:]
    var units: [Team: OrganisationUnit] = [:]
    var payrollCalls: [PayrollCall] = []
    var nextPayrollCall: Int64 = 1
    /// Calls of one row that the platform says it has: with which figures, has to be seen.
    var payrollSaidToBeThere: Set<Int64> = []
    /// When statements of months are looked at again; nil when none waits.
    var payrollDue: Uptime?
    var employers: [String: EmployerProfile] = [:]
    var teams: [Team: TeamProfile] = [:]
    var generalContractor = ""
    /// What the platform said it holds of a day, and when it said so: the newest few.
    var heldDays: [HeldDay.Question: HeldDay] = [:]
    /// The same while there are more pages.
    var askedDays: [HeldDay.Question: HeldDay] = [:]
    /// Days that are asked for person by person: the platform shows more of them than is read, or rows that
    /// are nobody's as long as everybody is asked for.
    var daysByPerson: Set<CivilDate> = []

    var position: Int64 = 0
    /// The same of `answers`.
    var answersPosition: Int64 = 0
    /// Up to this entry `answers` tells of the ledger as it is here.
    var agreed: Int64 = 0
    var live: Int64 = 1
    /// What stands before it is a backlog, also what waited for something else and is planned later.
    var todayBegins: Int64 = 1
    var backlog: [ClosedRange<Int64>] = []
    /// Confirmed entries that a file made anew must not send again; nil otherwise.
    var rebuild: RebuildFacts?

    /// The newest entry of which nobody could tell when it was; nil when nothing waits for that.
    var clockWait: LedgerSequence?
    /// When it is looked at again.
    var clockDue: Uptime?
    /// Passes of the page of the ledger that is being taken in, not yet counted.
    var newPasses: [CivilDate: DeliveryFile.DayCount] = [:]
    /// Of the backlog, read while a request was under way.
    var ahead: PassesAhead?
    var proofs: [Proof] = []
    /// Something was confirmed since the newest checkpoint behind a confirmation.
    var isCheckpointWanted = false
    /// When that was written.
    var checkpointedAt: Uptime?
    /// While a backlog goes up, today's passes are looked at again then.
    var liveDue: Uptime?
    /// The platform lately had its verdicts whenever it was asked.
    var isQuick = true
    /// How soon after a receipt that was; nil: the policy says when to ask.
    var quickness: Duration?
    /// The call whose payload the adapter has made ready.
    var preparedCall: Int64?
    var health = DeliveryHealth()
    /// The newest receipts, so that one given twice is seen.
    var recentReceipts: [String] = []
    var reconciliations: [WantedReconciliation] = []
    /// So many were wanted so far.
    var reconciliationCount = 0
    /// Why nothing is done any more; nil before and while it runs.
    private(set) var standstill: String?
    var isPollTurn = false
    var isComparingTurn = false
    /// Seconds that passes of each lane went up with lately, today's and a backlog's.
    var seconds = [false: PassSeconds(), true: PassSeconds()]
    var isPaused = false
    /// With which code so many single records were refused that the deliveries paused by themselves; nil:
    /// they did not.
    var pauseCode: String?
    var refusalRun = RefusalRun()
    private var isStopping = false
    private let waker = DeliveryWaker()

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - name: of the platform; names the file too.
    ///   - directory: where the ledger lies; of the replica for another node's.
    ///   - ledger: where answers are written.
    ///   - reader: what is delivered.
    ///   - answers: reads `ledger`, where `reader` reads another node's entries: these may have come up on
    ///     another way, so each is looked for before it is sent. Nil: `ledger` is delivered.
    ///   - newest: of another node's, up to where its clocks are known (`CarriedLedger.newest`).
    ///   - corrected: when moments of the ledger truly were.
    /// - Throws: `DeliveryError.storage`.
    public init(
        name: String, adapter: any PlatformAdapter, directory: String, ledger: LedgerWriter,
        reader: LedgerReader, answers: LedgerReader? = nil,
        newest: (@Sendable () -> LedgerSequence)? = nil, clock: any SiteClock,
        corrected: @escaping @Sendable (ClockReading) -> CorrectedTime,
        policy: DeliveryPolicy = DeliveryPolicy(), logger: Logger
    ) throws(DeliveryError) {
        self.name = name
        self.adapter = adapter
        self.ledger = ledger
        self.reader = reader
        self.answers = answers
        self.newest = newest
        self.clock = clock
        self.policy = policy
        self.logger = logger
        file = try DeliveryFile(path: "\(directory)/deliveries-\(name).db")
        maker = UploadMaker(reader: reader, corrected: corrected)
        guard answers != nil else {
            origin = ledger.origin
            return
        }
        origin = try maker.reading { () throws(LedgerError) in try reader.node().origin }
    }

    /// Another node's: what it recorded goes up from here.
    var isCarried: Bool { answers != nil }

    /// Delivers until `stop` is called, the ledger is closed or the task is cancelled.
    ///
    /// - Throws: `DeliveryError` when the file or the ledger cannot be used; then it may be run again.
    public func run() async throws {
        standstill = nil
        do {
            try begin()
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { await self.watchLedger() }
                try await deliver()
                tasks.cancelAll()
            }
        } catch {
            standStill("the deliveries to \(name) stand still: \(error)")
            throw error
        }
        standStill("the service ends")
        try end()
    }

    /// Nobody is left waiting for a comparison that will not come.
    private func standStill(_ reason: String) {
        standstill = reason
        (heldDays, askedDays) = ([:], [:])
        giveUpComparing(reason)
    }

    private func giveUpComparing(_ reason: String) {
        for wanted in reconciliations { wanted.done.resume(returning: .failure(.refused(reason))) }
        reconciliations = []
    }

    /// More was brought of another node's ledger.
    public nonisolated func hasMore() { waker.wake() }

    /// Ends after the request that is under way.
    public func stop() {
        isStopping = true
        wake()
    }

    /// Tries again now, whatever was to be waited for.
    public func tryNow() {
        health.resume()
        for key in flights.keys { flights[key]?.due = uptime }
        wake()
    }

    /// Sends and asks nothing until it is taken back, also after a restart.
    ///
    /// - Throws: `DeliveryError.storage`; then it holds for this run alone.
    public func setPaused(_ paused: Bool) throws(DeliveryError) { try pause(paused, code: nil) }

    /// - Parameter code: that so many single records were refused with that the deliveries pause by
    ///   themselves.
    func pause(_ paused: Bool, code: String?) throws(DeliveryError) {
        (isPaused, pauseCode) = (paused, code)
        refusalRun.end()
        if paused { giveUpComparing("the deliveries to \(name) were paused (muster sync resume)") }
        defer { wake() }
        try file.write(isSynced: true) { () throws(SQLiteError) in
            try file.setMark(.paused, paused ? 1 : 0)
            try file.setPauseCode(code)
        }
    }

    public func close() async { await adapter.close() }

    var uptime: Uptime { clock.now().uptime }

    nonisolated func wake() { waker.wake() }

    private func deliver() async throws {
        while !isStopping, !Task.isCancelled {
            let looked = uptime
            if try await step() {
                await Task.yield()
                continue
            }
            if !proofs.isEmpty {
                try await writeProofs()
                continue
            }
            let due = nextDue(since: looked)
            await waker.wait(atMost: due.map { max(.zero, $0 - uptime) })
        }
        if !proofs.isEmpty { try await writeProofs() }
        checkpointedAt = nil
        _ = try await signWhatWasConfirmed()
    }

    private func watchLedger() async {
        while !Task.isCancelled {
            let seen = LedgerSequence(isCarried ? answersPosition : position)
            guard await ledger.tail(after: seen).hasNews() else { return wake() }
            wake()
            // What comes within this time is sent together.
            // try?: a cancelled wait ends the loop.
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    /// When something is due next; nil: only news can bring work.
    ///
    /// - Parameter looked: before the last step. A pause that was over by then waits for nothing; one that
    ///   ended since was still in that step's way.
    func nextDue(since looked: Uptime) -> Uptime? {
        guard !isPaused else { return checkpointDue }
        let work = workDue(since: looked)
        guard let checkpointDue else { return work }
        return min(checkpointDue, work ?? checkpointDue)
    }

    private func workDue(since looked: Uptime) -> Uptime? {
        var next = flights.values.map(\.due).min()
        // Once it is over, what today waits for is an answer.
        if !backlog.isEmpty, let liveDue, liveDue > uptime { next = min(next ?? liveDue, liveDue) }
        if let payrollDue { next = min(next ?? payrollDue, payrollDue) }
        if let clockDue { next = min(next ?? clockDue, clockDue) }
        // Everything waits for the platform.
        guard let until = health.pausedUntil, until > looked else { return next }
        return until
    }
}
