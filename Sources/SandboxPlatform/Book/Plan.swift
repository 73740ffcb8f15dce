/// What a write will do to the store, worked out before anything is written.
struct Plan: Sendable {
    /// What the verdict says when all is well.
    enum Success: Sendable {
        case text(String)
        /// `{"teamSysNo": N}` of the first row that is added.
        case teamSysNo
        /// `[{"payrollCode": "…"}]` of the first row that is added.
        case payrollCode
    }

    var additions: [Record] = []
    var replacements: [(id: Int64, record: Record)] = []
    var success = Success.text("处理成功")
    /// What is wrong with one element, or with all.
    var refusal: Refusal?
}
