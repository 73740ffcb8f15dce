import SiteModel

/// A person allows a reader to be given its key, for a while from now.
struct CommissioningRequest: Sendable {
    let reader: ReaderName
    let duration: Duration
}
