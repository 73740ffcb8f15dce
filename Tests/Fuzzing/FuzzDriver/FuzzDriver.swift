import Foundation
import SiteModel

@testable import DeviceDrivers

/// libFuzzer over one driver:
///
///     FuzzDriver drivers
///     FuzzDriver seeds hardware/captures FOLDER          a file for each capture: FOLDER/DRIVER/CASE
///     FuzzDriver DRIVER hardware/captures [libFuzzer's own arguments]
///     FuzzDriver frames COUNT SHAPED [LINE...]           `FrameTrials`, under AddressSanitizer
///
/// A promise that a driver breaks (`DriverProbe`) ends the process, as a wild access does under
/// AddressSanitizer; libFuzzer then keeps the input.
@main
struct FuzzDriver {
    static func main() throws {
        let arguments = CommandLine.arguments
        switch arguments.dropFirst().first {
        case "drivers": print(DriverCatalogue.all.map(\.name).joined(separator: "\n"))
        case "frames": exit(try FrameTrials.run(Array(arguments.dropFirst(2))) ? 0 : 1)
        case "seeds" where arguments.count == 4: try writeSeeds(arguments[2], to: arguments[3])
        case .some where arguments.count >= 3: fuzz()
        default: fatalError("see the head of FuzzDriver.swift")
        }
    }

    private static func writeSeeds(_ captures: String, to folder: String) throws {
        for driver in DriverCatalogue.all {
            let target = "\(folder)/\(driver.name)"
            try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
            let cases = try Self.captures(of: driver.name, captures)
            let options = Self.options(cases.map(\.capture))
            for (name, capture) in cases {
                try Data(Script.bytes(of: capture, options))
                    .write(to: URL(fileURLWithPath: "\(target)/\(name)"))
            }
        }
    }

    /// libFuzzer sees neither the driver's name nor the folder of captures.
    private static func fuzz() {
        precondition(!subject.options.isEmpty)
        var count = CommandLine.argc - 2
        let all = CommandLine.unsafeArgv
        all[2] = all[0]
        var rest = all + 2
        exit(
            runFuzzer(&count, &rest) { bytes, byteCount in
                Script.play(
                    UnsafeBufferPointer(start: bytes, count: byteCount), subject.driver, subject.options)
                return 0
            })
    }

    static func captures(
        of driver: String, _ folder: String
    ) throws -> [(name: String, capture: Capture)] {
        try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(driver)").sorted().map { file in
            (file, try Capture(text: String(contentsOfFile: "\(folder)/\(driver)/\(file)", encoding: .utf8)))
        }
    }

    /// The defaults, and what the captures set, each once.
    static func options(_ captures: [Capture]) -> [[String: String]] {
        captures.reduce(into: [[:]]) { if !$0.contains($1.options) { $0.append($1.options) } }
    }
}

/// Whom this process fuzzes; made once, before the first input.
private let subject: (driver: String, options: [[String: String]]) = {
    let (driver, folder) = (CommandLine.arguments[1], CommandLine.arguments[2])
    do {
        return (driver, FuzzDriver.options(try FuzzDriver.captures(of: driver, folder).map(\.capture)))
    } catch {
        fatalError("\(driver): \(error)")
    }
}()

/// SwiftPM gives an executable its own entry point, so libFuzzer's main is not used.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ argumentCount: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ one: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
