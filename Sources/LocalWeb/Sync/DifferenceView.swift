import SiteModel

/// A day on which the platform shows something else than was confirmed here.
struct DifferenceView: Sendable {
    /// Of the unexpected; `muster sync reconcile` lists more.
    private static let rowLimit = 20

    let words: HTMLText
    /// `110101********0014 07:31:05`, with the direction.
    let rows: [HTMLText]
    let hasRows: Bool

    init(_ found: SyncPlatform.Difference, offsetMilliseconds: Int64, _ language: Language) {
        words = BoardWords(
            "\(found.day)：平台缺 \(found.missingCount) 条（已重报），多出 \(found.unexpectedCount) 条，"
                + "重复 \(found.repeatedCount) 条",
            "\(found.day): \(found.missingCount) missing there (sent again), \(found.unexpectedCount) not "
                + "recorded here, \(found.repeatedCount) there more than once"
        ).html(in: language)
        rows = found.rows.prefix(Self.rowLimit).map { row in
            let time = row.at.localSecondText(offsetMilliseconds: offsetMilliseconds).dropFirst(11)
            return HTMLText("\(row.number) \(time) \(row.direction.words.text(in: language))")
        }
        hasRows = !rows.isEmpty
    }
}
