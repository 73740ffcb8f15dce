import AccessControl
import Accounts
import AttendanceLedger
public import DeviceSessions
import HardwareProfiles
import LocalWeb
public import Logging
import PersonnelChanges
import Reports
import ServiceLifecycle
public import SiteModel
import UnixSignals

/// The whole gateway, wired once: ledger, index, devices, pages, commands. Nothing here decides anything.
public struct Gateway: Sendable {
    let configuration: Configuration
    /// What the pages are served with; nil: plain HTTP.
    let certificate: PageCertificate?
    let state: StateDirectory
    let time: SiteTime
    let logger: Logger
    let health: GatewayHealth
    let journal: EventJournal
    let ledger: LedgerWriter
    let reader: LedgerReader
    let reserve: LeavingReserve
    let storage: StorageWatch
    let index = WorkerIndex()
    let presence = Presence()
    let people: PeopleBook
    /// One for commands and pages: changes follow each other.
    let personnel: PersonnelService
    let feed: BoardFeed
    let pipeline: SwipePipeline
    let lanes: LaneBook
    let badges: BadgeBook
    let passages: PassageDesk
    let supervisor: DeviceSupervisor
    /// Readers that nothing comes from.
    let quiet: QuietReaders
    let recorder: DeviceRecorder
    let accounts: AccountBook
    let reads: ReadDesk
    let cards: CardDesk
    let sync: SyncDesk
    let deadlines = DeadlineBook()

    /// Opens the ledger and brings index, presence and board to where it stands; starts nothing.
    ///
    /// - Throws: `GatewayError`; then no entry was written and no device was touched.
    public static func open(
        _ configuration: Configuration, clock: any SiteClock, version: String, logger: Logger
    ) async throws(GatewayError) -> Gateway {
        let state = StateDirectory(path: configuration.stateDirectory)
        try state.make()
        let plan = try keyed(try devicePlan(configuration, state: state))
        let certificate = try pageCertificate(configuration)
        try await checkPlatforms(configuration, clock: clock)
        do throws(LedgerError) {
            let (siteKey, isNew) = try SiteKey.findOrMake(
                directory: state.path, credentials: HostEnvironment.credentialsDirectory)
            if isNew {
                logger.warning(
                    "site key made", metadata: ["protection": "\(siteKey.protection.words)"])
            }
            let ledger = try LedgerWriter.open(
                directory: state.path, node: configuration.node, siteKey: siteKey)
            let reader = try LedgerReader.open(directory: state.path, siteKey: siteKey)
            let reserve = try LeavingReserve.open(directory: state.path, ledger: ledger, reader: reader)
            if reserve.passedOverCount > 0 {
                logger.error(
                    "places of the reserve are unreadable", metadata: ["count": "\(reserve.passedOverCount)"])
            }
            return try await Gateway(
                configuration, certificate: certificate, state: state, clock: clock, plan: plan,
                ledger: ledger, reader: reader,
                siteKey: siteKey, reserve: reserve, version: version, logger: logger)
        } catch {
            throw .ledger(error)
        }
    }

    private init(
        _ configuration: Configuration, certificate: PageCertificate?, state: StateDirectory,
        clock: any SiteClock, plan: DevicePlan,
        ledger: LedgerWriter, reader: LedgerReader, siteKey: SiteKey, reserve: LeavingReserve,
        version: String, logger: Logger
    ) async throws(LedgerError) {
        self.configuration = configuration
        self.certificate = certificate
        self.state = state
        let history = try reader.clockHistory()
        let time = SiteTime(clock, history: history)
        self.time = time
        accounts = AccountBook(directory: state.path, clock: time)
        self.logger = logger
        self.ledger = ledger
        self.reader = reader
        self.reserve = reserve
        people = PeopleBook(reader: reader)
        personnel = PersonnelService(
            ledger: ledger, reader: reader, index: index, presence: presence, people: people, clock: time,
            instant: time.instant)
        reads = ReadDesk(
            directory: state.path, siteKey: siteKey, time: time, people: people, logger: logger)
        let presented = PresentedCards(clock: time)
        cards = CardDesk(presented: presented, index: index, people: people, time: time)
        sync = SyncDesk(
            configuration, ledger: ledger, reader: reader, people: people, time: time, logger: logger)
        health = GatewayHealth(logger: logger)
        Self.note(ledger.loss?.sequence, health)
        journal = EventJournal(ledger: ledger, health: health, logger: logger)
        feed = BoardFeed(
            reader: reader, time: time, offsetMilliseconds: configuration.site.offsetMilliseconds,
            policy: configuration.policy)
        badges = BadgeBook(
            key: BadgeKey(siteKey), originTag: try reader.node().origin.tag, time: time)
        // First, so that who left while the disk was full is outside after the fold.
        storage = StorageWatch(
            reserve: reserve, ledger: ledger, reader: reader, clock: time, health: health,
            stateDirectory: state.path)
        await storage.look()
        let lost = try LostPassages(in: reader)
        try StartFold(
            reader: reader, index: index, presence: presence, feed: feed, badges: badges
        ).run(
            asOf: time.instant(of: time.now()), by: history,
            offsetMilliseconds: configuration.site.offsetMilliseconds)
        let policySequence = try await StartEntries(ledger: ledger, reader: reader, clock: time)
            .begin(policy: configuration.policy, version: version, journal: journal, settling: lost)
        lanes = LaneBook(telling: plan.lanesThatTellWhoPassed)
        let repeats = RepeatGuard(window: .milliseconds(configuration.policy.repeatWindowMilliseconds))
        passages = PassageDesk(
            lanes: lanes, presence: presence, repeats: repeats, badges: badges, journal: journal, clock: time)
        pipeline = SwipePipeline(
            index: index, presence: presence, repeats: repeats,
            policy: AccessPolicy(configuration.policy), policySequence: policySequence, ledger: ledger,
            reserve: reserve, clock: time, health: health, lanes: lanes, badges: badges, time: time,
            siteOffsetMilliseconds: configuration.site.offsetMilliseconds)
        quiet = QuietReaders(configuration.site)
        recorder = DeviceRecorder(
            journal: journal, clock: time, reads: reads, passages: passages,
            release: ReleaseMark(
                last: plan.lanesThatHearFire.isEmpty ? nil : try reader.newestRelease()),
            logger: logger)
        await recorder.takeUpRelease(hearing: plan.lanesThatHearFire)
        supervisor = Self.supervisor(plan, time, logger, recorder) { [pipeline] swipes in
            let signals = await pipeline.handle(swipes)
            presented.note(swipes)
            return signals
        }
    }

