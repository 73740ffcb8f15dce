import Foundation
import Testing

/// The checkout this test was compiled from, as text.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    /// Every file below `folder`, as paths relative to the root, sorted; build folders left out.
    static func files(under folder: String) throws -> [String] {
        let base = root.appendingPathComponent(folder)
        let enumerator = try #require(FileManager.default.enumerator(atPath: base.path))
        return enumerator.compactMap { $0 as? String }
            .filter { !$0.contains(".build") && !$0.contains("__pycache__") }
            .map { folder + "/" + $0 }.sorted()
    }

    static func swiftFiles(under folder: String) throws -> [SwiftFile] {
        try files(under: folder).filter { $0.hasSuffix(".swift") }
            .map { SwiftFile(path: $0, lines: try text($0).components(separatedBy: "\n")) }
    }

    /// Module → what it may import, from the table in Architecture.md.
    static func importTable() throws -> [String: Set<String>] {
        let page = try text("Sources/GatewayService/Gateway.docc/Architecture.md")
        var table: [String: Set<String>] = [:]
        for line in page.components(separatedBy: "\n") where line.hasPrefix("| ") {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard cells.count == 5, cells[1].allSatisfy(\.isLetter), !cells[1].isEmpty else { continue }
            let names = (cells[2] + "," + cells[3]).split(separator: ",").map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            table[cells[1]] = Set(names.filter { !$0.isEmpty })
        }
        return table
    }
}

struct SwiftFile {
    let path: String
    let lines: [String]

    /// `Sources/SiteModel/Time/X.swift` belongs to SiteModel.
    var module: String {
        path.hasPrefix("hardware/") ? "HardwareProfiles" : path.components(separatedBy: "/")[1]
    }

    var imports: [String] {
        lines.compactMap { line in
            line.firstMatch(of: /^(?:public |internal |package |private )?(?:@\w+ )?import (\w+)/)
                .map { String($0.1) }
        }
    }

    struct Function {
        let head: String
        let lineCount: Int
    }

    /// Functions by indentation: from `func` or `init` to the closing brace in the same column.
    var functions: [Function] {
        var found: [Function] = []
        for (index, line) in lines.enumerated() {
            guard line.contains("func ") || line.contains(" init(") || line.contains(" init?("),
                !line.trimmingCharacters(in: .whitespaces).hasPrefix("//")
            else { continue }
            let indent = line.prefix { $0 == " " }
            guard let end = lines[index...].firstIndex(of: indent + "}") else { continue }
            found.append(
                Function(head: line.trimmingCharacters(in: .whitespaces), lineCount: end - index + 1))
        }
        return found
    }
}
