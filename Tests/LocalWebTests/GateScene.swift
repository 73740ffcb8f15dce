import SiteModel
import Synchronization

@testable import LocalWeb

/// An invented gate with two lanes and two visitors; what the pages ask for is kept.
final class GateScene: Sendable {
    let visitorOrders = Mutex<[VisitorOrder]>([])
    let laneOrders = Mutex<[LaneOrder]>([])
    let departures = Mutex<[String]>([])
    /// What the next order is answered; nil takes it.
    let refusal = Mutex<[BoardWords]?>(nil)

    static func visitor(_ number: Int64, isOverdue: Bool = false) -> VisitorFacts {
        VisitorFacts(
            number: LedgerSequence(number), name: "<b>王", company: "<em>监理&", purpose: "\"检查\"",
            host: WorkerID("00abcd-7"), admittedAt: Scene.noon, until: Scene.noon, isOverdue: isOverdue,
            by: "<u>guard")
    }

    private func outcome(_ words: BoardWords, isProblem: Bool = false) -> GateOutcome {
        if let sentences = refusal.withLock({ $0 }) { return .refused(sentences) }
        return .done(words, isProblem: isProblem)
    }

    var closures: OfficeGate {
        OfficeGate(
            lanes: { ["<i>north", "south"] },
            visitors: { [Self.visitor(41), Self.visitor(42, isOverdue: true)] },
            admit: { [self] order in
                visitorOrders.withLock { $0.append(order) }
                return outcome(BoardWords("访客 43 已登记。", "Visitor 43 is admitted."))
            },
            leave: { [self] number, lane, by in
                departures.withLock { $0.append("\(number) \(lane ?? "-") \(by)") }
                return outcome(BoardWords("访客已离场。", "Has left."))
            },
            pass: { number in
                guard number.rawValue == 41 else { return nil }
                return BadgeFacts(
                    number: number, until: Scene.noon, code: "MB1VIS", path: "M4 4h7v1H4z", side: 37)
            },
            open: { [self] order in
                laneOrders.withLock { $0.append(order) }
                return outcome(BoardWords("已记录。", "No barrier was told."), isProblem: true)
            },
            letThrough: { [self] order in
                laneOrders.withLock { $0.append(order) }
                return outcome(BoardWords("已放行。", "The lane opens."))
            })
    }
}
