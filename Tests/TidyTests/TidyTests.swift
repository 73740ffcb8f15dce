import Foundation
import Testing

/// The repository checks itself: who imports whom, sizes, words, and what only review would notice otherwise.
struct TidyTests {
    @Test func everyImportStandsInTheTable() throws {
        let allowed = try Repository.importTable()
        var wrong: [String] = []
        for file in try Repository.swiftFiles(under: "Sources") + Repository.swiftFiles(under: "hardware") {
            let module = file.module
            let permitted = try #require(
                allowed[module], "\(module) is missing in the table of Architecture.md")
            for name in file.imports where !permitted.contains(name) && name != "PackageDescription" {
                wrong.append("\(file.path) imports \(name)")
            }
        }
        #expect(wrong == [])
    }

    @Test func modulesImportOnlyDownwards() throws {
        let layers = [
            "CUdev": -1, "CLinuxDevice": -1, "CLinuxClock": -1, "CSQLite": -1, "CMinizip": -1,
            "CQREncode": -1, "CExpat": -1, "CXlsxWriter": -1, "HardwareProfiles": -1,
            "SiteModel": 0, "BlockCipher": 0, "DeviceIO": 1, "DeviceDrivers": 1, "AccessControl": 1,
            "Tables": 1, "Timekeeping": 1,
            "Pinyin": 1, "SQLiteStore": 1,
            "Accounts": 2, "DeviceSessions": 2, "AttendanceLedger": 2, "VirtualSite": 2,
            "SandboxPlatform": 3,
            "PersonnelChanges": 3, "PlatformSync": 3,
            "Reports": 3, "LocalWeb": 3,
            "GatewayService": 4, "muster": 5,
        ]
        for file in try Repository.swiftFiles(under: "Sources") {
            for name in file.imports {
                guard let upper = layers[file.module], let lower = layers[name] else { continue }

                #expect(lower < upper, "\(file.path) imports \(name)")
            }
        }
    }

    @Test func linesAndFilesKeepTheirSize() throws {
        for file in try Repository.swiftFiles(under: "Sources") + Repository.swiftFiles(under: "Tests") {
            let wall = file.path.hasPrefix("Tests/") ? 800 : 500
            #expect(file.lines.count <= wall, "\(file.path) has \(file.lines.count) lines")
            for (index, line) in file.lines.enumerated() where line.count > 110 {
                Issue.record("\(file.path):\(index + 1) has \(line.count) columns")
            }
        }
    }

    @Test func functionsStayBelowTheWall() throws {
        for file in try Repository.swiftFiles(under: "Sources") {
            for function in file.functions where function.lineCount > 70 {
                Issue.record("\(file.path): \(function.head) has \(function.lineCount) lines")
            }
        }
    }

    @Test(arguments: [
        // pattern, folders where it is allowed, why
        (#"\b(class|struct|enum|actor|protocol) \w*(Manager|Helper|Util|Info|Impl)\b"#, [String]()),
        (#"\b(class|struct|enum|actor|protocol) (New|Base)[A-Z]"#, []),
        (#"\b(class|struct|enum|actor|protocol) \w+Data\b"#, []),
        (#"\bTask(\.detached)? \{"#, ["Sources/GatewayService", "Tests"]),
        (
            #"@unchecked Sendable"#,
            ["Sources/DeviceIO", "Sources/SQLiteStore", "Sources/AttendanceLedger/Writing/LedgerWriter"]
        ),
        (#"nonisolated\(unsafe\)"#, []),
        (#"^(public |private |fileprivate |internal )?var "#, []),
        (#"TODO(?!\(#\d+\))"#, ["Tests/TidyTests"]),
        (#"FIXME|\bXXX\b"#, ["Tests/TidyTests"]),
        (#"\bDate\(\)|Clock\.now\b"#, ["Tests"]),
    ])
    func bannedPatternsAppearOnlyWhereAllowed(pattern: String, allowed: [String]) throws {
        let expression = try NSRegularExpression(pattern: pattern, options: [.anchorsMatchLines])
        for file in try Repository.swiftFiles(under: "Sources") + Repository.swiftFiles(under: "Tests") {
            guard !allowed.contains(where: { file.path.hasPrefix($0) }), !file.path.hasPrefix("Tests/Tidy")
            else {
                continue
            }
            for (index, line) in file.lines.enumerated() {
                let code = line.replacing(/\/\/.*$/, with: "")
                let range = NSRange(code.startIndex..., in: code)
                if expression.firstMatch(in: code, range: range) != nil {
                    Issue.record("\(file.path):\(index + 1): \(line.trimmingCharacters(in: .whitespaces))")
                }
            }
        }
    }

    @Test func sqlIsNeverInterpolated() throws {
        let words = ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "CREATE TABLE", "PRAGMA "]
        for file in try Repository.swiftFiles(under: "Sources") {
            for (index, line) in file.lines.enumerated()
            where words.contains(where: line.contains) && line.contains("\\(") && !line.contains("///") {
                Issue.record("\(file.path):\(index + 1): \(line)")
            }
        }
    }

    @Test func everyTryThatSwallowsSaysWhy() throws {
        for file in try Repository.swiftFiles(under: "Sources") {
            for (index, line) in file.lines.enumerated() where line.contains(/\btry\?/) {
                let near = file.lines[max(0, index - 2)...index].joined()
                #expect(near.contains("//"), "\(file.path):\(index + 1) swallows an error without a reason")
            }
        }
    }

    @Test func nothingForeignStandsAtTheTop() throws {
        let allowed: Set = [
            "Package.swift", "Sources", "Tests", "hardware", "systemd", "README.md", ".ci", ".gitignore",
            ".swift-format", "LICENSE", "CHANGELOG.md", ".git", ".build", "Package.resolved",
        ]
        let found = try FileManager.default.contentsOfDirectory(atPath: Repository.root.path)
            .filter { !$0.hasPrefix(".build") }
        #expect(Set(found).subtracting(allowed) == [])
    }
}
