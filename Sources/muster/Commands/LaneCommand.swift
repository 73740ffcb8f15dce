import ArgumentParser
import GatewayService
import SiteModel

struct LaneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lane", abstract: "Let a worker through without a card, or open a lane.",
        subcommands: [Admit.self, Open.self])

    struct Admit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a worker through by hand (人工放行), with a reason.",
            discussion: """
                Decided like any swipe: who has left or is under age is refused. Recorded, marked with who and
                why, before the lane opens. Needs the running service.

                Example:
                  muster lane admit --worker cc0eee-2 --lane north --direction entering --reason 忘带卡
                """)

        @OptionGroup var site: SiteOptions

        @Option(name: .long, help: "Id of the worker, like cc0eee-2, or their identity number.")
        var worker: String

        @Option(name: .long, help: "The lane, as configured or detected.")
        var lane: String

        @Option(name: .long, help: "entering or leaving")
        var direction: String

        @Option(name: .long, help: "Why. Stands in the ledger; the worker's name and number are masked.")
        var reason: String

        @Option(name: .long, help: "Who lets them through; the user of this machine if not said.")
        var by: String?

        @Flag(name: .long, help: "One JSON object: worker, lane, direction, decision, reason, opened.")
        var json = false

        func run() async throws {
            guard let way = [Direction.entering, .leaving].first(where: { $0.name == direction }) else {
                throw ValidationError("--direction is entering or leaving.")
            }
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                Terminal.print(
                    try access.admit(
                        AdmitRequest(
                            worker: worker, lane: lane, direction: way, reason: reason,
                            by: by ?? HostEnvironment.userName), json ? .json : .text))
            }
        }
    }

    struct Open: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Open a lane by hand (人工开闸) for nobody in particular, with a reason.",
            discussion: """
                Recorded with who and why before the lane opens; it is nobody's attendance. Both stay readable
                for ever; in the reason numbers of six and more digits are masked. For a worker without a card
                use `muster lane admit`, for a visitor `muster visitor`. Needs the running service.

                Example:
                  muster lane open --lane north --direction leaving --reason 急救
                """)

        @OptionGroup var site: SiteOptions

        @Option(name: .long, help: "The lane, as configured or detected.")
        var lane: String

        @Option(name: .long, help: "entering or leaving")
        var direction: String

        @Option(name: .long, help: "Why. Stands in the ledger, readable: no names, no numbers of people.")
        var reason: String

        @Option(name: .long, help: "Who opens it; the user of this machine if not said.")
        var by: String?

        func run() async throws {
            guard let way = [Direction.entering, .leaving].first(where: { $0.name == direction }) else {
                throw ValidationError("--direction is entering or leaving.")
            }
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                Terminal.print(
                    try access.openLane(
                        OpenLaneRequest(
                            lane: lane, direction: way, reason: reason, by: by ?? HostEnvironment.userName)))
            }
        }
    }
}
