import SQLiteStore
public import SiteModel
import Synchronization

/// The accounts of one gateway: `STATE/accounts.db`, who is logged in, and how fast anybody may try.
///
/// Runs on a thread of its own, one thing at a time: two hashes never take memory together.
public actor AccountBook {
    public static let accountLimit = 256
    /// Logins that wait for their hash; more are told to come back.
    static let waitingLimit = 8

    public nonisolated let sessions: SessionTable
    private nonisolated let path: String
    private nonisolated let clock: any SiteClock
    private nonisolated let cost: PasswordCost
    private nonisolated let gate = Mutex(Gate())
    private let executor = BlockingExecutor()
    private let decoy: PasswordHash
    /// Opened at the first use, and anew after a failure: a disk that comes back needs no restart.
    private var opened: AccountFile?

    private struct Gate {
        var throttle = LoginThrottle()
        var waitingCount = 0
        /// Accounts are never deleted: once there is one, there is one.
        var holdsAccounts = false
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameter directory: the state folder. Nothing is touched yet.
    public init(directory: String, clock: any SiteClock, cost: PasswordCost = .standard) {
        path = directory + "/accounts.db"
        self.clock = clock
        self.cost = cost
        sessions = SessionTable(clock: clock)
        decoy = .decoy(cost: cost)
    }

    public func accounts() throws(AccountError) -> [Account] {
        try withFile { file throws(AccountError) in try file.accounts() }
    }

    /// Whether anybody could log in at all; true also when the file cannot be read.
    public nonisolated func holdsAccounts() async -> Bool {
        if gate.withLock({ $0.holdsAccounts }) { return true }
        // try?: what is wrong with the file is said where it is used.
        guard let accounts = try? await accounts() else { return true }
        gate.withLock { $0.holdsAccounts = !accounts.isEmpty }
        return !accounts.isEmpty
    }

    /// Looks at an order and hashes its password; changes nothing.
    public func plan(_ order: AccountOrder) throws(AccountError) -> AccountPlan {
        guard let name = AccountName(order.name) else { throw .nameUnfit }
        let known = try withFile { file throws(AccountError) in try file.row(named: name)?.account }
        let displayName = order.displayName ?? name.text
        let role = try role(after: order, name, known)
        if order.act == .added {
            guard Self.isFit(displayName) else { throw .displayNameUnfit }
            let count = try accounts().count
            guard count < Self.accountLimit else { throw .tooMany(limit: Self.accountLimit) }
        }
        var hash: PasswordHash?
        if order.act == .added || order.act == .passwordSet {
            guard let password = order.password else { throw .incomplete }
            if let flaw = password.flaw(for: name) { throw .password(flaw) }
            hash = try PasswordHash(of: password, cost: cost)
        }
        return AccountPlan(
            changed: AccountChanged(account: name.text, act: order.act, role: role, by: order.by),
            name: name, displayName: displayName, hash: hash)
    }

    /// Makes the change; all sessions of the account are over when this returns.
    public func apply(_ plan: AccountPlan) throws(AccountError) {
        let now = clock.now().wall
        let (name, changed) = (plan.name, plan.changed)
        try withFile { file throws(AccountError) in
            switch changed.act {
            case .added:
                guard let hash = plan.hash else { throw .incomplete }
                guard try file.row(named: name) == nil else { throw .exists(name) }
                let account = Account(
                    name: name, displayName: plan.displayName, role: changed.role, isEnabled: true,
                    changedAt: now)
                try file.insert(account, hash)
            case .passwordSet:
                guard let hash = plan.hash else { throw .incomplete }
                try file.set(hash, of: name, at: now)
            case .roleGiven, .disabled, .enabled:
                guard let known = try file.row(named: name)?.account else { throw .unknown(name) }
                let isEnabled = changed.act == .roleGiven ? known.isEnabled : changed.act == .enabled
                let role = changed.act == .roleGiven ? changed.role : known.role
                try file.set(role, isEnabled: isEnabled, of: name, at: now)
            }
        }
        sessions.endAll(of: name)
    }

    /// Tries a password. A name that nobody has, a wrong password and a disabled account look the same and
    /// cost the same.
    ///
    /// - Parameters:
    ///   - address: of the browser, without its port.
    ///   - old: the session that the browser brought along; it is over after a success, so that a token which
    ///     somebody planted is worth nothing.
    public nonisolated func logIn(
        name: String, password: Password, from address: String, replacing old: Session? = nil
    ) async -> LoginOutcome {
        // Whatever was typed counts as one name.
        let key = AccountName(name)?.text ?? "?"
        let now = clock.now().uptime
        let refusal: LoginOutcome? = gate.withLock { gate in
            guard gate.waitingCount < Self.waitingLimit else { return .busy }
            if let delay = gate.throttle.begin(name: key, address: address, at: now) {
                return .wait(seconds: Int((delay.wholeMilliseconds + 999) / 1_000))
            }
            gate.waitingCount += 1
            return nil
        }
        if let refusal { return refusal }
        let outcome = await verified(AccountName(name), password, replacing: old)
        gate.withLock { gate in
            gate.waitingCount -= 1
            if case .granted = outcome { gate.throttle.succeeded(name: key, address: address) }
        }
        return outcome
    }

    private func verified(
        _ name: AccountName?, _ password: Password, replacing old: Session?
    ) -> LoginOutcome {
        do throws(AccountError) {
            let row = try withFile { file throws(AccountError) -> Row? in
                guard let name else { return nil }
                return try file.row(named: name)
            }
            let isLong = password.bytes.count > Password.byteLimit
            let isRight = try (row?.hash ?? decoy).matches(isLong ? Password("") : password)
            guard isRight, !isLong, let account = row?.account, account.isEnabled else { return .refused }
            if let old { sessions.end(old) }
            let (token, session) = sessions.begin(for: account)
            return .granted(token: token, session)
        } catch {
            return .failed(error)
        }
    }

    /// The role that the account has after the order; refuses what makes no sense.
    private func role(
        after order: AccountOrder, _ name: AccountName, _ known: Account?
    ) throws(AccountError) -> AccountRole {
        guard order.act != .added else {
            guard known == nil else { throw .exists(name) }
            guard let role = order.role else { throw .incomplete }
            return role
        }
        guard let known else { throw .unknown(name) }
        switch order.act {
        case .roleGiven:
            guard let role = order.role else { throw .incomplete }
            guard role != known.role else { throw .unchanged(name) }
            return role
        case .disabled, .enabled:
            guard known.isEnabled == (order.act == .disabled) else { throw .unchanged(name) }
        case .added, .passwordSet: break
        }
        return known.role
    }

    private static func isFit(_ displayName: String) -> Bool {
        (1...Account.displayNameLimit).contains(displayName.count) && displayName.utf8.count <= 200
            && displayName.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    private func withFile<Value>(
        _ body: (AccountFile) throws(AccountError) -> Value
    ) throws(AccountError) -> Value {
        do throws(AccountError) {
            let file: AccountFile
            if let opened { file = opened } else { file = try AccountFile(path: path) }
            opened = file
            return try body(file)
        } catch {
            if !error.isRefusal { opened = nil }
            throw error
        }
    }
}

/// What became of a login.
public enum LoginOutcome: Sendable {
    /// The token goes into the cookie and nowhere else.
    case granted(token: String, Session)
    /// Name or password; which of both is not said.
    case refused
    case wait(seconds: Int)
    /// Too many log in at this moment.
    case busy
    case failed(AccountError)
}
