/// Why something that was asked for is not done, and what to do: one sentence, in both languages of the
/// pages. Personal data in it is masked.
public struct Refusal: Sendable, Hashable {
    public let chinese: String
    public let english: String

    public init(_ chinese: String, _ english: String) {
        self.chinese = chinese
        self.english = english
    }
}
