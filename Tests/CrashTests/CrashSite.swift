import Foundation
import Glibc
import SQLiteStore
import SiteModel
import SmallDisks
import Testing
import VirtualSite

/// An invented site in a folder of its own: card readers and one relay board on pseudo-terminals, a roster,
/// and the real service that is started, killed and started again.
final class CrashSite {
    /// One line of `ledger export`.
    struct Entry: Decodable {
        let sequence: Int64
        let kind: String
        let worker: String?
        let lane: String?
        let direction: String?
        let correctedAt: String?
        let decision: String?
        let opened: Bool?
        let timeUncertain: Bool?
        let lateFromReserve: Int64?
        let awaitsPassage: Bool?
        let passage: String?
        let attendance: Int64?
        let reason: String?
        let badge: Int64?
    }

    let folder: String
    /// The ledger's folder, on a disk of its own when one was given.
    let state: String
    private let disk: SmallDisk?
    let readers: [VirtualCardReader]
    let relay: VirtualRelayBoard
    /// The barrier of the first lane, which tells who passed; nil: a relay like the others.
    let turnstile: VirtualPort?
    /// A QR reader of the first lane, one way in; nil: none.
    let qrReader: VirtualPort?
    /// The roster's workers in the order of their cards.
    let workers: [String]

    /// One lane for each reader: `lane0` with channel 1, and so on. Every swipe is recorded for itself: no
    /// repeat window. The last lanes may lead out. `more` is further keys of the configuration.
    init(
        laneCount: Int, workerCount: Int, leavingLaneCount: Int = 0, disk: SmallDisk? = nil,
        hasTurnstile: Bool = false, hasQRReader: Bool = false, more: String = ""
    ) async throws {
        var template = Array("\(P_tmpdir)/muster-crash-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "no temporary folder")
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let folder = folder
        self.disk = disk
        state = disk.map { $0.path + "/state" } ?? "\(folder)/state"
        readers = try (0..<laneCount).map { try VirtualCardReader(path: "\(folder)/reader\($0)") }
        relay = try VirtualRelayBoard(path: "\(folder)/relay")
        turnstile = hasTurnstile ? try VirtualPort(path: "\(folder)/turnstile") : nil
        qrReader = hasQRReader ? try VirtualPort(path: "\(folder)/qr") : nil
        var configuration = Self.configuration(folder, state: state, laneCount, leavingLaneCount) + more
        if hasTurnstile {
            configuration.replace(
                "{port: \(folder)/relay, driver: lcus-relay, options: {channel: 1}}",
                with: "{port: \(folder)/turnstile, driver: att203}")
        }
        if hasQRReader {
            configuration.replace(
                "      - {port: \(folder)/reader0, driver: rdm6300}",
                with: "      - {port: \(folder)/reader0, driver: rdm6300}\n"
                    + "      - {name: qr, port: \(folder)/qr, driver: ascii-line, options: {credential: qr}}")
        }
        try configuration.write(
            toFile: "\(folder)/muster.yaml", atomically: true, encoding: .utf8)
        try Self.roster(workerCount).write(
            toFile: "\(folder)/roster.csv", atomically: true, encoding: .utf8)
        try await MusterProcess.run(
            ["roster", "import", "\(folder)/roster.csv", "--config", "\(folder)/muster.yaml"], in: folder)
        workers = try await Self.export(folder, after: 0).filter { $0.kind == "personnelChange" }
            .compactMap(\.worker)
        try #require(workers.count == workerCount)
    }

    deinit {
        // try?: what is left in the temporary folder harms nobody.
        try? FileManager.default.removeItem(atPath: folder)
    }

    func start(_ flags: [String] = [], environment: [String] = []) throws -> MusterProcess {
        try MusterProcess(
            ["run", "--config", "\(folder)/muster.yaml"] + flags, in: folder, environment: environment)
    }

    /// A command on this site, under way.
    func process(_ arguments: String...) throws -> MusterProcess {
        try MusterProcess(arguments + ["--config", "\(folder)/muster.yaml"], in: folder)
    }

    /// What a command on this site prints; it must end well.
    func command(_ arguments: String...) async throws -> String {
        try await MusterProcess.run(arguments + ["--config", "\(folder)/muster.yaml"], in: folder)
    }

    /// Changes the ledger file behind the ledger's back: the triggers are taken away first.
    func alter(_ change: StaticString) throws {
        let connection = try SQLiteConnection(
            path: "\(state)/ledger.db", access: .readWriteCreating)
        try connection.execute(
            "DROP TRIGGER entry_is_never_changed; DROP TRIGGER entry_is_never_deleted")
        try connection.execute(change)
    }

    /// Gives back the room that the log of the stopped service still takes: it would be written over first.
    func emptyLog() throws {
        let connection = try SQLiteConnection(path: "\(state)/ledger.db", access: .readWriteCreating)
        // A connection that has read nothing knows of no log, and would leave it as it is.
        _ = try connection.schemaVersion()
        try #require(try connection.emptyLog())
    }

    func card(_ index: Int) -> CardNumber {
        CardNumber(value: UInt64(Self.firstCard + index % workers.count), bitLength: 32)!
    }

    /// Entries after a sequence, as `ledger export` prints them.
    func export(after sequence: Int64 = 0) async throws -> [Entry] {
        try await Self.export(folder, after: sequence)
    }

    /// What `ledger verify` says; the test ends here when it is not exit code 0.
    @discardableResult
    func verify() async throws -> String {
        try await MusterProcess.run(["ledger", "verify", "--config", "\(folder)/muster.yaml"], in: folder)
    }

    /// Pulses seen at each lane, once nothing more comes: of a dead process the line still holds the last.
    func settledPulses() async throws -> [Int] {
        var counts = pulses
        while true {
            try await Task.sleep(for: .milliseconds(60))
            if pulses == counts { return counts }
            counts = pulses
        }
    }

    var pulses: [Int] { readers.indices.map { relay.pulseCount(channel: $0 + 1) } }

    private static let firstCard = 1_000_000

    private static func configuration(
        _ folder: String, state: String, _ laneCount: Int, _ leavingLaneCount: Int
    ) -> String {
        let lanes = (0..<laneCount).map { lane in
            """
              - name: lane\(lane)
                direction: \(lane < laneCount - leavingLaneCount ? "entering" : "leaving")
                readers:
                  - {port: \(folder)/reader\(lane), driver: rdm6300}
                barrier: {port: \(folder)/relay, driver: lcus-relay, options: {channel: \(lane + 1)}}

            """
        }
        return """
            node: crash
            state_directory: \(state)
            listen: 127.0.0.1:0
            policy: {repeat_window: 0s}
            lanes:

            """ + lanes.joined()
    }

    private static func roster(_ count: Int) -> String {
        var text = "name,id_number,team,card_number\n"
        for index in 0..<count {
            let card = String(10_000_000_000 + firstCard + index).dropFirst()
            text += "测\(index),\(idNumber(index)),测试班\(index % 40),\(card)\n"
        }
        return text
    }

    /// Of a worker by the order of the cards.
    static func idNumber(_ index: Int) -> String {
        let birth = CivilDate(daysSince1970: Int64(index % 7_000)).description.filter { $0 != "-" }
        let first17 = "110101\(birth)\(String(1_000 + index / 7_000).dropFirst())"
        return first17 + String(UnicodeScalar(IDNumber.checkCharacter(ofFirst17: UInt64(first17)!)))
    }

    private static func export(_ folder: String, after sequence: Int64) async throws -> [Entry] {
        let text = try await MusterProcess.run(
            ["ledger", "export", "--config", "\(folder)/muster.yaml", "--after", "\(sequence)"], in: folder)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try text.split(separator: "\n").map { try decoder.decode(Entry.self, from: Data($0.utf8)) }
    }
}

/// One after another: each is a site of its own on a small machine.
@Suite(.serialized)
struct CrashTests {}
