import AttendanceLedger
import Foundation
import Logging
import SiteModel

/// Drafts that tell themselves apart by their uptime, and invented persons.
enum Invented {
    static let boot = BootID(bytes: [UInt8](repeating: 0x51, count: 16))!

    static func clock(_ number: Int64) -> ClockReading {
        ClockReading(
            wall: UTCInstant(milliseconds: 1_795_000_000_000 + number),
            uptime: Uptime(milliseconds: number), boot: boot, synchronisation: .kernel)
    }

    static func attendance(_ number: Int64) -> EntryDraft {
        let record = AttendanceRecord(
            reader: ReaderName(lane: "north", reader: "in"), direction: .entering, credentialKind: .idNumber,
            reason: nil, isOpened: true, isTimeUncertain: false, standing: .known,
            rosterPosition: LedgerSequence(1), policy: LedgerSequence(0), maskedCredential: nil)
        return EntryDraft(
            record, kind: .attendance, subject: .worker(WorkerID(rawValue: 0xABCDEF << 40 | 2)),
            clock: clock(number))
    }

    /// Sealed, with a key of its own.
    static func joining(_ number: Int64) -> EntryDraft {
        let change = PersonnelChange(
            kind: .joined, occurredAt: clock(number).wall, dueAt: clock(number).wall, worker: worker,
            source: "invented")
        return EntryDraft(change, kind: .personnelChange, subject: .newWorker, clock: clock(number))
    }

    // try!: its check digit is right.
    static let worker = ProjectWorker(
        name: "测试甲", idNumber: try! IDNumber(reading: "110101190001010014"),
        team: Team(name: "木工班", employer: "测试建筑"), phone: "13800000000",
        joinedOn: CivilDate(iso8601: "2026-11-01")!)
}

/// How long a run is, from the environment: bounded in `swift test`, as long as wanted by hand.
enum RunLength {
    static func count(_ variable: String, else bounded: Int) -> Int {
        ProcessInfo.processInfo.environment[variable].flatMap(Int.init) ?? bounded
    }

    static func isLong(_ variable: String) -> Bool { ProcessInfo.processInfo.environment[variable] != nil }
}

extension Logger {
    static let silent = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
}
