import Foundation
import SiteModel
import Testing

@testable import SandboxPlatform

/// A platform in a folder of its own, with a clock that stands, and a client that follows the documents.
final class Scene {
    static let secret = AppSecret("0123456789abcdefFEDCBA9876543210")!
    /// Invented, with a right check digit.
    static let person = "110101190001010014"
    static let jpeg = Base64Text.encoded([0xFF, 0xD8, 0xFF] + [UInt8](repeating: 7, count: 90))

    let folder = FileManager.default.temporaryDirectory.appending(path: "sandbox-\(UUID().uuidString)").path
    /// 2026-03-02 07:32:00 in Beijing.
    let clock = ManualSiteClock(wall: UTCInstant(milliseconds: 1_772_407_920_000))
    var configuration: SandboxConfiguration
    private(set) var book: PlatformBook?
    private var calls = 0

    init(_ change: (inout SandboxConfiguration) -> Void = { _ in }) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        configuration = SandboxConfiguration(
            appID: "TESTAPP0001", projectCode: "TESTPROJECT01", secret: Self.secret,
            store: folder + "/platform.db")
        change(&configuration)
        book = try PlatformBook(configuration: configuration, clock: clock)
    }

    deinit {
        book = nil
        // try?: a folder that stays in the temporary folder harms nobody.
        try? FileManager.default.removeItem(atPath: folder)
    }

    func reopen() throws {
        book = nil
        book = try PlatformBook(configuration: configuration, clock: clock)
    }

    /// The envelope round `content`, signed; `change` comes before the signing, `spoil` after it.
    func form(
        _ method: String, _ content: String, change: [String: String] = [:], spoil: [String: String] = [:]
    ) -> [String: String] {
        calls += 1
        let time = PlatformTime.secondText(of: clock.now().wall).filter(\.isNumber)
        var values = [
            "appid": "TESTAPP0001", "data": content, "format": "json", "method": method,
            "nonce": "nonce-\(calls)", "timestamp": time, "version": "1.0",
        ].merging(change) { $1 }
        values["sign"] = Self.secret.signature(of: FormBody(values))
        return values.merging(spoil) { $1 }
    }

    func send(_ method: String, _ content: JSONValue, twist: Twist = Twist()) async throws -> Answer {
        let book = try #require(book)
        return await book.answer(FormBody(form(method, content.jsonText)), twist: twist)
    }

    /// Sends, waits for the verdict and gives its status and words; what is refused at once has no status.
    func settle(
        _ method: String, _ content: JSONValue, twist: Twist = Twist()
    ) async throws -> (status: String, words: String) {
        let answer = try await send(method, content, twist: twist)
        guard let serial = answer.content["requestSerialCode"] else { return ("", answer.message) }
        clock.advance(byMilliseconds: 2_000)
        return try await verdict(serial)
    }

    func verdict(
        _ serial: JSONValue, twist: Twist = Twist()
    ) async throws -> (status: String, words: String) {
        let content = JSONValue.object([JSONValue.Member("requestSerialCode", serial)])
        let answer = try await send("AsyncHandleResult.Query", content, twist: twist)
        return (
            answer.content["status"]?.scalarText ?? "", answer.content["result"]?.scalarText ?? answer.message
        )
    }

    /// Company, team, worker and entry, so that attendance is taken.
    func prepare(_ steps: Int = 4) async throws {
        let writes = [
            ("ProjectSubContractor.Add", Self.company), ("Team.Add", Self.team),
            ("ProjectWorker.Add", Self.workers()), ("WorkerEntryExit.Add", Self.entry()),
        ]
        for (method, content) in writes.prefix(steps) {
            let (status, words) = try await settle(method, content)
            #expect(status == "20", "\(method): \(words)")
        }
    }

    func rows(_ kind: RecordKind) async throws -> [StoredRecord] {
        try await #require(book).rows(of: kind, after: 0, limit: 1_000)
    }

    static func json(_ text: String) -> JSONValue { JSONValue(text.utf8) ?? .null }

    static let employer = #""projectCode":"TESTPROJECT01","corpCode":"91650000TEST00001X","corpName":"测试公司""#
    static let company = json("{\(employer),\"corpType\":\"009\"}")
    static let team = json("{\(employer),\"teamName\":\"钢筋一班\"}")
    /// The second row that is stored.
    static let teamSysNo = 1_900_000_002

    static func workers(_ numbers: [String] = [person]) -> JSONValue {
        let list = numbers.map { number in
            #"{"workerName":"甲","isTeamLeader":0,"idCardType":"01","#
                + #""idCardNumber":"\#(secret.sealed(number))","workType":"020","#
                + #""workRole":"20","nation":"汉","address":"某地","cellPhone":"10000000000","#
                + #""headImage":"\#(jpeg)","grantOrg":"某局"}"#
        }.joined(separator: ",")
        return json("{\(employer),\"teamSysNo\":\(teamSysNo),\"teamName\":\"钢筋一班\",\"workerList\":[\(list)]}")
    }

    static func entry(_ type: Int = 1, on day: String = "2026-03-01", _ number: String = person) -> JSONValue
    {
        json(
            "{\(employer),\"teamSysNo\":\(teamSysNo),\"workerList\":[{\"idCardType\":\"01\","
                + "\"idCardNumber\":\"\(secret.sealed(number))\",\"date\":\"\(day)\",\"type\":\(type)}]}")
    }

    static func attendance(_ seconds: [String] = ["2026-03-02 07:31:05"], _ number: String = person)
        -> JSONValue
    {
        let list = seconds.map { second in
            #"{"idCardType":"01","idCardNumber":"\#(secret.sealed(number))","date":"\#(second)","#
                + #""direction":"01","channel":"G1-IN","attendType":"005"}"#
        }.joined(separator: ",")
        return json(#"{"projectCode":"TESTPROJECT01","teamSysNo":\#(teamSysNo),"dataList":[\#(list)]}"#)
    }
}

extension JSONValue {
    /// The same with one member set or, with nil, taken away; a path goes through lists as in
    /// `workerList.0.date`.
    func with(_ path: String, _ value: JSONValue?) -> JSONValue {
        let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
        if case .array(var values) = self, let index = Int(parts[0]) {
            values[index] = values[index].with(parts[1], value)
            return .array(values)
        }
        var members = fields.filter { $0.name != parts[0] }
        if parts.count == 2 {
            members.append(JSONValue.Member(parts[0], (self[parts[0]] ?? .null).with(parts[1], value)))
        } else if let value {
            members.append(JSONValue.Member(parts[0], value))
        }
        return .object(members)
    }
}
