/// Single records that were refused one after the other, all with one code: then it is not the records. What
/// waits would be refused too, and each of them has to be decided about.
struct RefusalRun {
    /// Codes are short; of a longer one so many characters.
    private static let codeLimit = 32

    private(set) var code = ""
    private var count = 0

    /// - Returns: how long the run is now.
    mutating func add(_ code: String) -> Int {
        let code = String(code.prefix(Self.codeLimit))
        count = code == self.code ? count + 1 : 1
        self.code = code
        return count
    }

    /// Something was taken, or somebody looked.
    mutating func end() { count = 0 }
}
