import Testing

@testable import Reports

/// The strict reader of a bundle's JSON: what two readers could take for two things is refused.
struct JSONObjectTests {
    @Test func textsNumbersNullsAndObjectsAreRead() throws {
        let json = try #require(
            JSONObject(
                Array(#" { "a" : "x\n\u00e9\ud83d\ude00" , "b":-12, "c":null,"d":{"e":"0aFF"} } "#.utf8)))
        #expect(json.text("a") == "x\né😀")
        #expect(json.number("b") == -12)
        #expect(json.isNull("c"))
        #expect(json.object("d")?.bytes("e") == [0x0A, 0xFF])
        #expect(json.object("d")?.bytes("e", count: 3) == nil)
        #expect(json.text("b") == nil)
        #expect(!json.isNull("missing"))
    }

    @Test(arguments: [
        "", "{", "{}}", "[]", "1", "{\"a\":1,}", "{\"a\":1 \"b\":2}", "{\"a\":01}", "{\"a\":-0}",
        "{\"a\":1.0}",
        "{\"a\":1e3}", "{\"a\":true}", "{\"a\":[1]}", "{\"a\":1,\"a\":1}", "{a:1}", "{\"a\":\"\n\"}",
        "{\"a\":\"\\x\"}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\ud800\\u0041\"}", "{\"a\":nul}",
        "{\"a\":9223372036854775808}", "{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}", "{\"a\":\"b}", "{\"a\":}",
    ])
    func anythingElseIsRefused(text: String) {
        #expect(JSONObject(Array(text.utf8)) == nil)
    }

    @Test func aTextThatIsNoUTF8IsRefused() {
        #expect(JSONObject(Array("{\"a\":\"".utf8) + [0xFF] + Array("\"}".utf8)) == nil)
    }
}
