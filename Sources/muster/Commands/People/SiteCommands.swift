import ArgumentParser
import GatewayService
import PersonnelChanges
import SiteModel

struct SiteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "site",
        abstract: "What the site says of itself (项目台账).",
        subcommands: [Show.self, Set.self, SiteNoticeCommand.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The project's own data.",
            discussion: """
                Example:
                  muster site show
                """)

        @OptionGroup var site: SiteOptions

        @Flag(name: .long, help: "One JSON object.")
        var json = false

        func run() async throws {
            try await reportingFailure {
                let view = try SiteAccess(try site.configuration()).people(clock: try RunCommand.clock())
                let fields = view.content.site.profile.fields
                Terminal.print(json ? fields.json : fields.lines.joined(separator: "\n"))
            }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say something new; what is not said stays.",
            discussion: """
                Example:
                  muster site set --name 测试工地 --general-contractor 测试总包 --starts-on 2026-03-01
                """)

        @OptionGroup var site: SiteOptions

        @Option(name: .long, help: "项目名称") var name: String?
        @Option(name: .long, help: "项目编码") var projectCode: String?
        @Option(name: .long, help: "施工许可证") var permit: String?
        @Option(name: .long, help: "主管部门") var supervisingDepartment: String?
        @Option(name: .long, help: "建设单位") var owner: String?
        @Option(name: .long, help: "总包单位") var generalContractor: String?
        @Option(name: .long, help: "劳资专管员: id of a worker") var labourOfficer: String?
        @Option(name: .long, help: "专户备案日期") var wageAccountFiledOn: String?
        @Option(name: .long, help: "保证金备案日期") var depositFiledOn: String?
        @Option(name: .long, help: "开工日期") var startsOn: String?
        @Option(name: .long, help: "竣工日期") var endsOn: String?
        @Option(name: .long, help: "项目工伤保险: 承保单位") var insurer: String?
        @Option(name: .long, help: "项目工伤保险: 保险单号") var insuranceNumber: String?
        @Option(name: .long, help: "项目工伤保险: 起始日期") var insuredFrom: String?
        @Option(name: .long, help: "项目工伤保险: 终止日期 (last insured day)") var insuredUntil: String?

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                var profile = try access.people(clock: try RunCommand.clock()).content.site.profile
                if let name { profile.name = name }
                if let projectCode { profile.projectCode = projectCode }
                if let permit { profile.permitNumber = permit }
                if let supervisingDepartment { profile.supervisingDepartment = supervisingDepartment }
                if let owner { profile.owner = owner }
                if let generalContractor { profile.generalContractor = generalContractor }
                if let labourOfficer { profile.labourOfficer = try CommandInput.worker(labourOfficer) }
                if let day = wageAccountFiledOn { profile.wageAccountFiledOn = try CommandInput.day(day) }
                if let depositFiledOn { profile.depositFiledOn = try CommandInput.day(depositFiledOn) }
                if let startsOn { profile.startsOn = try CommandInput.day(startsOn) }
                if let endsOn { profile.endsOn = try CommandInput.day(endsOn) }
                try putInsurance(into: &profile)
                Terminal.print(
                    try await access.record(
                        profile, kind: .siteProfile, format: .text, clock: try RunCommand.clock()))
            }
        }

        private func putInsurance(into profile: inout SiteProfile) throws {
            if let insurer { profile.insurer = insurer }
            if let insuranceNumber { profile.insuranceNumber = insuranceNumber }
            if let insuredFrom { profile.insuredFrom = try CommandInput.day(insuredFrom) }
            if let insuredUntil { profile.insuredUntil = try CommandInput.day(insuredUntil) }
            if let from = profile.insuredFrom, let until = profile.insuredUntil, until < from {
                throw CommandFailure("--insured-until lies before --insured-from", code: 64)
            }
        }
    }
}

