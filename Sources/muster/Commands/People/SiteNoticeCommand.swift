import ArgumentParser
import GatewayService
import PersonnelChanges
import SiteModel

struct SiteNoticeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notice",
        abstract: "The privacy notice that workers are shown (个人信息告知书).",
        subcommands: [Set.self, Show.self])

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publish a text under a version, which then says the same for ever.",
            discussion: """
                The text stands in the ledger, readable. worker join and update take --notice-version only of
                what was published.

                Example:
                  muster site notice set notice.txt --version 2026-1
                """)

        @OptionGroup var site: SiteOptions

        @Argument(help: ArgumentHelp("UTF-8 text, at most 64 KB; - is standard input.", valueName: "file"))
        var file: String

        @Option(name: .long, help: "A name of the text, like 2026-1.")
        var version: String

        func run() async throws {
            try await reportingFailure {
                let bytes = try InputFile.bytes(of: file, upTo: NoticePublished.textByteLimit)
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw CommandFailure("\(file) is no UTF-8 text", code: 65)
                }
                Terminal.print(
                    try await SiteAccess(try site.configuration()).record(
                        NoticePublished(version: version, text: text), kind: .noticePublished, format: .text,
                        clock: try RunCommand.clock()))
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The newest notice, or one of a version.",
            discussion: """
                Example:
                  muster site notice show
                """)

        @OptionGroup var site: SiteOptions

        @Option(name: .long, help: "Which one; the newest if not said.")
        var version: String?

        @Flag(name: .long, help: "One JSON object: version, text.")
        var json = false

        func run() async throws {
            try await reportingFailure {
                let view = try SiteAccess(try site.configuration()).people(clock: try RunCommand.clock())
                let book = view.content.site
                guard let notice = version.map(book.notice) ?? book.notices.last else {
                    throw CommandFailure("no such privacy notice was published", code: 66)
                }
                guard json else { return Terminal.print("版本 version \(notice.version)\n\n\(notice.text)") }
                var json = JSONText()
                json.beginObject()
                json.member("version", notice.version)
                json.member("text", notice.text)
                json.endObject()
                Terminal.print(json.text)
            }
        }
    }
}
