/// A protocol of a central platform. One request at a time; an adapter keeps nothing of what it sent.
public protocol PlatformAdapter: Sendable {
    var limits: PlatformLimits { get }

    /// Makes ready what is submitted next, while a request is under way. Sends nothing.
    func prepare(_ submission: Submission) async

    /// Tells the platform something, once.
    func submit(_ submission: Submission) async -> SubmissionAnswer

    /// Asks what became of a receipt.
    func verdict(on receipt: String) async -> VerdictAnswer

    /// Asks what the platform holds.
    func holdings(_ question: HoldingsQuestion) async -> HoldingsAnswer

    /// Ends the connection. Call once, after the last call of the others.
    func close() async
}

extension OpenAPIPlatform: PlatformAdapter {}
