import SiteModel

/// Prints corrections with what the site manager says of them, a line each. Who and why are personal data:
/// only when revealed.
public struct CorrectionListing {
    private let offsetMilliseconds: Int64
    private let corrected: TimeCorrection
    private let isRevealed: Bool

    public init(offsetMilliseconds: Int64, corrected: @escaping TimeCorrection, isRevealed: Bool) {
        self.offsetMilliseconds = offsetMilliseconds
        self.corrected = corrected
        self.isRevealed = isRevealed
    }

    /// `{"correction", "worker", "action", "corrects", "passes": [{"direction", "at"}], "recorded_at",
    /// "state", "judged_at", "judged_by"}`, and when revealed `"by", "reason", "words"`. `state` is open,
    /// confirmed or objected; `corrects` is null of passes that no reader saw.
    public func json(_ tracked: TrackedCorrection) -> String {
        let (correction, judgement) = (tracked.correction, tracked.judgement)
        var json = JSONText()
        json.beginObject()
        json.member("correction", tracked.sequence.rawValue)
        json.member("worker", tracked.worker.description)
        json.member("action", correction.action.name)
        json.member("corrects", correction.target?.sequence.rawValue)
        json.name("passes")
        json.beginArray()
        for pass in correction.passes {
            json.beginObject()
            json.member("direction", pass.direction.name)
            json.member("at", pass.at.rfc3339)
            json.endObject()
        }
        json.endArray()
        json.member("recorded_at", corrected(tracked.recorded).instant.rfc3339)
        json.member("state", tracked.stateName)
        json.member("judged_at", judgement.map { corrected($0.recorded).instant.rfc3339 })
        json.member("judged_by", judgement?.by)
        if isRevealed {
            json.member("by", correction.by)
            json.member("reason", correction.reason)
            json.member("words", judgement?.words)
        }
        json.endObject()
        return json.text
    }

    public func line(_ tracked: TrackedCorrection) -> String {
        let (correction, judgement) = (tracked.correction, tracked.judgement)
        let passes = correction.passes.map { pass in
            "\(pass.direction.name)@\(local(pass.at, characters: 19))"
        }
        let state = judgement.map { "\($0.verdict.words.chinese) \($0.verdict.name) \($0.by)" }
        return [
            "\(tracked.sequence)", tracked.worker.description, correction.action.name,
            correction.target.map { "entry \($0.sequence)" } ?? "", passes.joined(separator: " "),
            local(corrected(tracked.recorded).instant, characters: 16), state ?? "待确认 open",
            isRevealed ? "\(correction.by): \(correction.reason)" : "",
            isRevealed ? judgement?.words ?? "" : "",
        ].filter { !$0.isEmpty }.joined(separator: "  ")
    }

    private func local(_ instant: UTCInstant, characters: Int) -> String {
        String(instant.localText(offsetMilliseconds: offsetMilliseconds).prefix(characters))
    }
}
