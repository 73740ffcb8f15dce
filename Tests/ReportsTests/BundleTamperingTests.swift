import AttendanceLedger
import Reports
import SiteModel
import Tables
import Testing

/// Whatever is changed in a bundle, verification refuses it and names the place.
struct BundleTamperingTests {
    /// One change, made to the text of one file.
    struct Change: CustomTestStringConvertible, Sendable {
        let says: String
        let file: String
        let change: @Sendable ([String]) -> [String]
        let expected: BundleFault.Reason
        /// The file that is named, where it is another one.
        var named: String?

        var testDescription: String { says }
    }

    @Test(arguments: changes)
    func aChangeIsFoundAndItsPlaceNamed(change: Change) async throws {
        let site = try EvidenceSiteFolder()
        let (worker, _, _) = try await site.fill()
        let files = try ZipReader(try await site.bundle(of: .id(worker))).files
        let changed = try Self.archive(
            files.map { file in
                guard file.name == change.file else { return file }
                let lines = String(decoding: file.bytes, as: UTF8.self).split(separator: "\n").map(
                    String.init)
                let changed = change.change(lines).map { $0 + "\n" }.joined()
                #expect(Array(changed.utf8) != file.bytes, "the change changes something")
                return (file.name, Array(changed.utf8))
            })
        let fault = try #require(BundleVerification(checking: changed).fault)
        #expect(fault.reason == change.expected)
        #expect(fault.file == change.named ?? change.file)
        if change.file == "entries.jsonl", change.named == nil { #expect(fault.sequence != nil) }
    }

    static let changes: [Change] = [
        entries("a byte of a shown entry", .hashDiffers) { lines in
            lines.replacingFirst(matching: "\"canonical\"") {
                $0.flippingDigit(after: "\"canonical\":\"8b02")
            }
        },
        entries("the hash of a shown entry", .hashDiffers) { lines in
            lines.replacingFirst(matching: "\"canonical\"") { $0.flippingDigit(after: "\"hash\":\"") }
        },
        entries("a hidden digest", .hashDiffers) { lines in
            lines.replacingFirst(matching: "\"digest\"") { $0.flippingDigit(after: "\"digest\":\"") }
        },
        entries("a hidden entry is taken out", .outOfOrder) { lines in
            lines.removingFirst(matching: "\"digest\"")
        },
        entries("a shown entry is taken out", .outOfOrder) { lines in
            lines.removingFirst(matching: "\"canonical\"")
        },
        entries("the last entry of the last segment is taken out", .notVouchedFor) { lines in
            Array(lines.dropLast())
        },
        entries("a sequence", .outOfOrder) { lines in
            lines.replacingFirst(matching: "\"canonical\"") { line in
                line.replacing(/"sequence":(\d+)/) { "\"sequence\":\(Int($0.1)! + 1)" }
            }
        },
        entries("two entries change places", .outOfOrder) { lines in
            let place = lines.firstIndex { $0.contains("\"digest\"") }!
            var lines = lines
            lines.swapAt(place, place + 1)
            return lines
        },
        entries("a line that is no JSON", .unreadable) { lines in
            lines.replacingFirst(matching: "\"digest\"") { String($0.dropLast()) }
        },
        entries("the hash a segment begins with", .hashDiffers) { lines in
            lines.replacingFirst(matching: "{\"after\":0") { $0.flippingDigit(after: "\"hash\":\"") }
        },
        entries("the second segment goes first", .outOfOrder) { lines in
            let place = lines.lastIndex { $0.hasPrefix("{\"after\"") }!
            return Array(lines[place...] + lines[..<place])
        },
        Change(
            says: "the second segment is taken out", file: "entries.jsonl",
            change: { lines in Array(lines[..<lines.lastIndex { $0.hasPrefix("{\"after\"") }!]) },
            expected: .leftOver, named: "checkpoints.jsonl"),
        checkpoints("a signature", .signatureWrong) { $0.flippingDigit(after: "\"signature\":\"") },
        checkpoints("a statement", .signatureWrong) { $0.flippingDigit(after: "\"statement\":\"87") },
        checkpoints("a time of signing", .statementDiffers) {
            $0.replacing("2026-11-02T", with: "2026-11-01T")
        },
        checkpoints("a hash", .hashDiffers) { $0.flippingDigit(after: "\"hash\":\"") },
        checkpoints("a sequence", .hashDiffers) { line in
            line.replacing(/"sequence":(\d+)/) { "\"sequence\":\(Int($0.1)! - 1)" }
        },
        keys("the head", .signatureWrong) { $0.flippingDigit(after: "\"head\":{\"sequence\":") },
        keys("the days", .signatureWrong) {
            $0.replacing("\"to\":\"2026-11-04\"", with: "\"to\":\"2026-11-05\"")
        },
        keys("the signature", .signatureWrong) { $0.flippingDigit(after: "\"signature\":\"") },
        keys("the format", .unreadable) { $0.replacing("muster-evidence-1", with: "muster-evidence-2") },
        keys("a member twice", .unreadable) {
            $0.replacing("{\"format\"", with: "{\"origin\":\"x\",\"format\"")
        },
        Change(
            says: "the key of the worker", file: "keys.json",
            change: { $0.map { $0.flippingDigit(after: "\"worker_key\":\"") } }, expected: .sealBroken,
            named: "entries.jsonl"),
        Change(
            says: "the origin", file: "keys.json",
            change: { $0.map { $0.replacing("\"origin\":\"north", with: "\"origin\":\"south") } },
            expected: .otherEntry, named: "entries.jsonl"),
        Change(
            says: "the public key", file: "keys.json",
            change: { $0.map { $0.flippingDigit(after: "\"public_key\":\"") } }, expected: .hashDiffers,
            named: "entries.jsonl"),
        Change(
            says: "the page", file: "index.html",
            change: { $0.map { $0.replacing("08:00:00", with: "07:00:00") } }, expected: .digestDiffers),
        Change(
            says: "the format page", file: "FORMAT.md", change: { Array($0.dropLast()) },
            expected: .digestDiffers),
        Change(
            says: "a receipt from nobody", file: "receipts.jsonl", change: { _ in ["{}"] },
            expected: .receiptDiffers),
    ]

    private static func entries(
        _ says: String, _ expected: BundleFault.Reason,
        _ change: @escaping @Sendable ([String]) -> [String]
    ) -> Change {
        Change(says: says, file: "entries.jsonl", change: change, expected: expected)
    }

    private static func checkpoints(
        _ says: String, _ expected: BundleFault.Reason, _ change: @escaping @Sendable (String) -> String
    ) -> Change {
        Change(
            says: "\(says) of a checkpoint", file: "checkpoints.jsonl",
            change: { lines in [change(lines[0])] + lines.dropFirst() }, expected: expected)
    }

    private static func keys(
        _ says: String, _ expected: BundleFault.Reason, _ change: @escaping @Sendable (String) -> String
    ) -> Change {
        Change(
            says: "\(says) in keys.json", file: "keys.json", change: { $0.map(change) }, expected: expected)
    }

    @Test(arguments: [
        "entries.jsonl", "checkpoints.jsonl", "receipts.jsonl", "index.html", "FORMAT.md", "keys.json",
    ])
    func aFileThatIsTakenOutIsNamed(name: String) async throws {
        let site = try EvidenceSiteFolder()
        let (worker, _, _) = try await site.fill()
        let files = try ZipReader(try await site.bundle(of: .id(worker))).files
        let fault = try #require(
            BundleVerification(checking: try Self.archive(files.filter { $0.name != name })).fault)
        #expect(fault.reason == .fileMissing)
        #expect(fault.file == name)
    }

