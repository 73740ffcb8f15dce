import SiteModel
import Testing

@testable import SandboxPlatform

struct EnvelopeTests {
    struct Row: Sendable {
        let says: String
        var change: [String: String] = [:]
        var spoil: [String: String] = [:]
        let code: Int
        let words: String
    }

    @Test(arguments: [
        Row(says: "another app", change: ["appid": "OTHER"], code: -3, words: "appid无效"),
        Row(says: "another version", change: ["version": "2.1"], code: -1, words: "[version]"),
        Row(says: "another format", change: ["format": "xml"], code: -1, words: "[format]"),
        Row(says: "no method", change: ["method": ""], code: -1, words: "[method]不能为空"),
        Row(says: "a method nobody knows", change: ["method": "X.Add"], code: -1, words: "[method]"),
        Row(says: "a time that is none", change: ["timestamp": "20260302"], code: -1, words: "[timestamp]"),
        Row(says: "6 min 1 s ago", change: ["timestamp": "20260302072559"], code: -2, words: "timestamp"),
        Row(says: "6 min 1 s ahead", change: ["timestamp": "20260302073801"], code: -2, words: "timestamp"),
        Row(says: "a short nonce", change: ["nonce": "12345"], code: -1, words: "[nonce]"),
        Row(says: "no JSON", change: ["data": "{"], code: -1, words: "[data]"),
        Row(says: "an array", change: ["data": "[]"], code: -1, words: "[data]"),
        Row(says: "no signature", spoil: ["sign": ""], code: -1, words: "[sign]不能为空"),
        Row(says: "content changed after signing", spoil: ["data": "{ }"], code: -2, words: "签名校验错误"),
        Row(
            says: "upper-case signature", spoil: ["sign": String(repeating: "A", count: 64)], code: -2,
            words: "签"),
    ])
    func wrongEnvelopesAreRefused(row: Row) async throws {
        let scene = try Scene()
        let form = scene.form("CheckSign.Query", "{}", change: row.change, spoil: row.spoil)
        let answer = await scene.book!.answer(FormBody(form))
        #expect(answer.code == row.code, "\(row.says)")
        #expect(answer.message.contains(row.words), "\(answer.message)")
    }

    @Test(arguments: ["20260302072600", "20260302073800"])
    func sixMinutesOffIsTaken(timestamp: String) async throws {
        let scene = try Scene()
        let form = scene.form("CheckSign.Query", "{}", change: ["timestamp": timestamp])
        #expect(await scene.book!.answer(FormBody(form)).code == 0)
    }

    @Test func aCallThatComesAgainIsRefused() async throws {
        let scene = try Scene()
        let query = FormBody(scene.form("CheckSign.Query", "{}"))
        #expect(await scene.book!.answer(query).code == 0)
        #expect(await scene.book!.answer(query).code == -2)
        let write = FormBody(scene.form("ProjectSubContractor.Add", Scene.company.jsonText))
        #expect(await scene.book!.answer(write).code == 0)
        try scene.reopen()
        #expect(await scene.book!.answer(write).message == "nonce重复")
    }

    @Test func formsAreDecoded() throws {
        let form = try #require(FormBody("a=1+2%2B3&b=%E6%B5%8B&c=".utf8))
        #expect(form["a"] == "1 2+3")
        #expect(form["b"] == "测")
        #expect(form["c"] == "")
        for broken in ["a=%", "a=%4", "a=%G0", "a=%FF", "a=1&a=2"] { #expect(FormBody(broken.utf8) == nil) }
    }

    @Test(arguments: [
        (#"{"a":[1,-2.5e3,"x\u6d4b\ud83d\ude00\n",true,null]}"#, true), ("{}", true), (" [ ] ", true),
        (#"{"a":1,"a":2}"#, false), (#"{"a":}"#, false), (#"["\ud83d"]"#, false), ("01x", false),
        ("\"\u{1}\"", false), ("", false), ("{} {}", false), ("[1,]", false), ("nul", false),
        (String(repeating: "[", count: 40) + String(repeating: "]", count: 40), false),
    ])
    func jsonIsReadOrRefused(text: String, isFit: Bool) {
        #expect((JSONValue(text.utf8) != nil) == isFit)
    }
}
