import Pinyin
import SiteModel

/// The columns of the search: one place in each for a worker, in the order in which they first came.
///
/// - Names stand one behind the other in `units`. A changed name of the same length takes the place of the
///   former; any other goes to the end, and the former is overwritten with zeros.
/// - An erased worker's row stays as zeros, which nothing finds.
/// - When more than half of the rows or units are waste, everything is written anew without it.
struct SearchTable {
    private(set) var ids: [UInt64] = []
    /// `IDNumber.packed`; 0 for an erased row.
    private(set) var numbers: [UInt64] = []
    private(set) var numberEnds: [UInt16] = []
    private(set) var phones: [UInt64] = []
    /// `CardNumber.packed`, or 0.
    private(set) var cards: [UInt64] = []
    /// Milliseconds since 1970; `Int64.max` for who has not left.
    private(set) var leftAt: [Int64] = []
    private(set) var teamNumbers: [UInt32] = []
    private(set) var nameStarts: [UInt32] = []
    private(set) var nameCounts: [UInt8] = []
    /// At the end always four zeros, so that four units can be read from every start.
    private(set) var units: [UInt16] = Self.ending
    /// As `SearchUnits` gives them, once for every team that a row ever had.
    private(set) var teams: [[UInt16]] = []
    private static let ending: [UInt16] = [0, 0, 0, 0]
    /// What a name has beyond this many units is not searched.
    static let maximumNameUnitCount = 255
    /// Below these, waste is not worth the work.
    private static let leastWaste = 1_024

    private var numbersByTeam: [[UInt16]: UInt32] = [:]
    /// Rows in the order of their ids: a new worker's id is nearly always the highest.
    private var order: [UInt32] = []
    private var wastedUnitCount = 0

    var workerCount: Int { order.count }
    var orderCapacity: Int { order.capacity }

    mutating func reserve(rowCount: Int) {
        ids.reserveCapacity(rowCount)
        numbers.reserveCapacity(rowCount)
        numberEnds.reserveCapacity(rowCount)
        phones.reserveCapacity(rowCount)
        cards.reserveCapacity(rowCount)
        leftAt.reserveCapacity(rowCount)
        teamNumbers.reserveCapacity(rowCount)
        nameStarts.reserveCapacity(rowCount)
        nameCounts.reserveCapacity(rowCount)
        units.reserveCapacity(rowCount * 3)
        order.reserveCapacity(rowCount)
    }

    /// The worker stands as given from now on.
    mutating func put(_ worker: ProjectWorker, of id: WorkerID) {
        put(
            SearchRow(
                id: id, number: worker.idNumber.packed, numberEnd: NumberEnd(worker.idNumber).code,
                phone: PackedPhone(worker.phone).packed, card: worker.card?.packed ?? 0,
                leftAt: worker.leftAt?.milliseconds ?? .max,
                team: SearchUnits.units(of: worker.team.name),
                name: Array(SearchUnits.units(of: worker.name).prefix(Self.maximumNameUnitCount))))
    }

    mutating func put(_ new: SearchRow) {
        let row = row(of: new.id) ?? appendRow(new.id)
        numbers[row] = new.number
        numberEnds[row] = new.numberEnd
        phones[row] = new.phone
        cards[row] = new.card
        leftAt[row] = new.leftAt
        teamNumbers[row] = number(ofTeam: new.team)
        write(new.name, to: row)
        compactIfWasteful()
    }

    /// Nothing finds the worker any more, and nothing of them is left but the place of their row.
    mutating func erase(_ id: WorkerID) {
        guard let place = place(of: id), ids[Int(order[place])] == id.rawValue else { return }
        let row = Int(order.remove(at: place))
        write([], to: row)
        (ids[row], numbers[row], numberEnds[row], phones[row], cards[row]) = (0, 0, 0, 0, 0)
        (leftAt[row], teamNumbers[row], nameStarts[row]) = (0, .max, 0)
        compactIfWasteful()
    }

    func row(of id: WorkerID) -> Int? {
        guard let place = place(of: id) else { return nil }
        let row = Int(order[place])
        return ids[row] == id.rawValue ? row : nil
    }

    /// The first place in `order` whose id is not below; nil at the end.
    private func place(of id: WorkerID) -> Int? {
        guard let last = order.last, ids[Int(last)] >= id.rawValue else { return nil }
        var (low, high) = (0, order.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if ids[Int(order[middle])] < id.rawValue { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func appendRow(_ id: WorkerID) -> Int {
        let row = ids.count
        order.insert(UInt32(row), at: place(of: id) ?? order.count)
        ids.append(id.rawValue)
        numbers.append(0)
        numberEnds.append(0)
        phones.append(0)
        cards.append(0)
        leftAt.append(0)
        teamNumbers.append(.max)
        nameStarts.append(0)
        nameCounts.append(0)
        return row
    }

    private mutating func number(ofTeam name: [UInt16]) -> UInt32 {
        if let number = numbersByTeam[name] { return number }
        let number = UInt32(teams.count)
        teams.append(name)
        numbersByTeam[name] = number
        return number
    }

    private mutating func write(_ name: [UInt16], to row: Int) {
        let (start, count) = (Int(nameStarts[row]), Int(nameCounts[row]))
        if count == name.count {
            for (index, unit) in name.enumerated() { units[start + index] = unit }
            return
        }
        for index in start..<start + count { units[index] = 0 }
        wastedUnitCount += count
        nameStarts[row] = UInt32(units.count - Self.ending.count)
        nameCounts[row] = UInt8(name.count)
        units.removeLast(Self.ending.count)
        units += name
        units += Self.ending
    }

    private mutating func compactIfWasteful() {
        let wastedRowCount = ids.count - order.count
        guard
            (wastedUnitCount > Self.leastWaste && wastedUnitCount * 2 > units.count)
                || (wastedRowCount > Self.leastWaste && wastedRowCount * 2 > ids.count)
        else { return }
        var compact = SearchTable()
        compact.reserve(rowCount: workerCount)
        for row in rows { compact.put(row) }
        self = compact
    }
}

/// A worker as the columns have them. Personal data.
struct SearchRow: Hashable {
    let id: WorkerID
    let number: UInt64
    let numberEnd: UInt16
    let phone: UInt64
    let card: UInt64
    let leftAt: Int64
    let team: [UInt16]
    let name: [UInt16]
}
