import AccessControl
import AttendanceLedger
import CFaultyDisk
import Foundation
import PersonnelChanges
import SiteModel
import VirtualSite

@testable import GatewayService

/// One seed is one site over some days: people who come, go, hold their card too long and are unknown;
/// imports, clock jumps, pulled plugs, a sick disk, kills and power cuts. Time is virtual.
struct SimulatedSite {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// What a lane was told of a swipe; nothing when the process ended first.
    private enum Answer: Equatable {
        case none
        case signal(LaneSignal)
    }

    private struct SwipeKey: Hashable {
        let boot: BootID
        let uptime: Int64
        let reader: ReaderName
    }

    private(set) var random: SplitMix64
    private(set) var swipeCount = 0
    private(set) var cutCount = 0
    private(set) var killCount = 0
    private(set) var faultCount = 0
    private(set) var entryCount = 0
    private let disk: FaultyDisk
    private let siteKey = SiteKey.random()
    private let clock: ManualSiteClock
    private let site: InventedSite
    private var answers: [SwipeKey: Answer] = [:]
    private var unplugged: Set<ReaderName> = []
    private var core: SiteCore?
    /// True time minus uptime.
    private var trueOffset: Int64 = 0
    private var bootCount: UInt8 = 0

    init(seed: UInt64) throws {
        random = SplitMix64(state: seed)
        disk = try FaultyDisk(seed: seed)
        let start = UTCInstant(rfc3339: "2026-11-20T22:00:00Z")!  // 06:00 on site
        clock = ManualSiteClock(wall: start)
        trueOffset = start.milliseconds - clock.now().uptime.milliseconds
        site = InventedSite(seed: seed, today: start.day(offsetMilliseconds: SiteCore.offset))
    }

    /// - Throws: `Failure` for what must never be.
    mutating func run(days: Int) async throws {
        try await open()
        try await importRoster(of: site.workers.prefix(24), isFull: true)
        for _ in 0..<days { try await day() }
        disk.heal()
        if disk.isStopped { try await end(.kill) }
        try await open()
        try checkIndex()
        try checkLedger()
        try await end(.order)
    }

    /// Each worker comes, has a break and goes; about one swipe in twenty meets trouble.
    private mutating func day() async throws {
        var swipes: [(at: Int64, person: Int, direction: Direction)] = []
        for person in 0..<26 where chance(90) {
            for (hour, direction) in [(0, Direction.entering), (5, .leaving), (6, .entering), (11, .leaving)]
            {
                swipes.append((Int64(hour) * 3_600_000 + Int64(roll(1_800_000)), person, direction))
            }
        }
        swipes.sort { $0.at < $1.at }
        var now: Int64 = 0
        for (index, swipe) in swipes.enumerated() {
            clock.advance(byMilliseconds: max(1, swipe.at - now))
            now = max(now + 1, swipe.at)
            if index % 4 == 0 { await core?.tick() }
            try await trouble()
            try await present(swipe.person, swipe.direction)
        }
        clock.advance(byMilliseconds: max(1, UTCInstant.dayMilliseconds - now))
        await core?.tick()
    }
}

// What happens at the lanes.
extension SimulatedSite {
    private mutating func present(_ person: Int, _ direction: Direction) async throws {
        try await open()
        let lane = roll(2) == 0 ? "north" : "south"
        let reader = ReaderName(lane: lane, reader: direction == .entering ? "in" : "out")
        guard !unplugged.contains(reader) else { return }
        let worker = person < 24 ? site.workers[person] : site.strangers[person - 24]
        let credential = chance(50) ? Credential.idNumber(worker.idNumber) : .cardNumber(worker.card!)
        // A card held too long, and a burst of whoever stands behind.
        var swipes: [Swipe] = []
        for offset in 0..<(chance(10) ? 1 + roll(6) : 1) {
            clock.advance(byMilliseconds: offset == 0 ? 1 : Int64(1 + roll(1_500)))
            swipes.append(
                Swipe(
                    credential: credential, reader: reader, direction: direction,
                    arrivedAt: clock.now().uptime, isTimeUncertain: chance(1)))
        }
        let boot = clock.now().boot
        // Named nowhere: what holds a part of the core holds its files open.
        guard let signals = await core?.pipeline.handle(swipes) else { return }
        for (swipe, signal) in zip(swipes, signals) {
            let key = SwipeKey(boot: boot, uptime: swipe.arrivedAt.milliseconds, reader: reader)
            answers[key] = disk.isStopped && !Self.isRecorded(signal) ? Answer.none : .signal(signal)
            swipeCount += 1
        }
        if chance(15) { disk.keepHead() }
        if disk.isStopped { try await end(chance(50) ? .kill : .powerCut) }
    }

