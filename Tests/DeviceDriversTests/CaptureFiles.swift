import Foundation
import Testing

@testable import DeviceDrivers

/// One file below `hardware/captures`.
struct CaptureFile: Sendable, CustomTestStringConvertible {
    /// `rdm6300/held-card`
    let name: String
    let url: URL

    var testDescription: String { name }

    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("hardware/captures")

    static let all: [CaptureFile] = {
        guard let files = FileManager.default.enumerator(atPath: folder.path) else { return [] }
        return files.compactMap { $0 as? String }.filter { $0.hasSuffix(".capture") }.sorted()
            .map {
                CaptureFile(name: String($0.dropLast(8)), url: folder.appendingPathComponent($0))
            }
    }()

    func capture() throws -> Capture {
        try Capture(text: String(contentsOf: url, encoding: .utf8))
    }

    func write(_ capture: Capture) throws {
        try Data(capture.text.utf8).write(to: url)
    }
}