    private static func supervisor(
        _ plan: DevicePlan, _ time: SiteTime, _ logger: Logger, _ recorder: DeviceRecorder,
        swipes: @escaping SwipeHandler
    ) -> DeviceSupervisor {
        do throws(DevicePlanError) {
            return try DeviceSupervisor(
                plan: plan, releasedBy: recorder.release.lane, clock: time, logger: logger,
                swipes: swipes, events: recorder.handle)
        } catch {
            preconditionFailure("a plan that was checked with the configuration was refused: \(error)")
        }
    }

    private static func note(_ lost: LedgerSequence?, _ health: GatewayHealth) {
        guard let lost else { return }
        health.evidenceFailed(
            "entries up to \(lost) were on disk and are gone: the newest were cut off, or an older copy was "
                + "put back; the ledger goes on and says so")
    }

    /// Serves until SIGTERM or SIGINT, then finishes what is accepted: readers first, the ledger last.
    ///
    /// `onReady` is called once, with the page's address or nil when the page could not be served. `work`, if
    /// given, runs
    /// beside the services; when it returns, the gateway stops in order.
    public func run(
        onReady: @escaping @Sendable (String?) async -> Void,
        alongside work: (@Sendable () async -> Void)? = nil
    ) async throws {
        let notifier = ServiceNotifier()
        let readiness = Readiness { address in
            notifier.send("READY=1")
            await onReady(address)
        }
        let board = try LiveBoard(
            snapshot: composer.snapshot,
            follow: { [feed] wake in
                for await _ in feed.changes { wake() }
            }, logger: logger)
        var services: [any Service] = [
            LedgerService(
                ledger: ledger, journal: journal, passages: passages, reserve: reserve, health: health,
                clock: time, logger: logger),
            ClockWatch(
                journal: journal, time: time, health: health, presence: presence, passages: passages,
                offsetMilliseconds: configuration.site.offsetMilliseconds, notifier: notifier,
                logger: logger),
            storage,
            VisitorWatch(
                ledger: ledger, people: people, personnel: personnel, readiness: readiness, time: time,
                logger: logger),
            DeadlineWatch(
                people: people, deadlines: deadlines, readiness: readiness, time: time,
                siteOffsetMilliseconds: configuration.site.offsetMilliseconds, logger: logger),
            BoardFollower(ledger: ledger, feed: feed, badges: badges, logger: logger),
            PeopleFollower(
                ledger: ledger, people: people, health: health, readiness: readiness, logger: logger),
            ReadsWatch(cards: reads.cards, logger: logger),
            QuietWatch(
                quiet: quiet, statuses: { [supervisor] in supervisor.statuses }, journal: journal,
                time: time),
            ForgottenRelease(reader: reader, recorder: recorder, readiness: readiness, logger: logger),
            EvidenceWatch(reader: reader, health: health, readiness: readiness, logger: logger),
            ControlService(
                path: state.socketPath, routes: controlRoutes, readiness: readiness, logger: logger),
            PageService(
                board: board, office: office, listen: configuration.listen, certificate: certificate,
                health: health, readiness: readiness),
            DeviceService(supervisor: supervisor, readiness: readiness),
        ]
        services.append(
            CarriedService(
                carried: sync.carried, siteOffsetMilliseconds: configuration.site.offsetMilliseconds,
                logger: logger))
        // Behind those of others, so that they are told first to give up their turn.
        services += sync.own.map {
            DeliveryService(
                link: $0, siteOffsetMilliseconds: configuration.site.offsetMilliseconds)
        }
        if let work { services.append(AlongsideService(work: work)) }
        // The last is the first to hear of the shutdown.
        services.append(StopNotice(notifier: notifier))
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
                },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
    }

    var composer: BoardComposer {
        BoardComposer(
            configuration: configuration, certificate: certificate, time: time, index: index,
            presence: presence, feed: feed, badges: badges, reserve: reserve, health: health, sync: sync,
            deadlines: deadlines, release: recorder.release,
            devices: { [supervisor, quiet] in quiet.marked(supervisor.statuses) }, logger: logger)
    }

    /// Lets workers through by hand, for commands and pages.
    var manualDesk: ManualDesk {
        ManualDesk(
            pipeline: pipeline, index: index, clock: time,
            // try?: without it the words stand as they were typed, but for numbers; nobody waits for that.
            name: { [reader] in (try? reader.newestChange(of: $0))??.worker.name },
            lanes: laneNames,
            open: { [supervisor, passages] lane, direction, swipedAt in
                let isTold = await supervisor.open(lane, direction, swipedAt: swipedAt)
                // Whoever stands there opens it: no barrier will tell.
                if !isTold {
                    await passages.take(.barrier, of: lane, direction, swipedAt: swipedAt)
                }
                return isTold
            },
            openForNobody: openForNobody)
    }

    /// Opens lanes for nobody in particular.
    var laneDesk: LaneDesk {
        LaneDesk(
            journal: journal, clock: time, lanes: laneNames,
            open: openForNobody)
    }

    /// Of the barrier's word on somebody without an attendance entry nothing else is known.
    private var openForNobody: @Sendable (String, Direction) async -> Bool {
        { [supervisor, lanes, time] lane, direction in
            let now = time.now().uptime
            let guest = LaneBook.Guest(
                reader: ReaderName(lane: lane, reader: ManualDesk.readerName), direction: direction,
                swipedAt: now, worker: nil, isRecorded: false)
            let place = lanes.take(guest, at: now, evenIfFull: true)
            let isTold = await supervisor.open(lane, direction, swipedAt: now)
            if !isTold, let place { lanes.withdraw(place, of: lane) }
            return isTold
        }
    }

    private var laneNames: @Sendable () -> Set<String> {
        { [configuration, supervisor] in
            Set(configuration.lanes.map(\.name) + supervisor.statuses.map(\.lane))
        }
    }

    private var controlRoutes: [ControlRoute] {
        ControlRoutes(
            composer: composer,
            personnel: personnel,
            reads: reads,
            cards: cards,
            manual: manualDesk,
            commissioning: CommissioningRoute(
                supervisor: supervisor, journal: journal, clock: time, mark: recorder.commissioning,
                logger: logger),
            traffic: TrafficRoute(supervisor: supervisor),
            lanes: laneDesk,
            desk: EvidenceDesk(
                ledger: ledger, reader: reader, index: index, clock: time,
                siteOffsetMilliseconds: configuration.site.offsetMilliseconds, reads: reads.cards),
            search: SearchDesk(
                people: people, clock: time, siteOffsetMilliseconds: configuration.site.offsetMilliseconds),
            // try?: a ledger that cannot be asked is a fault of health; status goes on without it.
            evidence: { [ledger, reader] in
                try? EvidenceStatus(
                    reader, siteKey: reader.siteKey, isErasurePending: ledger.isErasurePending)
            },
            bundles: bundles,
            clockDesk: ClockDesk(ledger: ledger, time: time),
            accountDesk: accountDesk, sync: sync,
            configuration: configuration
        ).all
    }

    /// Lanes of the configuration and the profiles, ours and the site's.
    public static func devicePlan(
        _ configuration: Configuration, state: StateDirectory
    ) throws(GatewayError) -> DevicePlan {
        do throws(ConfigurationError) {
            var profiles: [DeviceProfile] = []
            for file in state.profileFiles() { profiles += try DeviceProfile.all(inFile: file) }
            profiles += try DeviceProfile.all(
                yaml: HardwareProfiles.readersYAML, file: "hardware/profiles/readers.yaml")
            return try checked(DevicePlan(lanes: configuration.lanes, profiles: profiles))
        } catch {
            throw .configuration(error)
        }
    }

    private static func pageCertificate(
        _ configuration: Configuration
    ) throws(GatewayError) -> PageCertificate? {
        do throws(ConfigurationError) {
            return try configuration.webTLS?.load(credentials: HostEnvironment.credentialsDirectory)
        } catch {
            throw .configuration(error)
        }
    }

    /// The plan with the keys that its drivers ask for.
    private static func keyed(_ plan: DevicePlan) throws(GatewayError) -> DevicePlan {
        var plan = plan
        plan.secrets = DriverKeys.read(plan, credentials: HostEnvironment.credentialsDirectory)
        do throws(ConfigurationError) {
            return try checked(plan)
        } catch {
            throw .configuration(error)
        }
    }

    private static func checked(_ plan: DevicePlan) throws(ConfigurationError) -> DevicePlan {
        do throws(DevicePlanError) {
            try plan.check()
            return plan
        } catch {
            throw ConfigurationError(file: "lanes and profiles", line: 0, message: error.words)
        }
    }
}
