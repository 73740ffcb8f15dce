/// How many running clocks stand in each stage: of changes (12, 20 and 24 hours) or of enrolments (7, 9 and
/// 10 days).
public struct StageCounts: Sendable, Hashable {
    public var inTime = 0
    /// From the first warning to the next.
    public var warning = 0
    public var urgent = 0
    public var late = 0

    public init(inTime: Int = 0, warning: Int = 0, urgent: Int = 0, late: Int = 0) {
        self.inTime = inTime
        self.warning = warning
        self.urgent = urgent
        self.late = late
    }

    /// Named as `muster changes --json` names the stages.
    var named: [(name: String, count: Int)] {
        [("in_time", inTime), ("warning", warning), ("urgent", urgent), ("late", late)]
    }
}
