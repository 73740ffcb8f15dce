import LocalWeb
import PlatformSync
import SiteModel

/// What the page about deliveries sees and does.
struct SyncPages: Sendable {
    /// Points of the drawn backlog.
    private static let pointLimit = 240
    /// Five weeks and some.
    private static let dayCount: Int64 = 36

    let desk: SyncDesk

    var closures: OfficeSync {
        OfficeSync(board: board, settle: settle, settleAll: settleAll, order: order)
    }

    @Sendable private func board(_ isRevealed: Bool) async throws -> SyncBoard {
        var platforms: [SyncPlatform] = []
        for link in desk.links { platforms.append(try await platform(link)) }
        let rejections = try await desk.rejected(by: nil, isRevealed: isRevealed)
        return SyncBoard(now: desk.now, platforms: platforms, rejections: rejections.map(SyncRejection.init))
    }

    private func platform(_ link: PlatformLink) async throws(GatewayError) -> SyncPlatform {
        let standing = await link.standing()
        let (now, today) = (desk.now, desk.today)
        var platform = SyncPlatform(name: link.name)
        platform.carriedFrom = link.source.carriedFrom.map { folder in
            let parts = folder.split(separator: "-")
            return (parts.dropLast().joined(separator: "-"), String(parts.last ?? ""))
        }
        platform.standing = .init(standing)
        platform.warnings = standing.transportProblems
        platform.oldestAge = standing.oldestAge(at: now)
        platform.confirmedPerMinute = link.backlog.confirmedInLastMinute
        platform.backlog = link.backlog.thinned(to: Self.pointLimit)
            .map { SyncPlatform.Sample(at: $0.at, waitingCount: $0.waitingCount) }
        let first = CivilDate(daysSince1970: today.daysSince1970 - Self.dayCount)
        platform.days = try await desk.days(of: link.name, first...today).map(\.day).map {
            SyncPlatform.Day(
                day: $0.day, recordedCount: $0.recorded, sentCount: $0.sent,
                confirmedCount: $0.confirmed, rejectedCount: $0.rejected)
        }
        platform.differences = link.differences.map(SyncPlatform.Difference.init)
        guard let status = standing.status else { return platform }
        platform.trouble = status.lastError.map(TroubleWords.words)
        platform.pauseWords = status.pauseWords(link.name)
        platform.platformTime = status.platformTime
        platform.waitingCount = status.waitingCount
        platform.heldCount = status.held
        platform.confirmedCount = status.confirmed
        platform.refusedCount = status.refusedCount
        platform.refusedUnits = status.refusedUnits.map {
            SyncPlatform.Unit(employer: $0.employer, team: $0.team, words: $0.words)
        }
        return platform
    }

    @Sendable private func settle(_ settlement: SyncSettlement) async -> SyncOutcome {
        await outcome { () throws(GatewayError) in
            _ = try await desk.settle(
                SettleRequest(
                    platform: settlement.platform, entry: settlement.entry, pass: settlement.pass,
                    isResent: settlement.isResent, by: settlement.by, reason: settlement.reason))
        }
    }

    @Sendable private func settleAll(_ settlement: SyncBulkSettlement) async -> SyncBulkOutcome {
        do throws(GatewayError) {
            let lines = try await desk.settleAll(
                BulkSettleRequest(
                    platform: settlement.platform, code: settlement.code, day: nil,
                    isResent: settlement.isResent, isDry: false, by: settlement.by,
                    reason: settlement.reason))
            return .settled(
                count: lines.reduce(0) { $0 + $1.found.count },
                keptCount: lines.reduce(0) { $0 + $1.found.keptCount })
        } catch {
            return .refused(error.notDone)
        }
    }

    @Sendable private func order(_ platform: String, _ act: SyncAct) async -> SyncOutcome {
        let order: SyncOrder =
            switch act {
            case .now: .now
            case .pause: .pause
            case .resume: .resume
            }
        return await outcome { () throws(GatewayError) in _ = try await desk.carryOut(order, on: platform) }
    }

    private func outcome(_ work: () async throws(GatewayError) -> Void) async -> SyncOutcome {
        do throws(GatewayError) {
            try await work()
            return .done
        } catch {
            return .refused(error.notDone)
        }
    }
}

extension GatewayError {
    fileprivate var notDone: BoardWords { BoardWords("未完成：\(self)", "Not done: \(self)") }
}

extension SyncPlatform.Standing {
    init(_ standing: PlatformStanding) {
        if let fault = standing.fault {
            self = .broken(fault)
        } else if let status = standing.status {
            self =
                status.isPaused
                ? .paused
                : status.stopped.map { .stopped($0) }
                    ?? status.nextTry.map { .waiting($0) }
                    ?? (status.waitingCount == 0 ? .upToDate : status.isHeldUp ? .heldUp : .delivering)
        } else {
            self = .unknown
        }
    }
}

extension SyncPlatform.Difference {
    init(_ found: Reconciliation) {
        self.init(
            day: found.day, missingCount: found.missing.count, unexpectedCount: found.unexpected,
            repeatedCount: found.repeated,
            rows: found.unexpectedRows.map {
                Row(number: $0.idNumber?.masked ?? "?", at: $0.at, direction: $0.direction)
            })
    }
}

extension SyncRejection {
    init(_ line: RejectedLine) {
        self.init(
            platform: line.platform, entry: line.item.entry, pass: line.item.pass, worker: line.item.worker,
            person: line.person,
            kind: line.item.month.map { BoardWords("月考勤 \($0)", "Month \($0)") }
                ?? line.item.change.map { BoardWords($0.words) } ?? BoardWords("考勤", "Attendance"),
            code: line.item.code, words: line.words, at: line.at)
    }
}
