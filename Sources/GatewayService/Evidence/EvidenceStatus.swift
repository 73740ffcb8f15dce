import AttendanceLedger
import SiteModel

/// What `status` says of the evidence: who could read it, and how far it is signed.
struct EvidenceStatus: Sendable {
    /// Nil: this process was given no site key.
    let protection: SiteKey.Protection?
    /// The newest entry that a checkpoint vouches for, and when it was signed.
    let signedSequence: LedgerSequence
    let signedAt: UTCInstant?
    let isErasurePending: Bool

    init(
        _ reader: LedgerReader, siteKey: SiteKey?, isErasurePending: Bool = false
    ) throws(LedgerError) {
        protection = siteKey?.protection
        self.isErasurePending = isErasurePending
        // try?: verify names an entry that cannot be read; here it vouches for nothing.
        let checkpoint = try reader.newestCheckpoint().flatMap { try? SignedCheckpoint(encoded: $0.body) }
        signedSequence = checkpoint?.statement.sequence ?? LedgerSequence(0)
        signedAt = checkpoint?.statement.signedAt
    }

    var lines: [String] {
        let key = protection?.words ?? "not given to this command: names stay sealed"
        let signed = signedAt.map { "up to entry \(signedSequence), \($0.rfc3339)" } ?? "not yet"
        let pending = "erasure a destroyed key may still stand in the log, because a reader holds it"
        return ["site key \(key)", "signed   \(signed)"] + (isErasurePending ? [pending] : [])
    }

    func append(to json: inout JSONText) {
        json.member("site_key", protection?.rawValue)
        json.member("signed_sequence", signedSequence.rawValue)
        json.member("signed_at", signedAt?.rfc3339)
        json.member("erasure_pending", isErasurePending)
    }
}
