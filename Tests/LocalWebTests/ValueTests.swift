import SiteModel
import Testing

@testable import LocalWeb

@Suite struct ValueTests {
    @Test(arguments: [
        ("127.0.0.1:8470", "127.0.0.1:8470", true), ("[::1]:0", "[::1]:0", true),
        ("localhost:80", "localhost:80", true), ("0.0.0.0:65535", "0.0.0.0:65535", false),
        ("gate.local:8470", "gate.local:8470", false), ("127.evil.example:1", "127.evil.example:1", false),
        ("127.0.0.1", nil, false), ("127.0.0.1:", nil, false), (":8470", nil, false),
        ("127.0.0.1:65536", nil, false), ("127.0.0.1:-1", nil, false), ("127.0.0.1:+1", nil, false),
        ("::1:8470", nil, false), ("[::1", nil, false), ("[x]:1", nil, false), ("a b:1", nil, false),
        ("", nil, false), ("http://a:1", nil, false),
    ])
    func aListenAddressIsHostAndPort(text: String, expected: String?, isLoopback: Bool) {
        let address = ListenAddress(text)
        #expect(address?.description == expected)
        #expect(address?.isLoopback ?? false == isLoopback)
    }

    @Test(arguments: [
        ("127.0.0.1:8470", "http://127.0.0.1:8470/"), ("0.0.0.0:80", "http://127.0.0.1:80/"),
        ("[::1]:1", "http://[::1]:1/"),
    ])
    func theAddressToTypeIsOneABrowserTakes(text: String, url: String) {
        #expect(ListenAddress(text)?.url() == url)
        #expect(ListenAddress(text)?.url(isSecure: true) == "https" + url.dropFirst(4))
    }

    @Test(arguments: [
        ("127.0.0.1:8470", true), ("127.0.0.1", true), ("192.168.1.9:1", true), ("[::1]:8470", true),
        ("localhost:8470", true), ("LOCALHOST", true), ("gate.local:8470", true),
        ("evil.example:8470", false), ("evil.example", false), ("127.0.0.1.evil.example", false),
        ("localhost.evil.example", false), ("[evil]", false), ("", false), (nil, false),
    ])
    func aLoopbackBoardAnswersKnownHostsOnly(authority: String?, isAllowed: Bool) {
        let check = HostCheck(address: ListenAddress("127.0.0.1:8470")!, names: ["Gate.local"])
        #expect(check.allows(authority: authority) == isAllowed)
        let open = HostCheck(address: ListenAddress("0.0.0.0:8470")!, names: [])
        #expect(open.allows(authority: authority))
    }

    @Test(arguments: [
        ("", "event: x\nid: 7\ndata: \n\n"), ("a", "event: x\nid: 7\ndata: a\n\n"),
        ("a\nb", "event: x\nid: 7\ndata: a\ndata: b\n\n"),
        ("a\r\nb\rc", "event: x\nid: 7\ndata: a\ndata: \ndata: b\ndata: c\n\n"),
        ("\n\nevent: y", "event: x\nid: 7\ndata: \ndata: \ndata: event: y\n\n"),
    ])
    func everyLineOfAnEventIsData(data: String, expected: String) {
        #expect(EventText.event("x", id: 7, data: data) == expected)
    }

    @Test func aHeartbeatIsACommentAndTheSiteTime() {
        #expect(
            EventText.heartbeat(id: 3, siteMilliseconds: 1_000)
                == ": heartbeat\nevent: clock\nid: 3\ndata: 1000\n\n")
    }

    @Test(arguments: [
        ("a.csv", "a.csv"), ("名 册.csv", "%E5%90%8D%20%E5%86%8C.csv"), ("a/b%\r\n", "a%2Fb%25%0D%0A"),
    ])
    func aFileNameSurvivesAHeader(name: String, encoded: String) {
        #expect(PercentEncoding.encoded(name) == encoded)
        #expect(PercentEncoding.decoded(encoded) == name)
    }

    @Test(arguments: ["%", "%4", "%zz", "%ff"])
    func aBrokenFileNameIsNone(_ text: String) {
        #expect(PercentEncoding.decoded(text) == nil)
    }

    @Test func jsonIsEscapedAndSeparated() {
        var json = JSONText()
        json.beginObject()
        json.member("text", "\"\\\n\u{01}\u{2028}\u{7F}张")
        json.member("absent", nil as String?)
        json.name("list")
        json.beginArray()
        json.value(-1)
        json.value(true)
        json.beginObject()
        json.endObject()
        json.null()
        json.endArray()
        json.member("last", 17)
        json.endObject()
        #expect(
            json.text
                == #"{"text":"\"\\\n\u0001\u2028\u007f张","absent":null,"list":[-1,true,{},null],"last":17}"#)
    }

    @Test func healthNamesNobodyAndFailsWithTheLedger() {
        var snapshot = Scene.snapshot()
        #expect(HealthReport(snapshot: snapshot).grade == .ok)
        snapshot.changes = StageCounts(inTime: 1, warning: 2, urgent: 3)
        snapshot.enrolments.warning = 4
        #expect(HealthReport(snapshot: snapshot).grade == .ok, "a warning is the officer's")
        snapshot.devices[0].state = .absent
        #expect(HealthReport(snapshot: snapshot).grade == .degraded)
        snapshot.ledgerFailure = BoardWords("磁盘已满", "The disk is full")
        let report = HealthReport(snapshot: snapshot)
        #expect(report.grade == .failed)
        let text = String(decoding: report.json, as: UTF8.self)
        #expect(text.contains(#""status":"failed""#) && text.contains(#""ledger_position":18204"#))
        #expect(
            text.contains(
                #""changes_unconfirmed":{"in_time":1,"warning":2,"urgent":3,"late":0},"#
                    + #""enrolments_incomplete":{"in_time":0,"warning":4,"urgent":0,"late":0}"#))
        for name in ["张", "李", "王", "/dev/"] { #expect(!text.contains(name)) }
    }
}
