import SiteModel
import Testing

@testable import PlatformSync

/// The adapter against a server that answers one thing.
@Suite struct OpenAPIPlatformTests {
    @Test func aSerialCodeIsAReceiptAndATeamNumberADirectAnswer() async throws {
        let submission = Submission.attendance(teamNumber: 1_900_000_001, [Invented.pass])
        #expect(
            try await asking(#"{"code":0,"data":{"requestSerialCode":"a-1"}}"#) {
                await $0.submit(submission)
            }
                == .received(receipt: "a-1"))
        #expect(
            try await asking(#"{"code":"0","data":{"teamSysNo":"19"}}"#) { await $0.submit(submission) }
                == .taken(number: 19))
    }

    @Test func aReceiptThatIsTooLongToKeepSaysNothing() async throws {
        let receipt = String(repeating: "r", count: 201)
        let body = #"{"code":0,"data":{"requestSerialCode":"\#(receipt)"}}"#
        let answer = try await asking(body) {
            await $0.submit(.attendance(teamNumber: 1_900_000_001, [Invented.pass]))
        }
        #expect(answer == .unknown(words: "the receipt is too long"))
    }

    @Test(arguments: [
        (#"{"code":0,"data":{"status":"0"}}"#, VerdictAnswer.pending),
        (
            #"{"code":0,"data":{"status":20,"result":"{\"teamSysNo\": 1900000001}"}}"#,
            .taken(number: 1_900_000_001)
        ),
        (#"{"code":0,"data":{"status":"20","result":"ok"}}"#, .taken(number: nil)),
        (#"{"code":0,"data":{"status":"10","result":"已存在班组编号为:7"}}"#, .taken(number: 7)),
        (
            #"{"code":0,"data":{"status":"10","result":"[headImage]不能为空"}}"#,
            .refused(PlatformRefusal(code: "10", words: "[headImage]不能为空", cause: .record))
        ),
        (#"{"code":0,"data":{"status":"10","result":"Internal Error"}}"#, .foreign),
        (#"{"code":-1,"message":"序列码"}"#, .foreign),
        (#"{"code":4711,"message":"?"}"#, .unknown(words: "code 4711")),
        (#"{"code":0,"data":{}}"#, .unknown(words: "the answer has no state of the receipt")),
    ])
    func verdict(body: String, expected: VerdictAnswer) async throws {
        #expect(try await asking(body) { await $0.verdict(on: "team-add-1") } == expected)
    }

    @Test func heldAttendanceIsReadBack() async throws {
        let body =
            #"{"code":0,"data":{"totalCount":"1","rows":[{"idCardNumber":"#
            + #""4XUYxMS+uTEoBzcjqZjEFHN6fydUu09c4vtIjBljefw=","date":"2026-03-02 07:31:05.400","#
            + #""direction":"01"}]}}"#
        let day = CivilDate(year: 2026, month: 3, day: 2)!
        let held = HeldAttendance(
            idNumber: Invented.idNumber, at: UTCInstant(rfc3339: "2026-03-01T23:31:05Z")!,
            direction: .entering)
        #expect(
            try await asking(body) { await $0.holdings(.attendance(day: day, person: nil, page: 0)) }
                == .attendance([held], rowCount: 1, totalCount: 1))
    }

    /// Rows are never taken for nothing: what cannot be read is counted, what is not shown is no answer.
    @Test func rowsThatAreNotShownOrCannotBeReadAreNotNothing() async throws {
        let day = CivilDate(year: 2026, month: 3, day: 2)!
        func answer(_ data: String) async throws -> HoldingsAnswer {
            try await asking(#"{"code":0,"data":\#(data)}"#) {
                await $0.holdings(.attendance(day: day, person: nil, page: 0))
            }
        }
        let words = "the answer counts 500 rows and shows none"
        for hidden in [#"{"totalCount":500}"#, #"{"totalCount":500,"rows":[]}"#] {
            #expect(try await answer(hidden) == .unknown(words: words))
        }
        #expect(
            try await answer(#"{"totalCount":500,"list":[{"direction":"01"}]}"#) == .unknown(words: words))
        #expect(
            try await answer(#"{"totalCount":0}"#) == .attendance([], rowCount: 0, totalCount: 0))
        let number = #""idCardNumber":"1101**********0014""#
        let odd = #"{\#(number),"date":"20260302073105","direction":"01"}"#
        let other = #"{\#(number),"date":"2026-03-02 07:31:05","direction":"in"}"#
        #expect(
            try await answer(#"{"totalCount":2,"rows":[\#(odd),\#(other)]}"#)
                == .attendance([], rowCount: 2, totalCount: 2))
        let slashes = #"{\#(number),"date":"2026/03/02 07:31:05","direction":1}"#
        let held = HeldAttendance(
            idNumber: nil, at: UTCInstant(rfc3339: "2026-03-01T23:31:05Z")!, direction: .entering)
        #expect(
            try await answer(#"{"totalCount":1,"rows":[\#(slashes)]}"#)
                == .attendance([held], rowCount: 1, totalCount: 1))
    }

    @Test func aTeamIsFoundByItsNameAndAWorkerByTheNumber() async throws {
        let team = #"{"code":0,"data":{"totalCount":1,"rows":[{"teamName":"钢筋一班","teamSysNo":5}]}}"#
        let (name, corpCode) = (Invented.team.name, Invented.team.corpCode)
        #expect(
            try await asking(team) { await $0.holdings(.team(name: name, corpCode: corpCode)) }
                == .team(number: 5))
        #expect(
            try await asking(team) { await $0.holdings(.team(name: "木工班", corpCode: corpCode)) }
                == .team(number: nil))
        let nobody = #"{"code":0,"data":{"totalCount":0,"rows":[]}}"#
        #expect(
            try await asking(nobody) { await $0.holdings(.worker(Invented.person)) }
                == .worker(isThere: false))
    }

    @Test func aMissingPhotoIsRefusedWithoutACall() async throws {
        var upload = Invented.upload
        upload.photo = nil
        let worker = upload
        let answer = try await asking("") { await $0.submit(.worker(worker, isNew: true)) }
        #expect(
            answer == .refused(PlatformRefusal(code: "local", words: "[headImage]不能为空", cause: .record)))
    }

    @Test(arguments: [
        ("ftp://x/", "url"), ("https://", "url"), ("https://user:pw@x/", "url"), ("https://x y/", "url"),
    ])
    func anImpossibleAddressIsNamed(url: String, key: String) {
        let configuration = Self.configuration(url: url)
        let error = #expect(throws: PlatformConfigurationError.self) { try configuration.validate() }
        #expect(error?.key == key)
    }

    private func asking<Answer>(
        _ body: String, _ question: (OpenAPIPlatform) async -> Answer
    ) async throws -> Answer {
        let server = try await ScriptedServer(ScriptedServer.ok(body))
        let platform = try OpenAPIPlatform(
            Self.configuration(url: "http://127.0.0.1:\(server.port)/open.api"), clock: ManualSiteClock())
        let answer = await question(platform)
        await platform.close()
        try await server.close()
        return answer
    }

    private static func configuration(url: String) -> PlatformConfiguration {
        PlatformConfiguration(
            name: "test", url: url, appID: "TESTAPP0001", projectCode: "TESTPROJECT01",
            secret: Invented.secret)
    }
}
