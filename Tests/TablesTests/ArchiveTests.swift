import Tables
import Testing

/// ZIP archives in and out, and what is refused.
struct ArchiveTests {
    @Test func filesComeBackAsTheyWentIn() throws {
        let archive = try ZipWriter()
        try archive.add("keys.json", Array("{}\n".utf8))
        try archive.begin("entries.jsonl")
        for number in 0..<10_000 { try archive.append(Array("line \(number)\n".utf8)) }
        try archive.add("receipts.jsonl", [])
        let files = try ZipReader(try archive.finish()).files
        #expect(files.map(\.name) == ["keys.json", "entries.jsonl", "receipts.jsonl"])
        #expect(files[0].bytes == Array("{}\n".utf8))
        #expect(files[1].bytes.count == 98_890)
        #expect(files[1].bytes.suffix(10) == Array("line 9999\n".utf8)[...])
        #expect(files[2].bytes.isEmpty)
    }

    @Test func theSameFilesGiveTheSameBytes() throws {
        #expect(try Self.archive(["a": [1], "b": [2, 3]]) == (try Self.archive(["a": [1], "b": [2, 3]])))
    }

    @Test(arguments: [
        "", "../up", "a/b", "/etc/passwd", "a\\b", ".hidden", "ü", "a b", String(repeating: "a", count: 101),
    ])
    func aNameThatIsNoPlainFileNameIsRefused(name: String) throws {
        let archive = try ZipWriter()
        #expect(throws: ArchiveError.nameRefused(number: 1)) { try archive.begin(name) }
    }

    /// The name stands twice in an archive: before the file and in the directory at the end.
    @Test(arguments: ["../x", "a/../", ".././"])
    func anArchiveThatLeadsElsewhereIsRefused(name: String) throws {
        let plain = String(repeating: "N", count: name.utf8.count)
        let bytes = Self.replacing(plain, by: name, in: try Self.archive([plain: [1]]))
        #expect(throws: ArchiveError.nameRefused(number: 1)) { try ZipReader(bytes) }
    }

    @Test func aNameThatStandsTwiceIsRefused() throws {
        let bytes = Self.replacing("bbb", by: "aaa", in: try Self.archive(["aaa": [1], "bbb": [2]]))
        #expect(throws: ArchiveError.nameRefused(number: 2)) { try ZipReader(bytes) }
    }

    @Test func boundsHoldOnBothSides() throws {
        let bytes = try Self.archive(["a": [UInt8](repeating: 0, count: 1_000), "b": [1]])
        func read(files: Int, file: Int, total: Int) throws(ArchiveError) {
            _ = try ZipReader(
                bytes, bounds: ArchiveBounds(fileCount: files, fileByteCount: file, totalByteCount: total))
        }
        #expect(throws: Never.self) { try read(files: 2, file: 1_000, total: 1_001) }
        #expect(throws: ArchiveError.tooManyFiles(limit: 1)) { try read(files: 1, file: 1_000, total: 1_001) }
        #expect(throws: ArchiveError.tooLarge(limitByteCount: 1_001)) {
            try read(files: 2, file: 999, total: 1_001)
        }
        #expect(throws: ArchiveError.tooLarge(limitByteCount: 1_000)) {
            try read(files: 2, file: 1_000, total: 1_000)
        }
        let writer = try ZipWriter(bounds: ArchiveBounds(fileCount: 1, fileByteCount: 4, totalByteCount: 4))
        try writer.add("a", [1, 2, 3, 4])
        #expect(throws: ArchiveError.tooLarge(limitByteCount: 4)) { try writer.append([5]) }
        #expect(throws: ArchiveError.tooManyFiles(limit: 1)) { try writer.begin("b") }
    }

    @Test func noDamagedArchiveCrashesOrGivesOtherContent() throws {
        let content = Array("an entry, another entry, and a third entry\n".utf8)
        let bytes = try Self.archive(["entries.jsonl": content, "keys.json": content])
        func expectNothingElse(_ damaged: [UInt8], _ says: String) {
            // try?: refused is right; what is accepted must be what was put in.
            guard let read = try? ZipReader(damaged) else { return }
            for file in read.files { #expect(file.bytes == content, "\(says)") }
        }
        for index in bytes.indices {
            for mask: UInt8 in [0x01, 0x55, 0x80, 0xFF] {
                var damaged = bytes
                damaged[index] ^= mask
                expectNothingElse(damaged, "byte \(index)")
            }
        }
        for count in 0..<bytes.count { expectNothingElse(Array(bytes[..<count]), "cut at \(count)") }
        #expect(throws: ArchiveError.self) { try ZipReader(Array(bytes.dropLast(22))) }
        #expect(throws: ArchiveError.self) { try ZipReader([]) }
    }

    private static func archive(_ files: [String: [UInt8]]) throws -> [UInt8] {
        let archive = try ZipWriter()
        for (name, bytes) in files.sorted(by: { $0.key < $1.key }) { try archive.add(name, bytes) }
        return try archive.finish()
    }

    private static func replacing(_ old: String, by new: String, in bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let (old, new) = (Array(old.utf8), Array(new.utf8))
        for start in 0...(bytes.count - old.count) where Array(bytes[start..<(start + old.count)]) == old {
            bytes.replaceSubrange(start..<(start + old.count), with: new)
        }
        return bytes
    }
}

/// QR codes as modules and as a path.
struct QRCodeTests {
    @Test func aCodeHasItsThreeFinders() throws {
        let code = try #require(QRCode("muster:north-gate-7f3a9c21:3:2a2d"))
        // A finder pattern: 7 dark, a light ring, 3 by 3 dark (ISO/IEC 18004, 6.3.3).
        for (column, row) in [(0, 0), (code.width - 7, 0), (0, code.width - 7)] {
            #expect((0..<7).allSatisfy { code[column + $0, row] && code[column, row + $0] })
            #expect((1..<6).allSatisfy { !code[column + $0, row + 1] })
            #expect(code[column + 3, row + 3])
        }
        #expect(code.width % 4 == 1)
    }

    @Test func thePathPaintsEveryDarkModuleOnce() throws {
        let code = try #require(QRCode("muster"))
        var painted = 0
        for piece in code.svgPath.split(separator: "M") {
            let run = try #require(piece.firstMatch(of: /^(\d+) (\d+)h(\d+)v1H(\d+)z$/))
            let (column, row, count) = (Int(run.1)! - 4, Int(run.2)! - 4, Int(run.3)!)
            #expect(run.1 == run.4)
            #expect((column..<(column + count)).allSatisfy { code[$0, row] })
            painted += count
        }
        #expect(painted == code.modules.count { $0 })
    }

    @Test func whatNoCodeHoldsGivesNone() {
        #expect(QRCode("") == nil)
        #expect(QRCode("a\u{0}b") == nil)
        #expect(QRCode(String(repeating: "a", count: 2_331)) != nil)
        #expect(QRCode(String(repeating: "a", count: 2_332)) == nil)
    }
}
