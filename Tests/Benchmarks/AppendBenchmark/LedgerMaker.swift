import AttendanceLedger
import Glibc
import SiteModel

/// Makes a ledger of a given size with invented persons.
struct LedgerMaker {
    let workerCount: Int
    let recordCount: Int

    private static let groupCount = 4_096

    /// The site key lies beside it, so that the program can open it.
    func make(in folder: String) async throws {
        let (siteKey, _) = try SiteKey.findOrMake(directory: folder, credentials: nil)
        let ledger = try LedgerWriter.open(directory: folder, node: "bench", siteKey: siteKey)
        for start in stride(from: 0, to: workerCount, by: Self.groupCount) {
            let group = (start..<min(start + Self.groupCount, workerCount)).map(Self.joined)
            _ = try await ledger.append(group)
        }
        for start in stride(from: 0, to: recordCount, by: Self.groupCount) {
            let count = min(Self.groupCount, recordCount - start)
            _ = try await ledger.append(
                (0..<count).map { Sample.attendance(Int64((start + $0) % max(1, workerCount))) })
        }
        await ledger.close()
    }

    /// Bytes of the main file a record, everything moved out of the log.
    func report(in folder: String) async throws {
        let empty = LedgerMaker(workerCount: workerCount, recordCount: 0)
        try await empty.make(in: folder)
        let before = Self.byteCount(folder + "/ledger.db")
        let start = now()
        try await make(in: folder)
        let seconds = Double(now() - start) / 1e9
        let grown = Double(Self.byteCount(folder + "/ledger.db") - before) / Double(recordCount)
        let log = Self.byteCount(folder + "/ledger.db-wal")
        unlink(folder + "/site.key")
        print(
            "in groups of \(Self.groupCount):",
            "\(AppendBenchmark.whole(Double(recordCount) / seconds)) rows/s;",
            "\(AppendBenchmark.text(grown)) bytes a record in the main file, log \(log) bytes")
    }

    private static func byteCount(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// A valid number of an invented person; indexes below 63,000,000 differ.
    static func idNumber(_ index: Int) -> IDNumber {
        let birth = CivilDate(daysSince1970: Int64(index % 7_000)).description.filter { $0 != "-" }
        let order = String(1_000 + index / 7_000).dropFirst()
        guard let first17 = UInt64("110101\(birth)\(order)"),
            let number = try? IDNumber(
                reading: "\(first17)\(UnicodeScalar(IDNumber.checkCharacter(ofFirst17: first17)))")
        else { preconditionFailure("the number is made after the rule") }
        return number
    }

    private static func joined(_ index: Int) -> EntryDraft {
        let reading = ClockReading(
            wall: UTCInstant(milliseconds: 1_780_000_000_000), uptime: Uptime(milliseconds: 60_000),
            boot: Sample.boot, synchronisation: .kernel)
        let worker = ProjectWorker(
            name: "测\(index)", idNumber: idNumber(index), team: Team(name: "测试班\(index % 40)", employer: ""),
            card: CardNumber(value: UInt64(1_000_000 + index), bitLength: 32),
            joinedOn: CivilDate(daysSince1970: 20_000))
        return EntryDraft(
            PersonnelChange(
                kind: .joined, occurredAt: reading.wall, dueAt: reading.wall, worker: worker,
                source: "bench"),
            kind: .personnelChange, subject: .newWorker, clock: reading)
    }
}
