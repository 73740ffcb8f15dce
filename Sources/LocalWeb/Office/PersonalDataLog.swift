import Accounts
public import SiteModel

/// The seam to the ledger for every look at unmasked personal data. A page asks *before* it answers:
///
///     try await personalData.record(session, "/worker", worker: id)
///
/// and what cannot be written is not shown: it throws, and the visitor gets a page that says so.
public struct PersonalDataLog: Sendable {
    private let write: @Sendable (PersonalDataShown, WorkerID?) async -> BoardWords?

    /// - Parameter write: returns nil after the entry is on disk, else why the ledger cannot write.
    public init(write: @escaping @Sendable (PersonalDataShown, WorkerID?) async -> BoardWords?) {
        self.write = write
    }

    /// One worker's data is about to be shown.
    ///
    /// - Parameters:
    ///   - place: the page's path without anything that names a person.
    ///   - reason: as the visitor gave it, at most 200 characters are kept.
    func record(
        _ session: Session, _ place: String, worker: WorkerID, reason: String? = nil
    ) async throws(OfficeProblem) {
        try await record(session, place, worker, workerCount: 1, reason)
    }

    /// Data of several workers are about to be shown or taken away.
    func record(
        _ session: Session, _ place: String, workerCount: Int, reason: String? = nil
    ) async throws(OfficeProblem) {
        try await record(session, place, nil, workerCount: workerCount, reason)
    }

    private func record(
        _ session: Session, _ place: String, _ worker: WorkerID?, workerCount: Int, _ reason: String?
    ) async throws(OfficeProblem) {
        let shown = PersonalDataShown(
            account: session.account.text, place: place, workerCount: workerCount,
            reason: reason.map { String($0.prefix(200)) })
        if let cause = await write(shown, worker) { throw .notRecorded(cause) }
    }
}
