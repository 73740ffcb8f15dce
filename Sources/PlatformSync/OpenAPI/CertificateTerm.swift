public import SiteModel

/// When a person should be told of a certificate's end.
public enum CertificateTerm {
    /// A month: an authority needs days, and somebody has to come to the gate.
    private static let noticeMilliseconds = 30 * UTCInstant.dayMilliseconds

    /// The certificate ends within 30 days, or has ended.
    public static func isEnding(_ end: UTCInstant, at now: UTCInstant) -> Bool {
        end.milliseconds - now.milliseconds < noticeMilliseconds
    }
}
