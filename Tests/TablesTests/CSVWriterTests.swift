import Tables
import Testing

private func roundTrip(_ table: [[String]], byteOrderMark: Bool) throws -> [[String]] {
    var writer = CSVWriter(byteOrderMark: byteOrderMark)
    for row in table { writer.append(row) }
    var reader = try CSVReader(writer.bytes)
    var read: [[String]] = []
    while let row = try reader.nextRow() { read.append(row.cells.map(SpreadsheetGuard.unguarded)) }
    return read
}

@Test func bytesAreUTF8WithMarkAndQuotesOnlyWhereNeeded() {
    var writer = CSVWriter()
    writer.append(["姓名", "a,b", "say \"x\"", " ", "", "two\nlines"])
    writer.append([""])
    let text = "姓名,\"a,b\",\"say \"\"x\"\"\",\" \",,\"two\nlines\"\r\n\"\"\r\n"
    #expect(writer.bytes == [0xEF, 0xBB, 0xBF] + Array(text.utf8))
}

@Test(arguments: [
    ("=1+1", "'=1+1"), ("+86", "'+86"), ("-1层", "'-1层"), ("@x", "'@x"), ("\tx", "'\tx"), ("\rx", "'\rx"),
    ("＝x", "'＝x"), ("'=x", "''=x"), ("''@", "'''@"), ("'", "'"), ("''", "''"), ("'x", "'x"), ("", ""),
    ("a=b", "a=b"), (" =x", " =x"), ("\r\nx", "'\r\nx"),
])
func noCellStartsAFormulaAndEveryCellComesBack(cell: String, written: String) {
    #expect(SpreadsheetGuard.guarded(cell) == written)
    #expect(SpreadsheetGuard.unguarded(written) == cell)
    #expect(SpreadsheetGuard.isGuarded(written) == (cell != written))
}

/// Tables of characters that mean something to a reader, 4,000 of them from seed 20260521.
@Test func anyTableComesBackAsItWasWritten() throws {
    let alphabet: [Character] = [
        "\"", ",", ";", "\t", "\r", "\n", "\r\n", "'", "=", "+", "-", "@", " ", "a", "张",
    ]
    var random = SeededGenerator(seed: 20_260_521)
    for round in 0..<4_000 {
        let table = (0..<random.below(4)).map { _ in
            (0...random.below(4)).map { _ in
                String((0..<random.below(5)).map { _ in alphabet[random.below(alphabet.count)] })
            }
        }
        try #require(try roundTrip(table, byteOrderMark: round.isMultiple(of: 2)) == table, "round \(round)")
    }
}

/// 40,000 mutations from seed 7 of a sound file in all encodings: rows or a typed error, never a crash, and
/// never a row beyond the bounds.
@Test func mutatedFilesGiveRowsOrATypedError() {
    let sound = Encoded.all.map(\.bytes) + [Array("a,\"b\nc\",d\r\n'=1,\"\"\"\"\n".utf8)]
    let bounds = TableBounds(fileByteCount: 4_096, rowByteCount: 64, rowCount: 8, columnCount: 6)
    let telling: [UInt8] = [0, 9, 10, 13, 34, 39, 44, 59, 61, 0x80, 0xFE, 0xFF, 0xEF, 0xBB, 0xBF, 0xD8, 0xDC]
    var random = SeededGenerator(seed: 7)
    var refused = 0
    for _ in 0..<40_000 {
        var bytes = sound[random.below(sound.count)]
        for _ in 0...random.below(6) {
            let place = random.below(bytes.count + 1)
            switch random.below(4) {
            case 0 where place < bytes.count: bytes[place] = telling[random.below(telling.count)]
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2: bytes.insert(contentsOf: bytes[..<place], at: random.below(bytes.count + 1))
            default: bytes.insert(UInt8(random.below(256)), at: place)
            }
        }
        do throws(TableError) {
            var reader = try CSVReader(bytes, bounds: bounds)
            var count = 0
            while let row = try reader.nextRow() {
                count += 1
                #expect((1...bounds.columnCount).contains(row.cells.count))
            }
            #expect(count <= bounds.rowCount)
        } catch {
            refused += 1
        }
    }
    #expect((1_000..<39_000).contains(refused), "both outcomes are met often: \(refused)")
}

/// SplitMix64: the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
