import SiteModel

/// Notices a line on which bytes come and none of them can ever be read: its speed is wrong, or its other
/// settings are.
///
/// It judges only until the first whole frame since the port was opened: what once was understood is set
/// right, and noise on it is noise. A value without a clock.
struct LineSpeedWatch: Sendable {
    /// This many bytes without a frame are enough: more than any single frame of a card.
    private static let plentyByteCount = 64
    /// Of the shortest frame of a card that is shown once, too fast by far.
    private static let fewestByteCount = 6
    /// The longest code on a slow line is over by then, and a card after a burst of noise has its chance.
    private static let shortest = Duration.seconds(5)
    /// Wrong settings are named within 30 s of the first byte.
    private static let longest = Duration.seconds(20)
    /// A card that is far too fast leaves a byte or two. So many times within `memory` is no accident.
    private static let fewestArrivals = 3
    private static let memory = Duration.seconds(30)
    /// What comes sooner belongs to what came before.
    private static let separation = Duration.milliseconds(300)

    private var byteCount = 0
    private var arrivalCount = 0
    private var firstAt: Uptime?
    private var lastAt: Uptime?
    /// It was asked when `longest` was over: until more comes there is nothing to say.
    private var isLongOver = false
    private var isProven = false
    private(set) var isNamed = false

    /// When it has to be asked again.
    var deadline: Uptime? {
        isProven || isNamed || isLongOver ? nil : firstAt.map { $0 + Self.longest }
    }

    enum Verdict: Sendable, Equatable {
        case nothing
        /// Said once: this many bytes came, and no frame.
        case unintelligible(byteCount: Int)
        /// What was named wrong is understood now.
        case understood
    }

    /// - Parameters:
    ///   - byteCount: what came in.
    ///   - hasFrames: a driver of the line has taken a whole frame since the port was opened.
    mutating func take(byteCount new: Int, hasFrames: Bool, at uptime: Uptime) -> Verdict {
        guard !isProven else { return .nothing }
        if hasFrames {
            isProven = true
            return isNamed ? .understood : .nothing
        }
        guard !isNamed, new > 0 || firstAt != nil else { return .nothing }
        if new > 0 {
            if lastAt.map({ uptime - $0 > Self.separation }) ?? true { arrivalCount += 1 }
            byteCount += new
            lastAt = uptime
        }
        let first = firstAt ?? uptime
        firstAt = first
        let age = uptime - first
        let isPlenty = byteCount >= Self.plentyByteCount && age >= Self.shortest
        let isLong = byteCount >= Self.fewestByteCount && age >= Self.longest
        let isRepeated =
            arrivalCount >= Self.fewestArrivals && age >= Self.shortest && age < Self.memory
        guard isPlenty || isLong || isRepeated else {
            isLongOver = age >= Self.longest
            // A stray byte or two are no traffic: the next begins anew.
            if age >= Self.memory { self = LineSpeedWatch() }
            return .nothing
        }
        isNamed = true
        return .unintelligible(byteCount: byteCount)
    }

    /// What an operator reads.
    static func words(byteCount: Int, _ settings: SerialSettings) -> String {
        "\(byteCount) bytes came and none could be read: wrong speed (\(settings.baud) baud now) or format? "
            + "muster device probe tries others"
    }
}