struct EmployerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "employer",
        abstract: "Companies on the project (参建单位) and their ten days to be registered.",
        subcommands: [Add.self, List.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a company, or say something new of it.",
            discussion: """
                Example:
                  muster employer add 测试劳务 --entered-on 2026-11-20
                  muster employer add 测试劳务 --registered-on 2026-11-25
                """)

        @OptionGroup var site: SiteOptions

        @Argument(help: "Its name.") var name: String
        @Option(name: .long, help: "统一社会信用代码") var corpCode: String?
        @Option(name: .long, help: "001 to 012 of the national dictionary") var corpType: String?
        @Option(name: .long, help: "进场日期") var enteredOn: String?
        @Option(name: .long, help: "On the platform since.") var registeredOn: String?

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let view = try access.people(clock: try RunCommand.clock())
                var employer =
                    view.content.site.employer(name)
                    ?? EmployerProfile(name: name, enteredOn: view.calendar.today)
                if let corpCode { employer.corpCode = corpCode }
                if let corpType { employer.corpType = corpType }
                if let enteredOn { employer.enteredOn = try CommandInput.day(enteredOn) }
                if let registeredOn { employer.registeredOn = try CommandInput.day(registeredOn) }
                Terminal.print(
                    try await access.record(
                        employer, kind: .employerProfile, format: .text, clock: try RunCommand.clock()))
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "All companies with their clocks.",
            discussion: """
                Example:
                  muster employer list
                """)

        @OptionGroup var site: SiteOptions
        @Flag(name: .long, help: "One JSON object a line.") var json = false

        func run() async throws {
            try await reportingFailure {
                let view = try SiteAccess(try site.configuration()).people(clock: try RunCommand.clock())
                for employer in view.content.site.employers {
                    let fields = employer.fields(calendar: view.calendar)
                    Terminal.print(json ? fields.json : fields.row)
                }
            }
        }
    }
}

struct TeamCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "team", abstract: "Crews (班组).", subcommands: [Add.self, List.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a crew, or say something new of it.",
            discussion: """
                Example:
                  muster team add 钢筋班 --employer 测试劳务 --leader cc0eee-2
                """)

        @OptionGroup var site: SiteOptions

        @Argument(help: "Its name.") var name: String
        @Option(name: .long, help: "参建单位") var employer = ""
        @Option(name: .long, help: "班组长: id of a worker") var leader: String?
        @Option(name: .long, help: "进场日期") var enteredOn: String?

        func run() async throws {
            try await reportingFailure {
                let access = SiteAccess(try site.configuration())
                let view = try access.people(clock: try RunCommand.clock())
                let named = Team(name: name, employer: employer)
                var team =
                    view.content.site.team(named) ?? TeamProfile(team: named, enteredOn: view.calendar.today)
                if let leader { team.leader = try CommandInput.worker(leader) }
                if let enteredOn { team.enteredOn = try CommandInput.day(enteredOn) }
                Terminal.print(
                    try await access.record(
                        team, kind: .teamProfile, format: .text, clock: try RunCommand.clock()))
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "All crews that workers belong to or that were added, with their head count.",
            discussion: """
                Example:
                  muster team list
                """)

        @OptionGroup var site: SiteOptions
        @Flag(name: .long, help: "One JSON object a line.") var json = false

        func run() async throws {
            try await reportingFailure {
                let view = try SiteAccess(try site.configuration()).people(clock: try RunCommand.clock())
                for fields in view.content.teamFields(at: view.calendar.instant) {
                    Terminal.print(json ? fields.json : fields.row)
                }
            }
        }
    }
}

/// Small values that commands are given.
enum CommandInput {
    static func day(_ text: String) throws(CommandFailure) -> CivilDate {
        guard let day = CivilDate(iso8601: text) else {
            throw CommandFailure("'\(text)' is no day like 2026-11-27", code: 64)
        }
        return day
    }

    static func worker(_ text: String) throws(CommandFailure) -> WorkerID {
        guard let worker = WorkerID(text) else {
            throw CommandFailure("'\(text)' is no id of a worker like cc0eee-2", code: 64)
        }
        return worker
    }
}
