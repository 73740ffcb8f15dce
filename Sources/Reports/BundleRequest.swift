public import SiteModel

/// About whom a bundle of evidence is, and which days.
public struct BundleRequest: Sendable {
    public let worker: Worker
    /// First and last day, in site time.
    public let from: CivilDate
    public let to: CivilDate
    /// Print the full identity number on the page.
    public let isRevealed: Bool
    /// Masked: without the worker's key, their name shown by its first character, words without long numbers.
    public let isKeyWithheld: Bool

    /// A worker as people name them.
    public enum Worker: Sendable {
        case id(WorkerID)
        case number(IDNumber)

        /// Reads `cc0eee-2` or an identity number.
        public init(_ text: String) throws(BundleError) {
            if let id = WorkerID(text) {
                self = .id(id)
            } else {
                do throws(IDNumberError) {
                    self = .number(try IDNumber(reading: text))
                } catch {
                    throw .workerUnreadable
                }
            }
        }
    }

    /// - Throws: `BundleError.daysTurned`.
    public init(
        worker: Worker, from: CivilDate, to: CivilDate, isRevealed: Bool, isKeyWithheld: Bool = false
    ) throws(BundleError) {
        precondition(!(isRevealed && isKeyWithheld), "a bundle is revealed or masked")
        guard from <= to else { throw .daysTurned }
        self.worker = worker
        self.from = from
        self.to = to
        self.isRevealed = isRevealed
        self.isKeyWithheld = isKeyWithheld
    }
}

extension BundleRequest {
    /// Words of a person, for the page.
    func shown(_ words: String) -> String {
        isKeyWithheld ? words.maskingNumbers() : words
    }
}

/// What the page of a bundle says about the site.
public struct BundleSite: Sendable {
    public let name: String
    /// Empty when the site has none.
    public let projectCode: String
    /// Site time minus UTC.
    public let offsetMilliseconds: Int64

    public init(name: String, projectCode: String, offsetMilliseconds: Int64) {
        self.name = name
        self.projectCode = projectCode
        self.offsetMilliseconds = offsetMilliseconds
    }

    /// The first instant of a day.
    func start(of day: CivilDate) -> UTCInstant {
        UTCInstant(milliseconds: day.daysSince1970 * UTCInstant.dayMilliseconds - offsetMilliseconds)
    }

    /// The first instant after a day.
    func end(of day: CivilDate) -> UTCInstant {
        start(of: day).advanced(byMilliseconds: UTCInstant.dayMilliseconds)
    }

    func day(of instant: UTCInstant) -> CivilDate { instant.day(offsetMilliseconds: offsetMilliseconds) }

    /// `2026-11-21 08:02:11`.
    func text(_ instant: UTCInstant) -> String {
        String(instant.localText(offsetMilliseconds: offsetMilliseconds).dropLast(4))
    }

    /// `08:02:11`.
    func timeOfDay(_ instant: UTCInstant) -> String { String(text(instant).suffix(8)) }

    /// `UTC+08:00`.
    var zone: String {
        let minutes = abs(offsetMilliseconds) / 60_000
        let digits = [minutes / 60, minutes % 60].map { ($0 < 10 ? "0" : "") + String($0) }
        return "UTC\(offsetMilliseconds < 0 ? "-" : "+")\(digits.joined(separator: ":"))"
    }
}
