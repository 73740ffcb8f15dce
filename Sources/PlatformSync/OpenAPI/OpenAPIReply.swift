import SiteModel

/// What an answer means, before anybody asks what it was an answer to.
enum OpenAPIReply: Sendable {
    /// Code 0, with `data` read also where it is JSON within a string.
    case accepted(data: JSONValue?)
    /// Taken before; the team's number where the words tell it.
    case takenBefore(number: Int64?)
    case refused(PlatformRefusal)
    case stopped(PlatformRefusal)
    case later(PlatformDelay)
    /// No usable answer, or one that leaves the effect open.
    case open(reason: String)

    /// Reads the outcome of a call by a dialect's tables.
    ///
    /// Whatever does not certainly say that nothing was taken stays open: nobody sends it again blindly.
    init(_ outcome: ExchangeOutcome, dialect: OpenAPIDialect, now: UTCInstant) {
        switch outcome {
        case .notSent(let reason): self = .later(PlatformDelay(reason: reason))
        case .broken(let reason): self = .open(reason: reason)
        case .answered(let reply):
            guard reply.status == 200 else {
                self = Self.ofStatus(reply)
                return
            }
            // Some servers put a byte order mark before their JSON.
            let hasMark = reply.body.starts(with: [0xEF, 0xBB, 0xBF])
            guard let json = JSONValue(reply.body.dropFirst(hasMark ? 3 : 0)) else {
                self = .open(reason: Self.words(forBody: reply.body))
                return
            }
            guard let code = json["code"]?.scalarText else {
                self = .open(reason: "the answer has no code")
                return
            }
            let words = String((json["message"]?.scalarText ?? "").prefix(Self.wordLimit))
            self = Self.ofCode(
                code.split(separator: ".").first.map(String.init) ?? code, words: words, data: json["data"],
                reply: reply, dialect: dialect, now: now)
        }
    }

    /// What words of a failed receipt mean; `code` as printed.
    static func ofWords(_ words: String, code: String, date: UTCInstant?, dialect: OpenAPIDialect)
        -> OpenAPIReply
    {
        let found = dialect.texts.first { words.contains($0.fragment) }
        func refusal(_ cause: PlatformRefusal.Cause) -> PlatformRefusal {
            PlatformRefusal(code: code, words: words, cause: cause)
        }
        switch found?.reaction {
        case .taken: return .takenBefore(number: nil)
        case .teamNumber:
            guard let found, let start = words.firstRange(of: found.fragment)?.upperBound else { break }
            let digits = words[start...].drop { $0 == " " }.prefix { $0.isASCII && $0.isNumber }
            return .takenBefore(number: Int64(digits))
        case .access: return .stopped(refusal(.access))
        case .clock: return .refused(refusal(.clock(date)))
        case .dependency: return .refused(refusal(.dependency))
        case .duplicate: return .refused(refusal(.duplicate))
        case .transient: return .open(reason: "\(code) system error")
        case .record, nil: break
        }
        return .refused(refusal(.record))
    }

    static let wordLimit = 500

    private static func ofCode(
        _ code: String, words: String, data: JSONValue?, reply: PlatformReply, dialect: OpenAPIDialect,
        now: UTCInstant
    ) -> OpenAPIReply {
        switch dialect.codes[code] {
        case .accepted:
            // Some deployments put JSON into a string.
            if let text = data?.text, let inner = JSONValue(text.utf8) { return .accepted(data: inner) }
            return .accepted(data: data == .null ? nil : data)
        case .access:
            let skew = reply.date.map { abs($0.milliseconds - now.milliseconds) } ?? 0
            let cause: PlatformRefusal.Cause = skew > clockSkewLimit ? .clock(reply.date) : .access
            return .stopped(PlatformRefusal(code: code, words: words, cause: cause))
        case .rate: return .later(PlatformDelay(reason: "\(code) rate limit", atLeast: .seconds(60)))
        case .transient: return .open(reason: "\(code) system error")
        // A code that nobody documented is a refusal, never a success.
        case .record, nil: return ofWords(words, code: code, date: reply.date, dialect: dialect)
        }
    }

    /// Narrower than every window of related platforms (6 min): then a wrong signature may be our clock.
    private static let clockSkewLimit: Int64 = 120_000

    private static func ofStatus(_ reply: PlatformReply) -> OpenAPIReply {
        let code = "http \(reply.status)"
        switch reply.status {
        case 401, 403, 407: return .stopped(PlatformRefusal(code: code, words: "", cause: .access))
        case 413: return .refused(PlatformRefusal(code: code, words: "", cause: .record))
        case 429:
            return .later(PlatformDelay(reason: code, atLeast: max(.seconds(60), reply.retryAfter ?? .zero)))
        case 400, 404, 405, 411, 414, 415, 431:
            return .later(PlatformDelay(reason: code, atLeast: reply.retryAfter ?? .zero))
        default: return .open(reason: code)
        }
    }

    private static func words(forBody body: [UInt8]) -> String {
        let start = body.drop { $0 <= 0x20 || $0 >= 0x80 }.first
        if body.isEmpty { return "the answer is empty" }
        return start == UInt8(ascii: "<")
            ? "the answer is a web page: is there a log-in page between us and the platform?"
            : "the answer is no JSON"
    }
}
