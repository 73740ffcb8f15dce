import SiteModel
import Synchronization

@testable import LocalWeb

/// Invented people for the pages, whose names try to be tags; what the pages write is kept.
final class PeopleScene: Sendable {
    static let hostile = "<b>张\"'&</b>"
    static let carpenters = Team(name: "木工<script>班", employer: "示范劳务&公司")
    static let other = Team(name: "钢筋班", employer: "")
    static let secret = "110101199001011237"

    let orders = Mutex<[PeopleOrder]>([])
    let confirmations = Mutex<[(LedgerSequence, String, String)]>([])
    let exported = Mutex<[ExportOrder]>([])
    let judgements = Mutex<[CorrectionOrder]>([])
    let attachments = Mutex<[[UInt8]]>([])
    /// What is held to a reader is no card.
    let isChip = Mutex(false)
    /// Whether the worker who has left has not confirmed it.
    let lacksLeaverConfirmation = Mutex(true)
    /// The newest that was published.
    let notice = Mutex<NoticeFacts?>(NoticeFacts(version: "2026-1", text: "<b>张 采集\n第二段"))
    let asked = Mutex<[String]>([])
    /// What the next order is answered; nil takes it.
    let refusal = Mutex<[BoardWords]?>(nil)
    /// What was revealed: reads and photos.
    let revealed = Mutex<[String]>([])

    static func line(_ number: UInt64 = 7, hasLeft: Bool = false) -> PersonLine {
        PersonLine(
            worker: WorkerID("00abcd-\(number)")!, name: hostile, number: "1101**********1237",
            team: carpenters,
            workType: "<i>木工</i>", hasLeft: hasLeft)
    }

    static func change(_ sequence: Int64, hours: Int64, _ standing: ChangeStanding = .open) -> ChangeLine {
        ChangeLine(
            change: LedgerSequence(sequence), worker: line().worker, name: hostile, team: carpenters,
            kind: BoardWords("进场", "Joined"), occurredAt: Scene.noon, recordedAt: Scene.noon,
            source: "<u>li</u>", standing: standing, elapsed: .seconds(hours * 3_600))
    }

    /// Confirmed by an officer, whose words try to be tags too.
    static var byHand: ChangeLine {
        var line = change(20, hours: 3, .confirmed(at: Scene.noon, isByHand: true))
        line.byHand = HandConfirmation(
            reference: "<u>li 77", by: "<b>张", attachmentDigest: String(repeating: "ab", count: 32))
        return line
    }

    /// Confirmed by the platform, not by the leaver.
    static var leaving: ChangeLine {
        var line = change(19, hours: 3, .confirmed(at: Scene.noon, isByHand: false))
        line.worker = WorkerID("00abcd-8")!
        line.kind = BoardWords("退场", "Left")
        line.lacksLeaverConfirmation = true
        return line
    }

    var closures: OfficePeople {
        OfficePeople(
            find: { [self] text, _ in
                asked.withLock { $0.append(text) }
                return PeopleFound(lines: [Self.line(), Self.line(8, hasLeft: true)], totalCount: 2)
            },
            worker: { [self] id, isRevealed in
                guard (7...8).contains(id.sequence.rawValue) else { return nil }
                return WorkerFacts(
                    line: Self.line(UInt64(id.sequence.rawValue), hasLeft: id.sequence.rawValue == 8),
                    facts: [
                        .init(
                            BoardWords("证件号码", "ID number"),
                            isRevealed
                                ? BoardWords(Self.secret, Self.secret) : BoardWords("1101****", "1101****"))
                    ],
                    items: [.init(BoardWords("合同", "Contract"), isThere: false)],
                    enrolmentElapsed: .seconds(8 * 86_400), hasPhoto: true,
                    lacksLeaverConfirmation: lacksLeaverConfirmation.withLock { $0 }
                        && id.sequence.rawValue == 8,
                    changes: [Self.change(21, hours: 13), Self.byHand], corrections: [Self.correction(31)],
                    files: [
                        .init(
                            entry: LedgerSequence(41), words: BoardWords("附件", "Attachment"),
                            byteCount: 2_049, recordedAt: Scene.noon)
                    ])
            },
            teams: {
                [
                    TeamFacts(team: Self.carpenters, workerCount: 2),
                    TeamFacts(team: Self.other, workerCount: 0),
                ]
            },
            members: { $0 == Self.carpenters ? [Self.line(), Self.line(9)] : [] },
            changes: {
                ChangeBoard(
                    open: [
                        Self.change(21, hours: 25), Self.change(22, hours: 20),
                        Self.change(23, hours: 12, .rejected("<s>错误</s>")), Self.change(24, hours: 1),
                    ],
                    confirmed: [Self.byHand], leavings: [Self.leaving],
                    months: [
                        .init(
                            name: "2026-11", changeCount: 5, inTimeCount: 1, lateCount: 1,
                            medianDelay: .seconds(3 * 3_600))
                    ])
            },
            enrolments: {
                EnrolmentBoard(
                    incomplete: [
                        .init(
                            person: Self.line(), missing: [BoardWords("工资卡", "Wage card")],
                            elapsed: .seconds(11 * 86_400))
                    ], completeCount: 3,
                    companies: [
                        .init(
                            name: "<em>公司", enteredOn: "2026-11-01", registeredOn: nil,
                            elapsed: .seconds(9 * 86_400))
                    ])
            },
            change: { [self] order in
                orders.withLock { $0.append(order) }
                if let sentences = refusal.withLock({ $0 }) { return .refused(sentences) }
                return .done(workers: order.action == .join ? [Self.line().worker] : [Self.line().worker])
            },
            confirm: { [self] change, reference, attachment, by in
                attachments.withLock { $0.append(attachment) }
                confirmations.withLock { $0.append((change, reference, by)) }
                return change.rawValue == 20
                    ? .refused([BoardWords("已确认过", "Confirmed before")]) : .done(workers: [])
            }, presented: presented, badges: badges,
            corrections: corrections, exports: exports, statistics: statistics,
            notice: { [self] in notice.withLock { $0 } })
    }

