import Accounts
import ArgumentParser
import GatewayService
import SiteModel

struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Who may use the pages, and as what.",
        discussion: """
            Roles: labour-officer (劳资专管员: personnel), site-manager (reads all, confirms corrections),
            inspector (reads masked, exports), gate-guard (opens a lane with a reason).
            On this machine only. Every change is an entry of the ledger and works at once; whoever is logged
            in with the account is logged out. There is no default account and no default password.

            Example:
              muster account add wang --role labour-officer --display 王芳
            """,
        subcommands: [
            Add.self, List.self, SetPassword.self, SetRole.self, Disable.self, Enable.self,
        ])

    /// Gives the order to the site and prints what was done.
    static func carryOut(_ order: AccountOrder, _ site: SiteOptions) async throws {
        try await reportingFailure {
            let access = SiteAccess(try site.configuration())
            Terminal.print(try await access.change(order, clock: RunCommand.clock()))
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an account. Asks for the password.",
            discussion: """
                A password has at least 10 characters. It is asked for twice without echo; when standard input
                is no terminal, its first line is the password.

                Example:
                  muster account add wang --role labour-officer --display 王芳
                  pass show site/wang | muster account add wang --role labour-officer
                """)

        @OptionGroup var site: SiteOptions
        @Argument(help: "2 to 32 of a-z, 0-9, dot, underscore, hyphen; a letter first.")
        var name: String
        @Option(name: .long, help: "What the account is for.", transform: RoleArgument.role)
        var role: AccountRole
        @Option(name: .long, help: ArgumentHelp("Name shown on the pages.", valueName: "text"))
        var display: String?

        func run() async throws {
            let password = try await PasswordInput.read(for: name)
            try await AccountCommand.carryOut(
                AccountOrder(
                    .added, name: name, role: role, displayName: display, password: password,
                    by: HostEnvironment.userName), site)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Names, roles, and whether they may log in.",
            discussion: """
                Example:
                  muster account list --json
                """)

        @OptionGroup var site: SiteOptions
        @Flag(name: .long, help: "One JSON array.")
        var json = false

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                Terminal.print(
                    try await access.accounts(json ? .json : .text, clock: RunCommand.clock()))
            }
        }
    }

    struct SetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "password", abstract: "Give an account a new password.",
            discussion: """
                Asks like `add`.

                Example:
                  muster account password wang
                """)

        @OptionGroup var site: SiteOptions
        @Argument(help: "The account.")
        var name: String

        func run() async throws {
            let password = try await PasswordInput.read(for: name)
            try await AccountCommand.carryOut(
                AccountOrder(.passwordSet, name: name, password: password, by: HostEnvironment.userName), site
            )
        }
    }

    struct SetRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "role", abstract: "Give an account another role.",
            discussion: """
                Example:
                  muster account role wang site-manager
                """)

        @OptionGroup var site: SiteOptions
        @Argument(help: "The account.")
        var name: String
        @Argument(help: "What the account is for.", transform: RoleArgument.role)
        var role: AccountRole

        func run() async throws {
            try await AccountCommand.carryOut(
                AccountOrder(.roleGiven, name: name, role: role, by: HostEnvironment.userName), site)
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let nobody log in with an account. Its name stays taken.",
            discussion: """
                Example:
                  muster account disable wang
                """)

        @OptionGroup var site: SiteOptions
        @Argument(help: "The account.")
        var name: String

        func run() async throws {
            try await AccountCommand.carryOut(
                AccountOrder(.disabled, name: name, by: HostEnvironment.userName), site)
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a disabled account log in again.",
            discussion: """
                Example:
                  muster account enable wang
                """)

        @OptionGroup var site: SiteOptions
        @Argument(help: "The account.")
        var name: String

        func run() async throws {
            try await AccountCommand.carryOut(
                AccountOrder(.enabled, name: name, by: HostEnvironment.userName), site)
        }
    }
}

/// A role as it is typed.
private enum RoleArgument {
    static func role(_ text: String) throws -> AccountRole {
        guard let role = AccountRole(name: text) else {
            throw ValidationError(
                "no role \(text); there are " + AccountRole.allCases.map(\.name).joined(separator: ", "))
        }
        return role
    }
}
