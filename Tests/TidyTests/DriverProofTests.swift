import Foundation
import Testing

/// The table of drivers and what proves them, in `hardware/README.md`, is made here from the tests and has no
/// hole without a reason.
struct DriverProofTests {
    /// Where the worked frames of the documents are tried: functions of Tests/DeviceDriversTests.
    private static let vectors: [String: [String]] = [
        "resident-id-card": ["requestsHaveTheirPrintedCheck", "repliesAreWholeFrames"],
        "rdm6300": ["rdm6300Frames"], "ascii-line": ["everyFormIsRead"],
        "binary-frame": ["theCheckOfModbusHasItsPublishedValue"],
        "wiegand-serial": ["aFrameGivesItsCardAndAnyWrongBitIsFound"], "vbar": ["theWorkedFramesOfTheHead"],
        "keyboard-wedge": ["theLayoutIsThatOfTheUnitedStates"],
        "osdp": ["theSessionKeysOfAnnexE", "theCheckValueOfTheCRC"],
        "hid-pos": ["theTextOfAReportHasItsRoom"], "hid-id-card": ["requestsAreCutIntoReports"],
        "lcus-relay": ["lcusFrames"], "modbus-relay": ["theWorkedFramesOfModbus"],
        "kmtronic-relay": ["aRelayIsOffOnOffAndOffAtTheEnd"],
        "numato-relay": ["aRelayIsOffOnOffAndOffAtTheEnd"],
        "hid-relay": ["aRelayIsOffOnOffAndOffAtTheEnd"],
        "att203": ["boardsAreToldInTheirOwnWords", "boardsTellWhoPassed"],
        "catrax": ["boardsAreToldInTheirOwnWords", "boardsTellWhoPassed"],
        "ac-atri-018": ["boardsAreToldInTheirOwnWords"], "tpw-321": ["boardsAreToldInTheirOwnWords"],
        "osdp-output": ["theSessionKeysOfAnnexE", "theCheckValueOfTheCRC"],
    ]

    /// Why something is missing; each is printed once, below the table.
    private enum Reason: String, CaseIterable {
        case noPeer =
            "no second one of the device's side is known: captures, and virtual devices of ours"
        case sameLine =
            "the kernel hands over a serial line's bytes alike whatever the driver: `rdm6300` stands for all"
        case noBus = "QEMU has no RS-485; libosdp over pseudo terminals is the test of the bus"
        case notFuzzed = "not fuzzed yet"
    }

    private static let peers = [
        "osdp": "libosdp 3.2.9", "osdp-output": "libosdp 3.2.9", "modbus-relay": "pymodbus 3.16.1",
    ]

    @Test func theTableIsWhatTheTestsSay() throws {
        let readme = try Repository.text("hardware/README.md")
        let parts = readme.components(separatedBy: Self.mark)
        try #require(parts.count == 3, "hardware/README.md has the table between two lines \(Self.mark)")
        let made = try Self.table()
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            let text = [parts[0], made, parts[2]].joined(separator: Self.mark)
            try Data(text.utf8).write(to: Repository.root.appendingPathComponent("hardware/README.md"))
        } else {
            #expect(parts[1] == made, "out of step: RECORD=1 swift test --filter DriverProofTests")
        }
    }

    /// A name in the table is a test that exists, and each driver has its own.
    @Test func theNamedTestsExist() throws {
        let sources = try Repository.swiftFiles(under: "Tests/DeviceDriversTests")
            .map { $0.lines.joined(separator: "\n") }.joined()
        for (driver, names) in Self.vectors {
            for name in names { #expect(sources.contains("func \(name)("), "\(driver): \(name)") }
        }
        #expect(try Set(Self.drivers()) == Set(Self.vectors.keys))
        for test in ["anyChunkingGivesTheSameCredentials", "mutatedCapturesNeitherCrashNorGrow"] {
            let over = "@Test(arguments: CaptureFile.all)\n    func \(test)("
            #expect(sources.contains(over), "\(test) is not over all captures")
        }
    }

    private static let mark = "<!-- proof -->"
    /// Seeds of `mutatedCapturesNeitherCrashNorGrow`.
    private static let mutationCount = 1_000

    private static func table() throws -> String {
        var used: [Reason] = []
        func hole(_ reason: Reason) -> String {
            if !used.contains(reason) { used.append(reason) }
            return "no [\((used.firstIndex(of: reason) ?? 0) + 1)]"
        }
        let (machine, figures) = (try driversInTheMachine(), try fuzzFigures())
        var lines = [
            "",
            "| Driver | Captures | Worked vectors | Chunking | Mutation | Fuzzing by hand | Peer "
                + "| Virtual machine |",
            "|---|---|---|---|---|---|---|---|",
        ]
        for driver in try drivers() {
            let captures = try captureCount(of: driver)
            #expect(captures >= 3, "\(driver)")
            let vectors = (Self.vectors[driver] ?? []).map { "`\($0)`" }.joined(separator: ", ")
            let inMachine =
                machine.contains(driver)
                ? "yes"
                : hole(driver.hasPrefix("osdp") ? .noBus : .sameLine)
            lines.append(
                "| `\(driver)` | \(captures) | \(vectors) | all captures, every cut "
                    + "| \(captures * mutationCount) | \(figures[driver] ?? hole(.notFuzzed)) "
                    + "| \(peers[driver] ?? hole(.noPeer)) | \(inMachine) |")
        }
        lines.append("")
        lines += used.enumerated().map { "\($0.offset + 1). \($0.element.rawValue)." }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Names of the descriptors, in the order of files.
    private static func drivers() throws -> [String] {
        try Repository.swiftFiles(under: "Sources/DeviceDrivers").flatMap { file in
            file.lines.joined(separator: "\n").matches(of: /DriverDescriptor\(\s*name: "([a-z0-9-]+)"/)
                .map { String($0.1) }
        }
        .sorted()
    }

    private static func captureCount(of driver: String) throws -> Int {
        try Repository.files(under: "hardware/captures/\(driver)").count { $0.hasSuffix(".capture") }
    }

    /// Drivers that the gate machine of the virtual machine's stage runs on real kernels.
    private static func driversInTheMachine() throws -> Set<String> {
        let stages = try Repository.files(under: "Tests/InteropTests/vm").filter { $0.hasSuffix(".py") }
        let text = try stages.map(Repository.text).joined()
        let named = text.matches(of: /driver: ([a-z0-9-]+)/).map { String($0.1) }
        // The built-in profile's reader, whose requests the stage waits for.
        let builtIn = text.contains("found_by_built_in_profile") ? ["resident-id-card"] : []
        return Set(named + builtIn)
    }

    /// `Tests/Fuzzing/figures.tsv`: driver, seconds, inputs tried.
    private static func fuzzFigures() throws -> [String: String] {
        var figures: [String: String] = [:]
        for line in try Repository.text("Tests/Fuzzing/figures.tsv").split(separator: "\n")
        where !line.hasPrefix("#") {
            let cells = line.split(separator: "\t")
            let numbers = cells.dropFirst().compactMap { Double($0) }
            try #require(cells.count == 3 && numbers.count == 2, "figures.tsv: \(line)")
            let (minutes, thousands) = (numbers[0] / 60, numbers[1] / 1_000)
            figures[String(cells[0])] = String(
                format: "%.1f min, %.0f thousand inputs", minutes, thousands)
        }
        return figures
    }
}
