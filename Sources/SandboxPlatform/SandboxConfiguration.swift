/// What a sandbox platform is started with.
public struct SandboxConfiguration: Sendable {
    public var appID: String
    public var projectCode: String
    public var secret: AppSecret
    public var dialect = SandboxDialect.national
    /// The file that keeps what was accepted.
    public var store: String
    /// How long a verdict stays pending; nil answers writes at once, without a serial code.
    public var delay: Duration? = .seconds(2)
    /// Records in one `WorkerAttendance.Add`; the national limit is 20.
    public var attendanceBatch = 20
    /// How far a request's timestamp may be off. Not documented nationally; Guangdong's six minutes.
    public var window: Duration = .seconds(360)
    /// Whether the good elements of a batch with a bad one are kept.
    public var keepsPartOfBatch = false
    /// Whether attendance of the same project, number, second and direction is refused instead of counted.
    public var refusesDuplicates = false
    /// Whether attendance needs an entry (进场) that is not ended.
    public var requiresEntry = true
    /// Whether queries hide the middle of every number, as some platforms do.
    public var masksNumbers = false
    /// Whether `Payroll.Query` answers with rows of every month, whatever it was asked for.
    public var ignoresMonths = false
    /// Whether dumps show numbers in full. Invented persons only.
    public var revealsNumbers = false
    public var seed: UInt64 = 1
    public var faults: [FaultRule] = []

    public init(appID: String, projectCode: String, secret: AppSecret, store: String) {
        self.appID = appID
        self.projectCode = projectCode
        self.secret = secret
        self.store = store
    }
}

/// Why the sandbox is not there.
public enum SandboxError: Error, Equatable, CustomStringConvertible {
    /// The store cannot be opened, or another sandbox holds it.
    case store(path: String, words: String)
    /// `code` is the system's error.
    case cannotListen(on: String, code: Int32)

    public var description: String {
        switch self {
        case .store(let path, let words): "the store \(path) cannot be used: \(words)"
        case .cannotListen(let address, let code): "cannot listen on \(address): error \(code)"
        }
    }
}
