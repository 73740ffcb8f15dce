import ArgumentParser
import GatewayService
import SiteModel

extension LedgerCommand {
    struct Correct: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a missed or wrong swipe right; the original stays.",
            discussion: """
                A correction is an entry of its own that says who, why and when. It is written for each worker
                who is named, or for everybody of a team, all in one commit. Times are site time.

                Example:
                  muster ledger correct --worker cc0eee-2 --add entering@2026-11-24T07:30 \\
                      --add leaving@2026-11-24T18:00 --by 李工 --reason "north terminal was down"
                  muster ledger correct --team 钢筋班 --add entering@2026-11-24T07:30 --by 李工 --reason "…"
                  muster ledger correct --worker cc0eee-2 --withdraw 4711 --by 李工 --reason "wrong card"
                  muster ledger correct --worker cc0eee-2 --replace 4711 --add leaving@2026-11-24T18:00 …
                """)

        @OptionGroup var site: SiteOptions

        @Option(name: .long, help: "Id or identity number of a worker; as often as needed.")
        var worker: [String] = []

        @Option(name: .long, help: "Everybody who belongs to this team.")
        var team: String?

        @Option(
            name: .long,
            help: ArgumentHelp("A pass that counts; as often as needed.", valueName: "entering|leaving@time"))
        var add: [String] = []

        @Option(name: .long, help: "The entry that does not count.")
        var withdraw: Int64?

        @Option(name: .long, help: "The entry in whose place the added passes count.")
        var replace: Int64?

        @Option(name: .long, help: "Who answers for it.")
        var by: String

        @Option(name: .long, help: "Why.")
        var reason: String

        @Flag(name: .long, help: "One JSON object: words, entries.")
        var json = false

        func validate() throws {
            guard withdraw == nil || replace == nil else {
                throw ValidationError("--withdraw and --replace are two corrections")
            }
            guard add.count <= Correction.passLimit else {
                throw ValidationError("at most \(Correction.passLimit) passes in one correction")
            }
        }

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let offset = access.configuration.site.offsetMilliseconds
                let action: CorrectionAction =
                    withdraw != nil ? .withdrawn : replace != nil ? .replaced : .added
                let request = CorrectionRequest(
                    workers: worker, team: team, action: action,
                    target: LedgerSequence(withdraw ?? replace ?? 0),
                    passes: try add.map { try StatedPass($0, offsetMilliseconds: offset) }, by: by,
                    reason: reason)
                Terminal.print(
                    try await access.correct(
                        request, format: json ? .json : .text, clock: try RunCommand.clock()))
            }
        }
    }
}

extension StatedPass {
    /// `entering@2026-11-24T07:30` or with seconds, in site time.
    fileprivate init(_ text: String, offsetMilliseconds: Int64) throws(CommandFailure) {
        let parts = text.split(separator: "@", maxSplits: 1).map(String.init)
        let direction = Direction.allCases.first { $0 != .unknown && $0.name == parts.first }
        let clock = parts.count == 2 ? parts[1] : ""
        let seconds = clock.utf8.count == 16 ? clock + ":00" : clock
        guard let direction, let local = UTCInstant(rfc3339: seconds + "Z") else {
            throw CommandFailure(
                "'\(text)' is no pass: write entering@2026-11-24T07:30 or leaving@2026-11-24T18:00",
                code: 64)
        }
        self.init(direction: direction, at: local.advanced(byMilliseconds: -offsetMilliseconds))
    }
}
