import SiteModel
import Testing

@testable import PersonnelChanges

/// Codes of identity documents as people read them.
struct CodeWordsTests {
    @Test func everyEthnicGroupAndSexHasAWordInBothLanguages() {
        let groups = (1...56).map(CodeWords.init(ethnicGroupCode:))
        #expect(Set(groups.map(\.chinese)).count == 56 && Set(groups.map(\.english)).count == 56)
        #expect(groups.allSatisfy { $0.english.utf8.allSatisfy { $0 < 0x80 } })
        #expect(groups.first == CodeWords(chinese: "汉", english: "Han"))
        #expect(groups.last == CodeWords(chinese: "基诺", english: "Jino"))
        #expect(CodeWords(ethnicGroupCode: 98).chinese == "外国血统中国籍人士")
        #expect(CodeWords(ethnicGroupCode: 57).english == "Other")
        #expect(
            [1, 2, 9, 0].map { CodeWords(sexCode: $0).both }
                == ["男 Male", "女 Female", "未说明 Not stated", "未知 Unknown"])
    }

    /// Programs read UTC and the words of the national tables, people site time and both languages.
    @Test func aListSaysTheSameToPeopleAndToPrograms() {
        var list = FieldList()
        list.append("sex", "性别", CodeWords(sexCode: 2))
        list.append(
            "id_read_at", "读卡时间", at: UTCInstant(rfc3339: "2026-11-21T17:30:00Z"),
            offsetMilliseconds: Invented.offset)
        list.append("address", "住址", "")
        #expect(
            list.json == #"{"sex":"女","id_read_at":"2026-11-21T17:30:00.000Z","address":null}"#)
        #expect(list.lines == ["性别 sex  女 Female", "读卡时间 id_read_at  2026-11-22 01:30", "住址 address  -"])
        #expect(list.row == "女 Female  2026-11-22 01:30")
    }
}
