/// Single records that were refused one after the other, all with one code: then it is not the records. What
/// waits would be refused too, and each of them has to be decided about.
struct RefusalRun {
    /// Long enough that no handful of bad records makes it, and short enough to be looked through.
    static let limit = 64
    /// Codes are short; of a longer one so many characters.
    private static let codeLimit = 32

    private(set) var code = ""
    private var count = 0

    /// - Returns: whether the run is so long that nothing more should be sent.
    mutating func add(_ code: String) -> Bool {
        let code = String(code.prefix(Self.codeLimit))
        count = code == self.code ? count + 1 : 1
        self.code = code
        return count >= Self.limit
    }

    /// Something was taken, or somebody looked.
    mutating func end() { count = 0 }
}
