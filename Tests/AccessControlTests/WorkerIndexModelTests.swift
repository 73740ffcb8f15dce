import SiteModel
import Testing

@testable import AccessControl

/// The index against a dictionary model and against an index made from scratch, over random changes.
struct WorkerIndexModelTests {
    private static let workerCount = 12
    private static let numberCount = 9
    private static let cardCount = 7

    @Test(arguments: [20_261_121 as UInt64])
    func aThousandRandomSequencesLeaveWhatAModelSays(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        for round in 0..<1_000 {
            // Small reservations: tables are crowded, wrap round their end and grow in between.
            let index = WorkerIndex(expectedWorkerCount: Int.random(in: 0...Self.workerCount, using: &random))
            var model = DictionaryModel()
            var entries: [LedgerEntry] = []
            for step in 1...20 {
                let (entry, state) = Self.randomChange(step, &random)
                entries.append(entry)
                try index.apply(entry)
                model.put(state)
                let rebuilt = WorkerIndex(expectedWorkerCount: Self.workerCount)
                try rebuilt.apply(entries)
                let difference = Self.difference(index, model) ?? Self.difference(rebuilt, model)
                if let difference {
                    Issue.record("seed \(seed), sequence \(round), step \(step): \(difference)")
                    return
                }
            }
        }
    }

    @Test(arguments: [4_711 as UInt64])
    func aKeyTableIsADictionary(seed: UInt64) {
        var random = SeededNumbers(seed: seed)
        for round in 0..<300 {
            let rowCount = Int.random(in: 1...24, using: &random)
            var table = PackedKeyTable(rowCapacity: rowCount)
            for _ in 0..<rowCount { table.appendRow() }
            var owners: [UInt64: Int] = [:]
            var carried = [UInt64](repeating: 0, count: rowCount)
            for step in 0..<100 {
                let row = Int.random(in: 0..<rowCount, using: &random)
                let key = UInt64.random(in: 0...30, using: &random)
                if carried[row] != key, owners[carried[row]] == row { owners[carried[row]] = nil }
                carried[row] = key
                if key != 0 { owners[key] = row }
                table.set(key, row: row)
                if step == 50 { table.reserve(rowCapacity: rowCount * 2) }
                let isSame = (0...30).allSatisfy { table.row(of: $0) == owners[$0] }
                #expect(isSame && table.keys == carried, "seed \(seed), round \(round), step \(step)")
            }
        }
    }

    private static func randomChange(
        _ sequence: Int, _ random: inout SeededNumbers
    ) -> (LedgerEntry, DictionaryModel.State) {
        let worker = Int.random(in: 1...workerCount, using: &random)
        let number = Int.random(in: 1...numberCount, using: &random)
        let card = Int.random(in: 0...cardCount, using: &random)
        let team = Int.random(in: 0..<InventedRoster.teams.count, using: &random)
        let kind = PersonnelChangeKind.allCases.randomElement(using: &random)!
        let leftAt = kind == .left ? InventedRoster.start.advanced(byMilliseconds: Int64(sequence)) : nil
        let entry = InventedRoster.change(
            sequence, kind, of: worker, id: number, card: card == 0 ? nil : card, team: team, leftAt: leftAt)
        let state = DictionaryModel.State(
            worker: worker, number: number, card: card == 0 ? nil : card, team: team, leftAt: leftAt)
        return (entry, state)
    }

    /// What differs, or nil.
    private static func difference(_ index: WorkerIndex, _ model: DictionaryModel) -> String? {
        for number in 1...numberCount {
            let found = index.lookUp(.idNumber(InventedRoster.idNumber(number)))
            guard model.agrees(found, model.numberOwners[number], index) else { return "number \(number)" }
        }
        for card in 1...cardCount {
            let found = index.lookUp(.cardNumber(InventedRoster.card(card)))
            guard model.agrees(found, model.cardOwners[card], index) else { return "card \(card)" }
        }
        for worker in 1...workerCount {
            let isKnown = model.states[worker] != nil
            let found = index.worker(InventedRoster.worker(worker))
            guard model.agrees(found, isKnown ? worker : nil, index) else { return "worker \(worker)" }
        }
        for (position, team) in InventedRoster.teams.enumerated() {
            let members = model.states.values.filter { $0.team == position }
            let summary = index.number(of: team).flatMap(index.team)
            let listed = index.number(of: team).flatMap { index.workers(of: $0) } ?? []
            guard listed.count == members.count,
                Set(listed) == Set(members.map { InventedRoster.worker($0.worker) }),
                summary?.workerCount ?? 0 == members.count,
                summary?.memberCount ?? 0 == members.filter({ $0.leftAt == nil }).count
            else { return "team \(position)" }
        }
        return index.workerCount == model.states.count ? nil : "worker count"
    }
}

/// The rules of the index in the plainest form.
private struct DictionaryModel {
    struct State {
        let worker: Int
        let number: Int
        let card: Int?
        let team: Int
        let leftAt: UTCInstant?
    }

    private(set) var states: [Int: State] = [:]
    private(set) var numberOwners: [Int: Int] = [:]
    private(set) var cardOwners: [Int: Int] = [:]

    mutating func put(_ state: State) {
        if let former = states[state.worker] {
            if former.number != state.number, numberOwners[former.number] == state.worker {
                numberOwners[former.number] = nil
            }
            if let card = former.card, card != state.card, cardOwners[card] == state.worker {
                cardOwners[card] = nil
            }
        }
        states[state.worker] = state
        numberOwners[state.number] = state.worker
        if let card = state.card { cardOwners[card] = state.worker }
    }

    func agrees(_ found: IndexedWorker?, _ worker: Int?, _ index: WorkerIndex) -> Bool {
        guard let found, let worker, let state = states[worker] else { return found == nil && worker == nil }
        return found.id == InventedRoster.worker(worker) && found.leftAt == state.leftAt
            && found.birthDate == InventedRoster.idNumber(state.number).birthDate
            && index.team(found.team)?.team == InventedRoster.teams[state.team]
    }
}
