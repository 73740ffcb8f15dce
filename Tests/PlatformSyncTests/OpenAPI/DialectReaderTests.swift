import SiteModel
import Testing

@testable import PlatformSync

@Suite struct DialectReaderTests {
    @Test(arguments: OpenAPIDialect.names) func everyShippedDialectReads(name: String) throws {
        #expect(try OpenAPIDialect.embedded(name).name == name)
    }

    @Test(arguments: [
        ("{", "is no JSON object"),
        (#"{"name":"x"}"#, "sign: is missing"),
        (#"{"extends":"x","name":"x"}"#, "extends: goes round in a circle"),
        (#"{"extends":"national","name":"y"}"#, "name: is not x"),
        (#"{"extends":"national","name":"x","colour":1}"#, "colour: is no key of a dialect"),
        (
            #"{"extends":"national","name":"x","limits":{"attendance":0}}"#,
            "limits.attendance: is no number of 1 to 10000"
        ),
        (#"{"extends":"national","name":"x","codes":{"7":"maybe"}}"#, "codes.7: is no word of ours"),
        (
            #"{"extends":"national","name":"x","methods":{"team_add":"#
                + #"{"method":"T","data":{"a":"team.colour"}}}}"#,
            "methods.team_add.data.a: team.colour is nothing a site can tell"
        ),
        (#"{"extends":"national","name":"x","methods":{"fly":{}}}"#, "methods.fly: is no method of ours"),
    ])
    func aFaultIsNamedWithItsPlace(file: String, words: String) {
        let error = #expect(throws: DialectError.self) {
            try DialectReader.dialect(named: "x") { name in
                name == "x" ? Array(file.utf8) : name == "national" ? PackageResources.national_json : nil
            }
        }
        #expect(error?.description == words)
    }

    @Test(arguments: [
        "", "{", "[1,]", #"{"a":}"#, #"{"a" 1}"#, "nul", #""\u12""#, "1 2",
        String(repeating: "[", count: 100),
        #"{"a":1}x"#,
    ])
    func brokenJSONIsNone(text: String) {
        #expect(JSONValue(text.utf8) == nil)
    }

    @Test func jsonKeepsNumbersAndOrder() {
        let value = JSONValue(#" {"b":"\ud83d\ude00\n","a":[1e3,-5,true,null]} "#.utf8)
        #expect(value?.members?.map(\.name) == ["b", "a"])
        #expect(value?["b"]?.text == "😀\n")
        #expect(value?["a"]?.elements == [.number("1e3"), .number("-5"), .flag(true), .null])
    }
}