    private var exports: OfficeExports {
        OfficeExports(
            file: { [self] order in
                exported.withLock { $0.append(order) }
                if let sentences = refusal.withLock({ $0 }) { return .refused(sentences) }
                return .file(
                    bytes: Array("exported".utf8), name: "muster-test.csv",
                    workerCount: order.isRevealed ? 2 : 0, worker: nil)
            },
            copy: { $0.sequence.rawValue == 7 ? Array("<p>\(Self.secret)".utf8) : nil })
    }

    private var corrections: OfficeCorrections {
        OfficeCorrections(
            list: { isOfAll, _ in
                let lines = [
                    Self.correction(31), Self.correction(32, by: "wang"),
                    Self.correction(33, .judged(.objected, by: "<q>jing", at: Scene.noon, words: "<s>不属实")),
                ]
                let confirmed = Self.correction(
                    30, .judged(.confirmed, by: "jing", at: Scene.noon, words: ""))
                return CorrectionList(
                    lines: isOfAll ? lines + [confirmed] : lines, totalCount: 5, openCount: 2,
                    objectedCount: 1)
            },
            judge: { [self] order in
                judgements.withLock { $0.append(order) }
                if let sentences = refusal.withLock({ $0 }) { return .refused(sentences) }
                return .done(workers: [])
            })
    }

    static func correction(
        _ sequence: Int64, _ standing: CorrectionLine.Standing = .open, by: String = "<u>li</u>"
    ) -> CorrectionLine {
        CorrectionLine(
            correction: LedgerSequence(sequence), worker: line().worker, name: hostile, team: carpenters,
            action: .replaced,
            original: .init(
                at: Scene.noon, direction: .entering, lane: "<b>north",
                decision: BoardWords("放行", "Let through")),
            passes: [.init(at: Scene.noon, direction: .leaving)], by: by, reason: "<i>木工 读错</i>",
            recordedAt: Scene.noon, standing: standing)
    }

    private var statistics: @Sendable (StatisticsMonth?) async throws -> ChangeStatisticsBoard {
        { asked in
            let figures = ChangeBoard.Month(
                name: "2026-11", changeCount: 5, inTimeCount: 1, lateCount: 1,
                medianDelay: .seconds(3 * 3_600))
            guard asked == nil || asked == StatisticsMonth(year: 2026, month: 11) else {
                return ChangeStatisticsBoard(
                    months: [StatisticsMonth(year: 2026, month: 11)], all: nil, managers: nil, teams: [])
            }
            return ChangeStatisticsBoard(
                months: [StatisticsMonth(year: 2026, month: 11), StatisticsMonth(year: 2026, month: 10)],
                all: figures, managers: figures,
                teams: [.init(team: Self.carpenters, figures: figures)])
        }
    }

    private var badges: OfficeBadges {
        OfficeBadges(
            give: { [self] worker, account in
                asked.withLock { $0.append("badge \(worker) \(account)") }
                if let sentences = refusal.withLock({ $0 }) { return .failure(BadgeRefusal(sentences)) }
                return .success(LedgerSequence(61))
            },
            badge: { worker, number in
                guard worker.sequence.rawValue == 7, number.rawValue == 61 else { return nil }
                return BadgeFacts(
                    number: number, until: Scene.noon, code: "MB1ABC", path: "M4 4h7v1H4z", side: 37)
            })
    }

    private var presented: OfficePresented {
        OfficePresented(
            reads: {
                [
                    ReadLine(
                        read: 5, name: Self.hostile, number: "1101**********1237", reader: "<q>north/id",
                        readAt: Scene.noon, standing: .unknown),
                    ReadLine(
                        read: 4, name: "李*", number: "1101**********0014", reader: "north/id",
                        readAt: Scene.noon, standing: .present),
                ]
            },
            holds: { (4...5).contains($0) },
            read: { [self] id in
                revealed.withLock { $0.append("read \(id)") }
                return ReadFacts(
                    name: Self.hostile,
                    facts: [.init(BoardWords("证件号码", "ID number"), BoardWords(Self.secret, Self.secret))],
                    warnings: [BoardWords("证件不在有效期内。", "The document is not valid today.")])
            },
            card: { [self] in
                if isChip.withLock({ $0 }) {
                    return .other(reader: "north/in", words: BoardWords("是芯片序列号。", "Serial of a chip."))
                }
                return .card(
                    CardFacts(
                        presentation: 3, reader: "north/in", owner: nil,
                        forms: [.init(BoardWords("10H", "10H"), BoardWords("0A00E83A5C", "0A00E83A5C"))],
                        collisions: [Self.line(9).worker]))
            },
            photo: { [self] id in
                revealed.withLock { $0.append("photo \(id)") }
                return [0xFF, 0xD8, 0xFF, 0xD9]
            },
            file: { [self] id, entry in
                revealed.withLock { $0.append("file \(id) \(entry)") }
                return entry.rawValue == 41 ? (Array("%PDF-".utf8), "\(id)-41.pdf") : nil
            })
    }
}
