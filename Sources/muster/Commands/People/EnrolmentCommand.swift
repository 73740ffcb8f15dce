import ArgumentParser
import GatewayService
import PersonnelChanges

struct EnrolmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enrolment",
        abstract: "Whose enrolment is complete, what the others lack, and their ten days.",
        discussion: """
            Example:
              muster enrolment --incomplete
              muster enrolment --json
            """)

    @OptionGroup var site: SiteOptions

    @Flag(name: .long, help: "Only those who lack something.")
    var incomplete = false

    @Flag(name: .long, help: "One JSON object a line.")
    var json = false

    func run() async throws {
        try await reportingFailure {
            let view = try SiteAccess(try site.configuration()).people(clock: try RunCommand.clock())
            let enrolments = view.content.roster.enrolments(calendar: view.calendar).filter {
                !incomplete || !$0.isComplete
            }
            for enrolment in enrolments {
                Terminal.print(
                    json
                        ? enrolment.json(at: view.calendar.instant)
                        : enrolment.line(at: view.calendar.instant))
            }
            if !json { Terminal.printError("\(enrolments.count) workers") }
        }
    }
}
