import Pinyin
import Testing

private func match(_ text: String, _ name: String) throws -> PinyinPattern.Match? {
    let units = SearchUnits.units(of: name)
    return try #require(PinyinPattern(text)).match(units.span)
}

struct PinyinPatternTests {
    @Test(arguments: [
        ("张三", "张三", PinyinPattern.Match.whole), ("张", "张三", .beginning), ("三", "张三", .inside),
        ("zhangsan", "张三", .whole), ("ZhangSan", "张三", .whole), ("zhang san", "张三", .whole),
        ("zhāngsān", "张三", .whole), ("zhangs", "张三", .whole), ("zhsan", "张三", .whole),
        ("zsan", "张三", .whole), ("zs", "张三", .whole), ("zhs", "张三", .whole), ("zha", "张三", .beginning),
        ("san", "张三", .inside), ("sa", "张三", .inside), ("张s", "张三", .whole), ("z三", "张三", .whole),
        ("ｚｓ", "张三", .whole), ("xian", "西安", .whole), ("xian", "先", .whole), ("lin", "李娜", .whole),
        ("wangjg", "王建国", .whole), ("wjg", "王建国", .whole), ("jg", "王建国", .inside),
        ("wáng", "Wáng Wu", .beginning), ("wangwu", "Wáng Wu", .whole), ("wu", "Wáng Wu", .inside),
        ("abdl", "阿卜杜拉·吐尔逊", .beginning), ("阿卜杜拉吐尔逊", "阿卜杜拉·吐尔逊", .whole),
        ("lv", "吕布", .beginning), ("lü", "吕布", .beginning), ("lyu", "吕布", .beginning),
        ("mgb", "木工班", .whole), ("3号", "3号楼木工班", .beginning), ("𠮷", "王𠮷", .inside),
    ])
    func aNameIsFound(text: String, name: String, expected: PinyinPattern.Match) throws {
        #expect(try match(text, name) == expected)
    }

    @Test(arguments: [
        ("zn", "张三"), ("ss", "张三"), ("zhans", "张三"), ("zhangsann", "张三"), ("三张", "张三"), ("sanz", "张三"),
        ("zss", "张三"), ("王", "张三"), ("wangww", "Wang Wu"), ("zg", "zhang"),
    ])
    func anotherNameIsNot(text: String, name: String) throws {
        #expect(try match(text, name) == nil)
    }

    @Test(arguments: ["", " ", "z", "3", "·", "'", String(repeating: "a", count: 64)])
    func aTextThatSaysTooLittleOrTooMuchIsNone(text: String) {
        #expect(PinyinPattern(text) == nil)
    }

    @Test func theLongestTextIsFound() throws {
        let name = String(repeating: "张", count: 63)
        #expect(try match(name, name) == .whole)
        #expect(try match(String(repeating: "z", count: 63), name) == .whole)
        #expect(try match(name, String(name.dropLast())) == nil)
    }
}

struct PinyinReadingsTests {
    /// Surnames whose reading as a surname is not their usual one.
    @Test(arguments: [
        ("单", "shan"), ("曾", "zeng"), ("解", "xie"), ("仇", "qiu"), ("区", "ou"), ("查", "zha"), ("朴", "piao"),
        ("尉", "yu"), ("万", "mo"), ("俟", "qi"), ("令", "ling"), ("狐", "hu"), ("任", "ren"), ("华", "hua"),
        ("盖", "ge"), ("翟", "zhai"), ("召", "shao"), ("乐", "yue"), ("员", "yun"), ("缪", "miao"), ("黑", "he"),
        ("覃", "qin"), ("谌", "shen"), ("乜", "nie"), ("澹", "tan"), ("牟", "mu"), ("长", "zhang"), ("吕", "lv"),
    ])
    func aSurnameHasItsReading(character: Character, reading: String) {
        #expect(PinyinReadings.standard.readings(of: character).contains(reading))
    }

    @Test func nearlyEveryCharacterHasOneAndAllAreLetters() {
        var without = 0
        var misspelled: [Character] = []
        for value in 0x4E00...0x9FFF as ClosedRange<UInt32> {
            guard let character = UnicodeScalar(value).map(Character.init) else { continue }
            let readings = PinyinReadings.standard.readings(of: character)
            if readings.isEmpty { without += 1 }
            let isSpelled = readings.allSatisfy { reading in
                (1...6).contains(reading.utf8.count) && reading.utf8.allSatisfy { (0x61...0x7A).contains($0) }
            }
            if !isSpelled { misspelled.append(character) }
        }
        #expect(misspelled == [])
        #expect(without == 68)
        #expect(PinyinReadings.standard.readings(of: "a") == [])
        #expect(PinyinReadings.standard.readings(of: "𠮷") == [])
    }
}
