/// What one platform refused with one code, where that is more than one thing: decided about at once.
struct RefusalGroupView: Sendable {
    let platform: HTMLText
    let code: HTMLText
    let count: HTMLText
    /// Of the form's fields.
    let number: HTMLText

    /// The largest first.
    static func groups(of board: SyncBoard) -> [RefusalGroupView] {
        struct Key: Hashable {
            let platform: String
            let code: String
        }
        let counts = Dictionary(grouping: board.rejections) { Key(platform: $0.platform, code: $0.code) }
            .mapValues(\.count).filter { $0.value > 1 }
        // Not everything that was refused is listed.
        let isCut = board.platforms.reduce(0) { $0 + $1.refusedCount } > Int64(board.rejections.count)
        let largest = counts.sorted {
            ($0.value, $1.key.platform, $1.key.code) > ($1.value, $0.key.platform, $0.key.code)
        }
        return largest.enumerated().map { number, group in
            RefusalGroupView(
                platform: HTMLText(group.key.platform), code: HTMLText(group.key.code),
                count: HTMLText("\(group.value)\(isCut ? "+" : "")"), number: HTMLText("\(number)"))
        }
    }
}
