import AttendanceLedger
import LocalWeb
import PersonnelChanges
import SiteModel

/// What the pages of the gate see and do: visitors, and lanes that a person opens.
struct GatePages: Sendable {
    let people: PeopleBook
    let visitors: VisitorDesk
    let manual: ManualDesk
    let lanes: LaneDesk
    let time: SiteTime

    var closures: OfficeGate {
        OfficeGate(
            lanes: { [lanes] in lanes.lanes().sorted() }, visitors: onSite, admit: admit, leave: leave,
            pass: pass, open: open, letThrough: letThrough)
    }

    private var calendar: SiteCalendar {
        SiteCalendar(
            now: time.instant(of: time.now()), offsetMilliseconds: visitors.siteOffsetMilliseconds)
    }

    @Sendable private func onSite() async throws -> [VisitorFacts] {
        let now = calendar.instant
        return await people.latest().site.visitors.map { visitor in
            VisitorFacts(
                number: visitor.sequence, name: visitor.admitted.name, company: visitor.admitted.company,
                purpose: visitor.admitted.purpose, host: visitor.admitted.host,
                admittedAt: time.instant(of: visitor.since), until: visitor.admitted.until,
                isOverdue: now >= visitor.admitted.until, by: visitor.admitted.by)
        }
    }

    @Sendable private func admit(_ order: VisitorOrder) async -> GateOutcome {
        let calendar = calendar
        let end = order.until.isEmpty ? calendar.end(of: calendar.today) : calendar.todayAt(order.until)
        guard let until = end else {
            let words = BoardWords("有效至：请填写今天的时间，例如 18:00。", "Valid until: a time like 18:00.")
            return .refused([words])
        }
        var host: WorkerID?
        if !order.host.isEmpty {
            host = WorkerID(order.host)
            guard host != nil else {
                return .refused([
                    BoardWords("接待人编号不对，例如 cc0eee-2。", "Host: no id of a worker like cc0eee-2.")
                ])
            }
        }
        do throws(PersonnelError) {
            let answer = try await visitors.admit(
                VisitorAdmitted(
                    name: order.name, company: order.company, purpose: order.purpose, host: host,
                    until: until,
                    lane: order.lane, by: order.by))
            _ = await people.content(upTo: answer.visitor)
            return answer.outcome(
                BoardWords("访客 \(answer.visitor) 已登记。", "Visitor \(answer.visitor) is admitted."))
        } catch {
            return .refused(error.sentences)
        }
    }

    @Sendable private func leave(
        _ visitor: LedgerSequence, _ lane: String?, _ by: String
    ) async -> GateOutcome {
        do throws(PersonnelError) {
            let answer = try await visitors.leave(VisitorLeft(admission: visitor, lane: lane, by: by))
            _ = await people.content(upTo: answer.entry)
            return answer.outcome(BoardWords("访客 \(visitor) 已离场。", "Visitor \(visitor) has left."))
        } catch {
            guard case .ledger = error, lane != nil else { return .refused(error.sentences) }
            return .refused(
                error.sentences + [
                    BoardWords("已尝试开闸：不阻拦离场。", "The lane was told to open all the same: nobody is held back.")
                ])
        }
    }

    @Sendable private func pass(_ visitor: LedgerSequence) async throws -> BadgeFacts? {
        do throws(PersonnelError) {
            let given = try await visitors.personnel.pass(of: visitor)
            return try BadgeFacts(given, visitors.personnel)
        } catch {
            if case .refused = error { return nil }
            throw error
        }
    }

    @Sendable private func open(_ order: LaneOrder) async -> GateOutcome {
        guard
            let opened = LaneOpened(
                lane: order.lane, direction: order.direction, by: order.by, reason: order.reason)
        else {
            return .refused([
                BoardWords("请填写原因，不超过 40 个汉字。", "Say why, in at most 40 Chinese characters.")
            ])
        }
        switch await lanes.carryOut(opened) {
        case .noLane:
            return .refused([BoardWords("没有通道 \(order.lane)。", "There is no lane \(order.lane).")])
        case .notRecorded:
            return .refused([
                BoardWords(
                    "账本写不进去，没有开闸。", "The ledger cannot be written, so nothing was opened.")
            ])
        case .notTold: return .done(.openByHand(BoardWords("已记录。", "Recorded.")), isProblem: true)
        case .opened: return .done(BoardWords("已开闸。", "The lane opens."), isProblem: false)
        }
    }

    @Sendable private func letThrough(_ order: LaneOrder) async -> GateOutcome {
        do throws(PersonnelError) {
            return try await manual.admit(
                AdmitRequest(
                    worker: order.worker, lane: order.lane, direction: order.direction, reason: order.reason,
                    by: order.by)
            ).outcome
        } catch {
            return .refused(error.sentences)
        }
    }
}

extension BoardWords {
    fileprivate var andOpened: BoardWords {
        BoardWords(chinese + "已开闸。", english + " The lane opens.")
    }

    fileprivate static func openByHand(_ words: BoardWords) -> BoardWords {
        BoardWords(
            words.chinese + "闸机没有响应，请手动开闸。", words.english + " No barrier was told: open it by hand.")
    }
}

extension VisitorAnswer {
    fileprivate func outcome(_ words: BoardWords) -> GateOutcome {
        if lane == nil { return .done(words, isProblem: false) }
        return isOpened
            ? .done(words.andOpened, isProblem: false)
            : .done(.openByHand(words), isProblem: true)
    }
}

extension AdmitAnswer {
    fileprivate var outcome: GateOutcome {
        switch signal {
        case .granted:
            let words = BoardWords("已记为人工放行。", "Recorded as let through by hand.")
            return isTold
                ? .done(words.andOpened, isProblem: false)
                : .done(.openByHand(words), isProblem: true)
        case .unchanged:
            return .done(
                BoardWords("刚刚已放行，不再开闸。", "Let through a moment ago; nothing more opens."),
                isProblem: false)
        case .refused(let reason, opens: true):
            let words = BoardWords(
                "已记录：\(reason.words.chinese)，但不阻拦离场。",
                "Recorded: \(reason.words.english), but nobody is held back.")
            return .done(isTold ? words : .openByHand(words), isProblem: true)
        case .refused(let reason, opens: false):
            return .refused([
                BoardWords(
                    "不能进场：\(reason.words.chinese)。已记录。", "Refused: \(reason.words.english). Recorded.")
            ])
        case .notRecorded(opens: true):
            let words = BoardWords(
                "台账目前不能写入，离场记录待补写。", "The ledger cannot write; the record waits in the reserve.")
            return .done(isTold ? words : .openByHand(words), isProblem: true)
        case .notRecorded(opens: false):
            return .refused([
                fault.map(BoardWords.ledgerCannotWrite)
                    ?? BoardWords("台账目前不能写入。", "The ledger cannot write."),
                BoardWords("未记录，不能进场。", "Not recorded, so nobody is let in."),
            ])
        }
    }
}
