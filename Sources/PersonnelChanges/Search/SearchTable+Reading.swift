import Pinyin
import SiteModel

/// A search walks one column after the other, best reason first; a row keeps the first reason that fits.
extension SearchTable {
    /// By row, the raw value of the best `WorkerHit.Reason`; `UInt8.max` where nothing fits.
    func reasons(for query: SearchQuery) -> [UInt8] {
        var found = [UInt8](repeating: .max, count: ids.count)
        if let number = query.number { find(.number, numbers.span, &found) { $0 == number.packed } }
        for print in query.cards { find(.card, cards.span, &found) { print.fits($0) } }
        if let pattern = query.pattern { findNames(pattern, &found) }
        if let initial = query.initial { findInitials(initial, &found) }
        if let end = query.numberEnd { findNumberEnds(end, &found) }
        if let phone = query.phone { find(.phone, phones.span, &found) { phone.fits($0) } }
        if let pattern = query.pattern { findTeams(pattern, &found) }
        return found
    }

    @inline(__always)
    private func find(
        _ reason: WorkerHit.Reason, _ column: Span<UInt64>, _ found: inout [UInt8],
        _ fits: (UInt64) -> Bool
    ) {
        for row in 0..<column.count where fits(column[row]) { found.improve(row, reason) }
    }

    /// Looks at the first four units from where each name starts, whoever's they are: so a name of two or
    /// three characters costs no branch that depends on its length. Longer names are looked at whole.
    private func findNames(_ pattern: PinyinPattern, _ found: inout [UInt8]) {
        let (starts, counts, units) = (nameStarts.span, nameCounts.span, units.span)
        // Each unit is looked up once, in order; of a name four roles are then one word.
        let roles = [UInt8](unsafeUninitializedCapacity: self.units.count) { roles, count in
            for (index, unit) in self.units.enumerated() { roles[index] = pattern.roles[Int(unit)] }
            count = self.units.count
        }
        let bytes = roles.span.bytes
        for row in 0..<starts.count {
            let (start, count) = (Int(starts[row]), Int(counts[row]))
            // Four units stand behind every start; any bytes are a number.
            let word = UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt32.self))
            let suffices = word & Self.four(PinyinPattern.suffices)
            // One bit higher than `begins` stands `follows`, of the unit after it.
            let begins = word & word >> 9 & Self.four(PinyinPattern.begins)
            guard suffices | begins != 0 || count > 4,
                let match = pattern.match(units.extracting(start..<start + count))
            else { continue }
            switch match {
            case .whole: found.improve(row, .name)
            case .beginning: found.improve(row, .nameBeginning)
            case .inside: found.improve(row, .namePart)
            }
        }
    }

    private static func four(_ role: UInt8) -> UInt32 { UInt32(role) * 0x0101_0101 }

    /// One look for each row. An erased row begins with a unit that begins nothing.
    private func findInitials(_ initial: PinyinPattern, _ found: inout [UInt8]) {
        let (starts, counts, units, roles) = (
            nameStarts.span, nameCounts.span, units.span, initial.roles.span
        )
        for row in 0..<starts.count
        where counts[row] > 0 && roles[Int(units[Int(starts[row])])] & PinyinPattern.begins != 0 {
            found.improve(row, .nameBeginning)
        }
    }

    /// Two bytes of each row tell nearly all others apart; only where they agree is the number printed.
    private func findNumberEnds(_ end: String, _ found: inout [UInt8]) {
        let code = NumberEnd(endOf: end).code
        let ends = numberEnds.span
        for row in 0..<ends.count where ends[row] == code {
            if end.utf8.count == 4
                || IDNumber(packed: numbers[row])?.revealed.hasSuffix(end) == true
            {
                found.improve(row, .numberEnd)
            }
        }
    }

    private func findTeams(_ pattern: PinyinPattern, _ found: inout [UInt8]) {
        let isFound = teams.map { pattern.match($0.span) != nil }
        guard isFound.contains(true) else { return }
        let numbers = teamNumbers.span
        for row in 0..<numbers.count {
            let team = Int(numbers[row])
            if team < isFound.count, isFound[team] { found.improve(row, .team) }
        }
    }

    /// The best `limit` rows that have a reason. Rows are walked once, so each rank keeps their order.
    func best(_ limit: Int, of found: [UInt8], includesLeft: Bool, now: UTCInstant) -> WorkerHits {
        var rowsByRank = [[UInt32]](repeating: [], count: SearchRank.count)
        var result = WorkerHits()
        for row in found.indices where found[row] != .max {
            let hasLeft = leftAt[row] <= now.milliseconds
            guard includesLeft || !hasLeft else { continue }
            result.totalCount += 1
            let rank = SearchRank.number(reason: found[row], hasLeft: hasLeft)
            if rowsByRank[rank].count < limit { rowsByRank[rank].append(UInt32(row)) }
        }
        for row in rowsByRank.joined().prefix(limit).map(Int.init) {
            guard let reason = WorkerHit.Reason(rawValue: found[row]) else { continue }
            result.hits.append(
                WorkerHit(
                    id: WorkerID(rawValue: ids[row]), reason: reason,
                    hasLeft: leftAt[row] <= now.milliseconds))
        }
        return result
    }

    /// Every worker, in order.
    var rows: [SearchRow] {
        ids.indices.filter { numbers[$0] != 0 }.map { row in
            SearchRow(
                id: WorkerID(rawValue: ids[row]), number: numbers[row], numberEnd: numberEnds[row],
                phone: phones[row], card: cards[row], leftAt: leftAt[row],
                team: teams[Int(teamNumbers[row])],
                name: Array(units[Int(nameStarts[row])...].prefix(Int(nameCounts[row]))))
        }
    }

    func holds(_ sought: [UInt16]) -> Bool {
        guard !sought.isEmpty, units.count >= sought.count else { return false }
        return (0...units.count - sought.count).contains { units[$0...].starts(with: sought) }
    }

    /// What the columns have reserved, without the names of the teams.
    var byteCount: Int {
        (ids.capacity + numbers.capacity + phones.capacity + cards.capacity + leftAt.capacity) * 8
            + (teamNumbers.capacity + nameStarts.capacity + orderCapacity) * 4
            + (numberEnds.capacity + units.capacity) * 2 + nameCounts.capacity
    }
}

/// Where a hit stands among others: exact ones, then who is present, then who has left.
private enum SearchRank {
    static let count = reasonCount * 2 + 2
    private static let reasonCount = WorkerHit.Reason.allCases.count

    static func number(reason: UInt8, hasLeft: Bool) -> Int {
        if WorkerHit.Reason(rawValue: reason)?.isExact == true { return hasLeft ? 1 : 0 }
        return 2 + (hasLeft ? reasonCount : 0) + Int(reason)
    }
}

extension [UInt8] {
    /// A better reason stands for the row.
    @inline(__always)
    fileprivate mutating func improve(_ row: Int, _ reason: WorkerHit.Reason) {
        self[row] = Swift.min(self[row], reason.rawValue)
    }
}
