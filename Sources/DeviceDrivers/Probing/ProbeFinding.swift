public import SiteModel

/// What a probe found on a serial line.
public struct ProbeFinding: Sendable, Hashable {
    /// How sure it is. Raw values are printed.
    public enum Certainty: String, Sendable, Hashable {
        /// It answered our question in frames whose check fits, or sent several whose form leaves no doubt.
        case certain
        /// One frame with a short check.
        case likely
        /// Readable text: many readers send such lines.
        case possible

        /// Greater is surer.
        public var rank: Int {
            switch self {
            case .certain: 2
            case .likely: 1
            case .possible: 0
            }
        }
    }

    /// The driver that speaks to it; nil for what no driver of ours may disturb.
    public let driver: String?
    public let settings: SerialSettings
    public let certainty: Certainty
    /// One sentence: what was seen. No number of a card.
    public let words: String

    public init(driver: String?, settings: SerialSettings, certainty: Certainty, words: String) {
        self.driver = driver
        self.settings = settings
        self.certainty = certainty
        self.words = words
    }
}
