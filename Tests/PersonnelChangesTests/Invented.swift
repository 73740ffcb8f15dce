import AttendanceLedger
import PersonnelChanges
import SiteModel

/// Invented workers, rosters and instants that the tests of this module share.
enum Invented {
    /// 2026-11-21 12:00 on site, eight hours east of Greenwich.
    static let noon = UTCInstant(rfc3339: "2026-11-21T04:00:00Z")!
    static let offset: Int64 = 8 * 3_600_000

    static func terms(isFull: Bool = false, isBaseline: Bool = false, now: UTCInstant = noon) -> RosterTerms {
        RosterTerms(
            calendar: SiteCalendar(now: now, offsetMilliseconds: offset), isClockTrusted: true,
            isFull: isFull, isBaseline: isBaseline,
            source: "import roster.csv")
    }

    static func clock(_ now: UTCInstant = noon) -> ClockReading {
        ClockReading(
            wall: now, uptime: Uptime(milliseconds: 60_000),
            boot: BootID(bytes: [UInt8](repeating: 7, count: 16))!, synchronisation: .kernel)
    }

    /// An entry about the first worker, as a fold reads it.
    static func entry(
        _ body: some EntryBody, _ kind: LedgerEntryKind, _ sequence: Int64, _ clock: ClockReading = clock()
    ) -> LedgerEntry {
        LedgerEntry(
            origin: LedgerOrigin("gate-1"), sequence: LedgerSequence(sequence), kind: kind,
            subject: id(0), clock: clock, sealing: .clear, body: body.encoded, hash: [])
    }

    /// The n-th invented number: 110101, born from 1970 on, a different one for each n below 7,000,000.
    static func number(_ n: Int) -> IDNumber {
        let birth = CivilDate(daysSince1970: Int64(n % 7_000)).description.filter { $0 != "-" }
        let order = String(1_000 + n / 7_000).dropFirst()
        let first17 = "110101\(birth)\(order)"
        let check = UnicodeScalar(IDNumber.checkCharacter(ofFirst17: UInt64(first17)!))
        // try!: the number is made after the rule.
        return try! IDNumber(reading: "\(first17)\(check)")
    }

    static func date(_ text: String) -> CivilDate { CivilDate(iso8601: text)! }

    static func card(_ value: UInt64, bitLength: Int = 32) -> CardNumber {
        CardNumber(value: value, bitLength: bitLength)!
    }

    static func worker(
        _ n: Int, name: String = "张三", team: String = "木工班", employer: String = "", card: CardNumber? = nil,
        joinedOn: String = "2026-03-01", leftOn: String? = nil
    ) -> ProjectWorker {
        ProjectWorker(
            name: name, idNumber: number(n), team: Team(name: team, employer: employer), card: card,
            joinedOn: date(joinedOn),
            leftAt: leftOn.map { SiteCalendar(now: noon, offsetMilliseconds: offset).end(of: date($0)) })
    }

    static func id(_ n: Int) -> WorkerID {
        WorkerID(originTag: 1, sequence: LedgerSequence(Int64(n + 1)))
    }

    /// Workers in the order of the array; the n-th has the id of n.
    static func roster(_ workers: [ProjectWorker]) -> Roster {
        var roster = Roster()
        for (n, worker) in workers.enumerated() { roster.apply(worker, of: id(n)) }
        return roster
    }

    /// The roster after the changes, as the ledger's fold gives it.
    static func applying(_ diff: RosterDiff, to roster: Roster) -> Roster {
        var roster = roster
        for change in diff.changes {
            roster.apply(change.change.worker, of: change.worker ?? id(1_000_000 + roster.members.count))
        }
        return roster
    }
}

/// SplitMix64: the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}

/// One site key for the whole run: ledgers are closed and opened again.
enum TestKey {
    static let site = SiteKey.random()
}
