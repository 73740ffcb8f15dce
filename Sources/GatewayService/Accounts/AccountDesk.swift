import Accounts
import AttendanceLedger
import SiteModel

/// Changes accounts: first the entry, then the file. A crash between them leaves an entry of a change that
/// was not made, never a right that no entry knows; the command says that it failed and can be repeated.
struct AccountDesk: Sendable {
    let book: AccountBook
    let ledger: LedgerWriter
    let clock: any SiteClock

    func carryOut(_ order: AccountOrder) async throws(GatewayError) -> AccountChanged {
        do throws(AccountError) {
            let plan = try await book.plan(order)
            try await record(plan.changed)
            try await book.apply(plan)
            return plan.changed
        } catch {
            throw error.isRefusal ? .refused("\(error.chinese)\n\(error)") : .accounts(error)
        }
    }

    /// Somebody is about to see personal data; shown only after this returned.
    func record(_ shown: PersonalDataShown, _ worker: WorkerID?) async throws(LedgerError) {
        _ = try await ledger.append([
            EntryDraft(
                shown, kind: .personalDataShown, subject: worker.map { .worker($0) } ?? .nobody,
                clock: clock.now())
        ])
    }

    private func record(_ changed: AccountChanged) async throws(AccountError) {
        let draft = EntryDraft(changed, kind: .accountChanged, clock: clock.now())
        do throws(LedgerError) {
            _ = try await ledger.append([draft])
        } catch {
            throw .storage(operation: "the entry in the ledger", code: 0, words: "\(error)")
        }
    }
}

extension AccountChanged {
    var words: String {
        switch act {
        case .added: "account \(account) added as \(role.name)"
        case .roleGiven: "account \(account) is now \(role.name); its sessions are over"
        case .passwordSet: "account \(account) has a new password; its sessions are over"
        case .disabled: "account \(account) is disabled; its sessions are over"
        case .enabled: "account \(account) is enabled"
        }
    }
}
