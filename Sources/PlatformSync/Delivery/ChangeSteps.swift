import SiteModel

/// One thing to tell a platform about a change of personnel.
enum ChangeStep: Sendable, Hashable {
    /// Taken over from before: does the platform have the worker?
    case look
    case worker
    case join
    case leave
    /// The number of the document was put right: who had the wrong one leaves.
    case leaveAs(IDNumber)
    case contract(WorkContract)
    case training(CivilDate)

    /// What a change asks for, in order; empty: this kind of platform has no word for it.
    static func all(
        of change: PersonnelChange, isBaseline: Bool, formerNumber: IDNumber?
    ) -> [ChangeStep] {
        let dossier = change.worker.dossier
        let contract = dossier.contract.map { [ChangeStep.contract($0)] } ?? []
        let training = dossier.trainedOn.map { [ChangeStep.training($0)] } ?? []
        switch change.kind {
        case .joined where isBaseline: return [.look, .worker, .join]
        case .joined: return [.worker, .join] + contract + training
        case .left: return [.leave]
        case .moved, .updated, .wageCardChanged, .insuranceChanged: return [.worker]
        case .identityCorrected:
            guard let formerNumber, formerNumber != change.worker.idNumber else { return [.worker] }
            return [.leaveAs(formerNumber), .worker, .join]
        case .contractSigned, .contractRenewed, .contractEnded: return contract
        case .trained: return training
        }
    }
}
