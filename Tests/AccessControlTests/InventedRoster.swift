import SiteModel

/// Invented workers, teams and the entries about them, for all tests of this module.
enum InventedRoster {
    static let origin = LedgerOrigin("north-gate-7f3a9c21")
    static let start = UTCInstant(milliseconds: 1_780_000_000_000)
    static let teams = (0..<4).map { Team(name: "钢筋\($0)班", employer: $0 < 2 ? "甲建设公司" : "乙劳务公司") }

    static func worker(_ number: Int) -> WorkerID {
        WorkerID(originTag: origin.tag, sequence: LedgerSequence(Int64(number)))
    }

    /// Born in January 1990, number 1 on the first; `number` is also district and order code.
    static func idNumber(_ number: Int) -> IDNumber {
        idNumber(born: 19_900_101 + (number - 1) % 28, number)
    }

    static func idNumber(born date: Int, _ number: Int = 1) -> IDNumber {
        let district = 110_101 + UInt64(number / 1_000)
        return IDNumber(
            packed: district * 100_000_000_000 + UInt64(date) * 1_000 + UInt64(number % 1_000))!
    }

    static func card(_ number: Int) -> CardNumber {
        CardNumber(value: UInt64(number), bitLength: 32)!
    }

    static func change(
        _ sequence: Int, _ kind: PersonnelChangeKind, of worker: Int, id: Int, card: Int? = nil,
        team: Int = 0, leftAt: UTCInstant? = nil
    ) -> LedgerEntry {
        let person = ProjectWorker(
            name: "测试", idNumber: idNumber(id), team: teams[team], card: card.map(Self.card),
            joinedOn: CivilDate(year: 2026, month: 5, day: 1)!, leftAt: leftAt)
        let body = PersonnelChange(
            kind: kind, occurredAt: start, dueAt: start.advanced(byMilliseconds: 86_400_000), worker: person,
            source: "test")
        return entry(sequence, .personnelChange, subject: Self.worker(worker), body: body.encoded)
    }

    static func entry(
        _ sequence: Int, _ kind: LedgerEntryKind, subject: WorkerID? = nil, body: [UInt8] = [],
        sealing: BodySealing = .clear
    ) -> LedgerEntry {
        let clock = ClockReading(
            wall: start, uptime: Uptime(milliseconds: 60_000),
            boot: BootID(bytes: [UInt8](repeating: 0xB0, count: 16))!, synchronisation: .kernel)
        let applied = RosterApplied(source: "test", joined: 0, left: 0, changed: 0, unchanged: 0)
        return LedgerEntry(
            origin: origin, sequence: LedgerSequence(Int64(sequence)), kind: kind, subject: subject,
            clock: clock, sealing: sealing, body: kind == .rosterApplied ? applied.encoded : body, hash: [])
    }
}

/// SplitMix64: the same numbers for the same seed on every machine.
struct SeededNumbers: RandomNumberGenerator {
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