    @Test func aFileThatIsPutInIsNamed() async throws {
        let site = try EvidenceSiteFolder()
        let (worker, _, _) = try await site.fill()
        let files = try ZipReader(try await site.bundle(of: .id(worker))).files
        let fault = try #require(
            BundleVerification(checking: try Self.archive(files + [("more.txt", [1])])).fault)
        #expect(fault.reason == .fileUnexpected)
        #expect(fault.file == "more.txt")
    }

    @Test func noByteOfAnyFileCanBeChanged() async throws {
        let site = try EvidenceSiteFolder()
        let (worker, _, _) = try await site.fill()
        let files = try ZipReader(try await site.bundle(of: .id(worker))).files
        // A seeded walk: 300 places over all files, each byte made another one.
        var generator = SeededGenerator(seed: 20_261_127)
        for _ in 0..<300 {
            var changed = files.filter { !$0.bytes.isEmpty }
            let file = Int.random(in: changed.indices, using: &generator)
            let place = Int.random(in: changed[file].bytes.indices, using: &generator)
            changed[file].bytes[place] ^= UInt8.random(in: 1...255, using: &generator)
            let all = changed + files.filter { $0.bytes.isEmpty }
            let fault = BundleVerification(checking: try Self.archive(all)).fault
            // Hexadecimal digits say the same in either case; keys.json alone is not under its own signature.
            if changed[file].name == "keys.json", fault == nil {
                let before = String(decoding: files.first { $0.name == "keys.json" }!.bytes, as: UTF8.self)
                let after = String(decoding: changed[file].bytes, as: UTF8.self)
                #expect(before.lowercased() == after.lowercased(), "seed 20261127, byte \(place)")
            } else {
                #expect(fault != nil, "seed 20261127, \(changed[file].name) byte \(place)")
            }
        }
    }

    private static func archive(_ files: [(name: String, bytes: [UInt8])]) throws -> [UInt8] {
        let archive = try ZipWriter()
        for file in files { try archive.add(file.name, file.bytes) }
        return try archive.finish()
    }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

extension [String] {
    fileprivate func replacingFirst(matching mark: String, _ change: (String) -> String) -> [String] {
        var lines = self
        let place = lines.firstIndex { $0.contains(mark) }!
        lines[place] = change(lines[place])
        return lines
    }

    fileprivate func removingFirst(matching mark: String) -> [String] {
        var lines = self
        lines.remove(at: lines.firstIndex { $0.contains(mark) }!)
        return lines
    }
}

extension String {
    /// The digit behind `mark` made another one.
    fileprivate func flippingDigit(after mark: String) -> String {
        guard let range = firstRange(of: mark) else { return self }
        let digit = self[range.upperBound]
        return replacingCharacters(at: range.upperBound, by: digit == "1" ? "2" : "1")
    }

    private func replacingCharacters(at place: Index, by digit: Character) -> String {
        String(self[..<place]) + String(digit) + self[index(after: place)...]
    }
}