    private static func isRecorded(_ signal: LaneSignal) -> Bool {
        if case .notRecorded = signal { false } else { true }
    }

    private mutating func importRoster(of workers: some Sequence<ProjectWorker>, isFull: Bool) async throws {
        var text = "name,id_number,team,card_number,left_on\n"
        for worker in workers {
            let card = worker.card.flatMap { CardNumberFormat.eightHexadecimalTenDecimal.text(of: $0) } ?? ""
            let left = chance(10) ? "2026-11-19" : ""
            text += "\(worker.name),\(worker.idNumber.revealed),\(worker.team.name),\(card),\(left)\n"
        }
        do {
            _ = try await core?.personnel.importRoster(
                RosterImport(bytes: Array(text.utf8), name: "roster.csv", isFull: isFull),
                siteOffsetMilliseconds: SiteCore.offset)
        } catch .ledger {
            // The disk refused it.
        } catch {
            throw Failure(description: "an import: \(error)")
        }
        if disk.isStopped { try await end(.kill) }
    }
}

// What goes wrong.
extension SimulatedSite {
    private enum End {
        case order
        case kill
        case powerCut
    }

    private mutating func trouble() async throws {
        guard chance(5) else { return }
        switch roll(12) {
        case 0: try await importRoster(of: site.workers.shuffled(using: &random).prefix(3), isFull: false)
        case 1, 2: jumpClock()
        case 3: await pullPlug()
        case 4, 5: inflict()
        case 6: try await end(.order)
        case 7: try await end(.kill)
        case 8: try await end(.powerCut)
        case 9, 10: disk[FaultyDiskStopsAfter] = Int64(roll(40))
        default: disk.heal()
        }
        if chance(60) { disk.heal() }
    }

    private mutating func jumpClock() {
        let reading = clock.now()
        let uptime = reading.uptime.milliseconds
        switch roll(5) {
        case 0: clock.setWall(UTCInstant(milliseconds: uptime), synchronisation: .none)
        case 1: clock.setWall(UTCInstant(rfc3339: "2099-01-01T00:00:00Z")!, synchronisation: .none)
        case 2: clock.setWall(reading.wall.advanced(byMilliseconds: -3_600_000), synchronisation: .none)
        case 3: clock.setWall(reading.wall.advanced(byMilliseconds: 3_600_000), synchronisation: .none)
        default: clock.setWall(UTCInstant(milliseconds: trueOffset + uptime), synchronisation: .kernel)
        }
    }

    private mutating func pullPlug() async {
        let reader = ReaderName(lane: chance(50) ? "north" : "south", reader: chance(50) ? "in" : "out")
        let reading = clock.now()
        let isBack = unplugged.remove(reader) != nil
        if !isBack { unplugged.insert(reader) }
        let gap = ReaderGap(
            reader: reader, reason: .unplugged, sinceWall: reading.wall, since: reading.uptime,
            until: isBack ? reading.uptime : nil)
        await core?.journal.write([EntryDraft(gap, kind: .readerGap, clock: reading)])
    }

    private mutating func inflict() {
        faultCount += 1
        switch roll(6) {
        case 0: disk[FaultyDiskFailingSyncs] = Int64(1 + roll(3))
        case 1: disk[FaultyDiskFailingWrites] = Int64(1 + roll(9))
        case 2: disk[FaultyDiskFailingReads] = Int64(1 + roll(5))
        case 3: disk[FaultyDiskRoom] = Int64(roll(30_000))
        case 4: disk[FaultyDiskIsReadOnly] = 1
        default: disk[FaultyDiskFailingWrites] = -1
        }
    }

    /// Ends this life in one of three ways; the next begins with the next swipe.
    private mutating func end(_ way: End) async throws {
        guard core != nil else { return }
        await finish(way)
        core = nil
        try await released()
        switch way {
        case .order: try disk.restart()
        case .kill:
            killCount += 1
            try disk.restart()
        case .powerCut:
            cutCount += 1
            try disk.cutPower(percentKept: [0, 10, 50, 90, 100][roll(5)])
            reboot()
        }
        unplugged = []
    }

    private func finish(_ way: End) async {
        guard let core else { return }
        if way == .order, !disk.isStopped {
            await core.journal.write([
                EntryDraft(ServiceMark(words: "simulation"), kind: .serviceStopped, clock: clock.now())
            ])
        } else {
            disk.stop()
        }
        await core.ledger.close()
    }

