import SiteModel
import Synchronization

@testable import LocalWeb

/// Invented platforms for the page, whose words try to be tags; what the page asks for is kept.
final class SyncScene: Sendable {
    static let hostile = "<s>张三'&\" 已在其他项目</s>"

    let settlements = Mutex<[SyncSettlement]>([])
    let bulkSettlements = Mutex<[SyncBulkSettlement]>([])
    let orders = Mutex<[(String, SyncAct)]>([])
    /// How many things are refused.
    let rejectionCount = Mutex(1)
    let revealed = Mutex(0)
    let refusal = Mutex<BoardWords?>(nil)
    let isWithoutPlatforms = Mutex(false)

    var closures: OfficeSync {
        OfficeSync(
            board: { [self] isRevealed in
                if isRevealed { revealed.withLock { $0 += 1 } }
                if isWithoutPlatforms.withLock({ $0 }) {
                    return SyncBoard(now: Scene.noon, platforms: [], rejections: [])
                }
                return SyncBoard(
                    now: Scene.noon, platforms: [Self.stopped, Self.waiting, Self.good],
                    rejections: (0..<rejectionCount.withLock { $0 }).map { number in
                        SyncRejection(
                            platform: "city", entry: LedgerSequence(4_711 + Int64(number)), pass: 0,
                            worker: PeopleScene.line().worker,
                            person: isRevealed ? PeopleScene.secret : PeopleScene.hostile,
                            kind: BoardWords("考勤", "Attendance"), code: "<u>10", words: Self.hostile,
                            at: Scene.noon)
                    })
            },
            settle: { [self] settlement in
                settlements.withLock { $0.append(settlement) }
                return refusal.withLock { $0.map { .refused($0) } ?? .done }
            },
            settleAll: { [self] settlement in
                bulkSettlements.withLock { $0.append(settlement) }
                return refusal.withLock { $0.map { .refused($0) } ?? .settled(count: 3, keptCount: 1) }
            },
            order: { [self] platform, act in
                orders.withLock { $0.append((platform, act)) }
                return refusal.withLock { $0.map { .refused($0) } ?? .done }
            })
    }

    static var stopped: SyncPlatform {
        var platform = SyncPlatform(name: "city")
        platform.standing = .stopped("1002 \(hostile)")
        platform.warnings = [BoardWords("使用未加密的 http 地址 <i>", "Not encrypted <i>")]
        platform.waitingCount = 240
        platform.heldCount = 3
        platform.refusedCount = 1
        platform.confirmedCount = 12_345
        platform.oldestAge = .seconds(7_380)
        platform.confirmedPerMinute = 40
        for number in 0..<Int64(240) {
            let count: Int64 = number < 150 ? number * 8 : max(0, 1_200 - (number - 150) * 11)
            let at = Scene.noon.advanced(byMilliseconds: (number - 240) * 360_000)
            platform.backlog.append(SyncPlatform.Sample(at: at, waitingCount: count))
        }
        platform.refusedUnits = [.init(employer: "<em>公司", team: "钢筋班", words: hostile)]
        platform.days = days
        platform.differences = [
            .init(
                day: days[0].day, missingCount: 2, unexpectedCount: 1, repeatedCount: 0,
                rows: [.init(number: "110101********0014", at: Scene.noon, direction: .leaving)])
        ]
        return platform
    }

    static var waiting: SyncPlatform {
        var platform = SyncPlatform(name: "county")
        platform.standing = .waiting(.seconds(42))
        platform.trouble = BoardWords("连不上 <b>", "the platform cannot be reached <b>")
        return platform
    }

    static var good: SyncPlatform {
        var platform = SyncPlatform(name: "bureau")
        platform.standing = .upToDate
        platform.days = days.map {
            .init(
                day: $0.day, recordedCount: $0.recordedCount, sentCount: $0.recordedCount,
                confirmedCount: $0.recordedCount, rejectedCount: 0)
        }
        return platform
    }

    /// Three weeks without Sundays; one day with a refusal, today incomplete.
    private static var days: [SyncPlatform.Day] {
        let today = Scene.noon.day(offsetMilliseconds: 8 * 3_600_000).daysSince1970
        var days: [SyncPlatform.Day] = []
        for back in (0...Int64(20)).reversed() {
            let day = CivilDate(daysSince1970: today - back)
            guard (day.daysSince1970 + 3) % 7 != 6 else { continue }
            let count = 180 + (day.daysSince1970 * 37) % 60
            let refused: Int64 = back == 4 ? 1 : 0
            days.append(
                .init(
                    day: day, recordedCount: count, sentCount: back == 0 ? 100 : count,
                    confirmedCount: back == 0 ? 96 : count - refused, rejectedCount: refused))
        }
        return days
    }
}
