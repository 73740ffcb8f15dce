import AccessControl
import SiteModel

/// Invented workers, each with an ID number and a card, and the ledger entries that bring them.
struct InventedSite {
    let workerCount: Int
    let numbers: [IDNumber]
    let cards: [CardNumber]
    private let origin = LedgerOrigin("north-gate-7f3a9c21")
    private static let teamCount = 200

    init(workerCount: Int) throws(IDNumberError) {
        self.workerCount = workerCount
        var numbers: [IDNumber] = []
        for worker in 0..<workerCount { numbers.append(try Self.idNumber(worker)) }
        self.numbers = numbers
        // An odd factor maps 32 bits onto 32 bits: no card twice, no order.
        cards = (0..<workerCount).map {
            CardNumber(value: UInt64(UInt32(truncatingIfNeeded: $0) &* 2_654_435_761), bitLength: 32)!
        }
    }

    /// Entries `range` of the ledger's roster, sequence from 1.
    func entries(_ range: Range<Int>) -> [LedgerEntry] {
        range.map { worker in
            let sequence = LedgerSequence(Int64(worker + 1))
            let clock = ClockReading(
                wall: UTCInstant(milliseconds: 1_780_000_000_000), uptime: Uptime(milliseconds: 60_000),
                boot: BootID(bytes: [UInt8](repeating: 0xB0, count: 16))!, synchronisation: .kernel)
            return LedgerEntry(
                origin: origin, sequence: sequence, kind: .personnelChange,
                subject: WorkerID(originTag: origin.tag, sequence: sequence), clock: clock, sealing: .clear,
                body: change(worker, clock).encoded, hash: [])
        }
    }

    private func change(_ worker: Int, _ clock: ClockReading) -> PersonnelChange {
        let person = ProjectWorker(
            name: "测试", idNumber: numbers[worker],
            team: Team(name: "钢筋\(worker % Self.teamCount)班", employer: "第一建设工程有限公司"), workType: "钢筋工",
            phone: "", card: cards[worker], joinedOn: CivilDate(year: 2026, month: 5, day: 1)!)
        return PersonnelChange(
            kind: .joined, occurredAt: clock.wall, dueAt: clock.wall.advanced(byMilliseconds: 86_400_000),
            worker: person, source: "benchmark")
    }

    /// Districts of province 11 on, birth dates over thirty years, order codes below 1,000: as numbers lie.
    private static func idNumber(_ worker: Int) throws(IDNumberError) -> IDNumber {
        let district = 110_101 + worker / 1_000 % 16
        let year = 1_970 + worker / 16_000 % 30
        let month = 1 + worker / 480_000 % 12
        let digits = "\(district)\(year)\(month < 10 ? "0" : "")\(month)15"
        let order = String("00\(worker % 1_000)".suffix(3))
        let check = IDNumber.checkCharacter(ofFirst17: UInt64(digits + order)!)
        return try IDNumber(reading: digits + order + String(UnicodeScalar(check)))
    }
}

/// One start of the service: the index from nothing, entry by entry.
struct Load {
    let index: WorkerIndex
    let milliseconds: Double
    let bytesPerWorker: Double
    let anonymousBytesPerWorker: Double

    init(_ site: InventedSite) throws {
        let before = ProcessMeter.anonymousBytes()
        let index = WorkerIndex(expectedWorkerCount: site.workerCount)
        var spent = 0
        let chunk = 50_000
        for start in stride(from: 0, to: site.workerCount, by: chunk) {
            let entries = site.entries(start..<min(start + chunk, site.workerCount))
            let began = ProcessMeter.cpuNanoseconds()
            try index.apply(entries)
            spent += ProcessMeter.cpuNanoseconds() - began
        }
        self.index = index
        milliseconds = Double(spent) / 1_000_000
        let workers = Double(site.workerCount)
        bytesPerWorker = Double(index.byteCount) / workers
        anonymousBytesPerWorker = Double(ProcessMeter.anonymousBytes() - before) / workers
    }
}