    /// The last task of a life lets go of its files a moment after its last answer.
    private func released() async throws {
        for _ in 0..<1_000_000 where disk.count(FaultyDiskOpenFiles) > 0 { await Task.yield() }
    }

    /// A board without a clock of its own begins in 1970; some have one.
    private mutating func reboot() {
        bootCount += 1
        let before = clock.now().uptime.milliseconds
        clock.reboot(
            as: BootID(bytes: [UInt8](repeating: bootCount, count: 16))!,
            wall: UTCInstant(milliseconds: chance(30) ? 10_000 : trueOffset + before))
        trueOffset += before - clock.now().uptime.milliseconds
        if chance(70) { jumpClock() }
    }
}

// What must hold.
extension SimulatedSite {
    /// Opens the core if there is none, on a disk that may be sick.
    private mutating func open() async throws {
        for _ in 0..<20 where core == nil {
            do throws(LedgerError) {
                core = try await SiteCore(directory: disk.path, siteKey: siteKey, clock: clock)
                if core?.ledger.loss != nil { throw .fileDamaged(path: "", words: "a loss is claimed") }
                disk.heal()
            } catch {
                core = nil
                try await released()
                let isOfDisk =
                    switch error {
                    case .diskFull, .storage: true
                    default: disk.isStopped
                    }
                guard isOfDisk else { throw Failure(description: "opening: \(error)") }
                if disk.isStopped { try disk.restart() } else { disk.heal() }
                continue
            }
            try checkIndex()
            if chance(40) { try checkLedger() }
        }
        if core == nil { throw Failure(description: "a healthy disk does not open") }
    }

    private func checkIndex() throws {
        guard let core, !disk.isStopped else { return }
        let folded = try core.foldedIndex()
        guard folded.rosterPosition == core.index.rosterPosition,
            folded.workerCount == core.index.workerCount
        else { throw Failure(description: "the index stands elsewhere than the ledger") }
        for worker in site.workers + site.strangers {
            let credentials = [Credential.idNumber(worker.idNumber), .cardNumber(worker.card!)]
            for credential in credentials where folded.lookUp(credential) != core.index.lookUp(credential) {
                throw Failure(description: "the index answers otherwise than one made anew")
            }
        }
    }

    private mutating func checkLedger() throws {
        guard let core, !disk.isStopped else { return }
        let found = try core.reader.verify()
        guard found.isWhole else { throw Failure(description: found.words) }
        entryCount = found.entryCount
        var seen: Set<SwipeKey> = []
        try core.reader.forEachEntry { (entry) throws(LedgerError) in
            guard entry.kind == .attendance || entry.kind == .rawRead else { return }
            do {
                try Self.check(entry, &seen, answers)
            } catch {
                throw .fileDamaged(path: "", words: "entry \(entry.sequence): \(error)")
            }
        }
        for (key, answer) in answers {
            guard case .signal(let signal) = answer, Self.isRecorded(signal), !seen.contains(key) else {
                continue
            }
            throw Failure(description: "a swipe answered \(signal) is in no entry")
        }
        let logByteCount = try disk.url("ledger.db-wal").resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
        guard logByteCount < 40 << 20 else { throw Failure(description: "the log has no bound") }
    }

    /// A swipe that was emitted, once, and as the lane was told.
    private static func check(
        _ entry: LedgerEntry, _ seen: inout Set<SwipeKey>, _ answers: [SwipeKey: Answer]
    ) throws {
        let record = try AttendanceRecord(encoded: entry.body)
        let key = SwipeKey(
            boot: entry.clock.boot, uptime: entry.clock.uptime.milliseconds, reader: record.reader)
        guard let answer = answers[key] else { throw Failure(description: "nobody swiped so") }
        guard seen.insert(key).inserted else { throw Failure(description: "one swipe stands there twice") }
        guard case .signal(let signal) = answer else { return }
        let agrees =
            switch signal {
            case .granted: record.reason == nil && record.isOpened && !record.isLate
            case .refused(let reason, let opens): record.reason == reason && record.isOpened == opens
            case .unchanged: entry.kind == .rawRead || record.isTimeUncertain
            // Refused by a sync that failed and on disk all the same, or late from the reserve.
            case .notRecorded: true
            }
        guard agrees else { throw Failure(description: "the lane was told \(signal)") }
    }

    private mutating func roll(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
    private mutating func chance(_ percent: Int) -> Bool { roll(100) < percent }
}
