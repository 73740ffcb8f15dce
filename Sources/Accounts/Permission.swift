public import SiteModel

/// What somebody may do on the pages. There is none for accounts: those are changed on the machine alone
/// (`muster account`).
public enum Permission: Sendable, Hashable, CaseIterable {
    /// Names by their first character, numbers by their ends.
    case readMasked
    /// Everything about a worker; each look is an entry of the ledger.
    case readPersonal
    /// Enrol, join, leave, move, update.
    case changePersonnel
    /// Confirm corrections of attendance.
    case confirmCorrections
    /// Take files away.
    case export
    /// Let somebody through by hand, with a reason.
    case openLane
}

extension AccountRole {
    /// The whole table of who may do what.
    public var permissions: Set<Permission> {
        switch self {
        case .labourOfficer: [.readMasked, .readPersonal, .changePersonnel, .export, .openLane]
        case .siteManager: [.readMasked, .readPersonal, .confirmCorrections]
        case .inspector: [.readMasked, .export]
        case .gateGuard: [.openLane]
        }
    }
}
