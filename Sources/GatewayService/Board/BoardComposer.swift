import AccessControl
import AttendanceLedger
import LocalWeb
import Logging
import SiteModel

/// Puts together what the board and `status` show: index, presence, feed, devices and health, at one moment.
struct BoardComposer: Sendable {
    let configuration: Configuration
    let certificate: PageCertificate?
    let time: SiteTime
    let index: WorkerIndex
    let presence: Presence
    let feed: BoardFeed
    /// Knows who is here with a day pass, too.
    let badges: BadgeBook
    let reserve: LeavingReserve
    let health: GatewayHealth
    let sync: SyncDesk
    let deadlines: DeadlineBook
    let release: ReleaseMark
    let devices: @Sendable () -> [DeviceStatus]
    let logger: Logger

    func snapshot() -> BoardSnapshot {
        let reading = time.now()
        let now = time.instant(of: reading)
        let today = now.day(offsetMilliseconds: configuration.site.offsetMilliseconds)
        let counts = feed.counts(on: today)
        let clocks = deadlines.counts
        return BoardSnapshot(
            siteName: configuration.site.name, node: configuration.node, now: now,
            offsetMilliseconds: configuration.site.offsetMilliseconds,
            isClockSynchronised: reading.isSynchronised, swipes: swipes(), teams: teams(),
            onSiteCount: presence.insideCount, visitorCount: badges.visitorCount,
            grantedTodayCount: counts.granted, refusedTodayCount: counts.refused, devices: devices(),
            ledgerPosition: feed.position,
            ledgerFailure: ledgerFailure, problems: problems(clocks, at: now),
            isReleased: release.lane != nil, lateCount: reserve.waitingCount,
            freeByteCount: health.freeByteCount, changes: clocks.changes, enrolments: clocks.enrolments)
    }

    private func swipes() -> [BoardSwipe] {
        do throws(LedgerError) {
            return try feed.swipes()
        } catch {
            logger.error("the board cannot read names", metadata: ["error": "\(error)"])
            return []
        }
    }

    private func teams() -> [TeamPresence] {
        let inside = presence.insideCountsByTeam
        return index.teams.map { team in
            TeamPresence(
                name: team.team.name, onSiteCount: inside[team.number] ?? 0, memberCount: team.memberCount)
        }
    }

    private var ledgerFailure: BoardWords? {
        health.ledgerError.map { error in
            BoardWords(
                "禁止进场，考勤记录无法写入：\(error.chinese)", "Nobody is let in: the ledger cannot write: \(error)")
        }
    }

    private func problems(_ clocks: DeadlineBook.Counts, at now: UTCInstant) -> [BoardWords] {
        var problems: [BoardWords] = []
        if let release = release.lasting {
            let since = release.wall.localSecondText(
                offsetMilliseconds: configuration.site.offsetMilliseconds)
            problems.append(
                BoardWords(
                    "消防报警（\(release.lane)），\(since) 起所有通道已放行",
                    "All lanes stand open since \(since): fire alarm at \(release.lane)"))
        }
        if let fault = health.evidenceFault { problems.append(BoardWords("考勤记录有缺失或损坏，请联系管理员", fault)) }
        let waiting = reserve.waitingCount
        if waiting > 0 {
            problems.append(
                BoardWords("\(waiting) 条离场记录待补写", "\(waiting) leaving records wait to be written"))
        }
        if let fault = health.reserveFault {
            problems.append(BoardWords("离场备用记录区不可用", "No reserve for leaving records: \(fault)"))
        }
        if health.isSpaceLow {
            let mebibytes = (health.freeByteCount ?? 0) >> 20
            problems.append(
                BoardWords("磁盘空间不足，剩余 \(mebibytes) MiB", "The disk is nearly full: \(mebibytes) MiB left"))
        }
        if let fault = health.pageFault { problems.append(BoardWords("网页无法打开", fault)) }
        return problems + configuration.pageProblems(certificate, at: now) + sync.problems + Self.late(clocks)
    }

    /// What a rule's term has run out for. A warning before it stands on the officer's page and in the
    /// metrics.
    static func late(_ clocks: DeadlineBook.Counts) -> [BoardWords] {
        var late: [BoardWords] = []
        if clocks.changes.late > 0 {
            let count = clocks.changes.late
            late.append(
                BoardWords(
                    "\(count) 条人员变动超过 24 小时未经平台确认",
                    "Changes of personnel that no platform confirmed within 24 hours: \(count)"))
        }
        if clocks.enrolments.late > 0 {
            let count = clocks.enrolments.late
            late.append(
                BoardWords(
                    "\(count) 人进场满 10 天登记仍未完成",
                    "Workers whose enrolment is not complete after 10 days: \(count)"))
        }
        return late
    }
}
