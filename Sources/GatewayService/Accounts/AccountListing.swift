import Accounts
import SiteModel

/// The accounts for `muster account list`, for people and for programs.
struct AccountListing: Sendable {
    let accounts: [Account]

    /// One account a line.
    var lines: [String] {
        accounts.isEmpty
            ? ["no account yet: muster account add NAME --role ROLE"]
            : accounts.map { account in
                "\(account.name)  \(account.role.name)  \(account.isEnabled ? "enabled" : "disabled")  "
                    + "changed \(account.changedAt.rfc3339)  \(account.displayName)"
            }
    }

    /// An array of `name, display_name, role, enabled, changed_at`.
    var json: JSONText {
        var json = JSONText()
        json.beginArray()
        for account in accounts {
            json.beginObject()
            json.member("name", account.name.text)
            json.member("display_name", account.displayName)
            json.member("role", account.role.name)
            json.member("enabled", account.isEnabled)
            json.member("changed_at", account.changedAt.rfc3339)
            json.endObject()
        }
        json.endArray()
        return json
    }
}
