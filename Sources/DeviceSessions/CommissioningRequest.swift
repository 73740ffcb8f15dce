import SiteModel

/// A person allows a reader to be given its key, for a while from now, and may want it elsewhere on the line.
struct CommissioningRequest: Sendable {
    let reader: ReaderName
    let duration: Duration
    /// Nil: as it is.
    let address: Int?
    let baud: Int?
}
