import SiteModel
import Testing

@testable import PlatformSync

/// Every answer a platform may give, and what we make of it.
@Suite struct ReplyClassificationTests {
    private static let now = UTCInstant(rfc3339: "2026-03-02T00:00:00Z")!

    struct Row: Sendable {
        let body: String
        var status = 200
        let kind: String
    }

    @Test(arguments: [
        Row(body: #"{"code":0,"message":"ok","data":{"requestSerialCode":"r-1"}}"#, kind: "accepted"),
        Row(body: #"{"code":"0","data":null}"#, kind: "accepted"),
        Row(body: #"{"code":-1,"message":"参数错误"}"#, kind: "refused record"),
        Row(body: #"{"code":"-1","message":"项目中已存在身份证为…的工人"}"#, kind: "taken -"),
        Row(body: #"{"code":-1,"message":"已存在班组编号为:1900000007"}"#, kind: "taken 1900000007"),
        Row(body: #"{"code":-1,"message":"班组已存在"}"#, kind: "taken -"),
        Row(body: #"{"code":-1,"message":"参建单位已存在"}"#, kind: "taken -"),
        Row(body: #"{"code":-1,"message":"[headImage]不能为空"}"#, kind: "refused record"),
        Row(body: #"{"code":-1,"message":"[date]不能大于当天"}"#, kind: "refused clock"),
        Row(body: #"{"code":-1,"message":"[teamSysNo]值超出范围或无效"}"#, kind: "refused dependency"),
        Row(body: #"{"code":-1,"message":"考勤记录已存在"}"#, kind: "refused duplicate"),
        Row(body: #"{"code":-1,"message":"appid无效"}"#, kind: "stopped access"),
        Row(body: #"{"code":-1,"message":"Internal Error"}"#, kind: "open"),
        Row(body: #"{"code":-2,"message":"签名校验错误"}"#, kind: "stopped access"),
        Row(body: #"{"code":-3,"message":"x"}"#, kind: "stopped access"),
        Row(body: #"{"code":-4,"message":"x"}"#, kind: "stopped access"),
        Row(body: #"{"code":"-5","message":"x"}"#, kind: "later 60"),
        Row(body: #"{"code":1001,"message":"参数异常"}"#, kind: "refused record"),
        Row(body: #"{"code":9999,"message":"系统错误"}"#, kind: "open"),
        Row(body: #"{"code":4711,"message":"?"}"#, kind: "refused record"),
        Row(body: #"{"message":"no code"}"#, kind: "open"),
        Row(body: "", kind: "open"),
        Row(body: "<html>log in</html>", kind: "open"),
        Row(body: #"{"code":0"#, kind: "open"),
        Row(body: "", status: 500, kind: "open"),
        Row(body: #"{"code":0}"#, status: 502, kind: "open"),
        Row(body: "", status: 302, kind: "open"),
        Row(body: "", status: 403, kind: "stopped access"),
        Row(body: "", status: 404, kind: "later 0"),
        Row(body: "", status: 413, kind: "refused record"),
        Row(body: "", status: 429, kind: "later 60"),
    ])
    func answer(row: Row) throws {
        let reply = PlatformReply(status: row.status, body: Array(row.body.utf8))
        #expect(try kind(.answered(reply)) == row.kind, "\(row.status) \(row.body)")
    }

    @Test func whatNeverLeftIsSentLaterAndWhatBrokeIsOpen() throws {
        #expect(try kind(.notSent(reason: "connection refused")) == "later 0")
        #expect(try kind(.broken(reason: "no answer")) == "open")
    }

    @Test("B4: a wrong signature far from the platform's time is our clock")
    func aWrongSignatureFarFromThePlatformsTimeIsOurClock() throws {
        var reply = PlatformReply(status: 200, body: Array(#"{"code":-2,"message":"签名"}"#.utf8))
        reply.date = Self.now.advanced(byMilliseconds: 121_000)
        #expect(try kind(.answered(reply)) == "stopped clock")
        reply.date = Self.now.advanced(byMilliseconds: 119_000)
        #expect(try kind(.answered(reply)) == "stopped access")
    }

    private func kind(_ outcome: ExchangeOutcome) throws -> String {
        switch OpenAPIReply(outcome, dialect: try OpenAPIDialect.embedded("national"), now: Self.now) {
        case .accepted: "accepted"
        case .takenBefore(let number): "taken " + (number.map { String($0) } ?? "-")
        case .refused(let refusal): "refused \(name(refusal.cause))"
        case .stopped(let refusal): "stopped \(name(refusal.cause))"
        case .later(let delay): "later \(delay.atLeast.wholeMilliseconds / 1_000)"
        case .open: "open"
        }
    }

    private func name(_ cause: PlatformRefusal.Cause) -> String {
        switch cause {
        case .record: "record"
        case .dependency: "dependency"
        case .duplicate: "duplicate"
        case .clock: "clock"
        case .access: "access"
        }
    }
}
