/// Rows by an eight-byte key: open addressing with linear probing, updated in place.
///
/// Two columns. `keys` holds for each row the key its worker carries, 0 for none. `slots` says who owns a
/// key:
///
///     bit      31..22        21..0
///              fingerprint   row + 1       0 as a whole: empty
///
/// - The fingerprint (10 bits of the hash) tells nearly every stranger in a probe sequence apart without a
///   visit to its key, so a look-up costs one miss among the slots and one among the keys.
/// - A row may carry a key that another row owns (one card issued twice): then only the owner has a slot.
/// - Deletion shifts the followers back, so there are no tombstones and the table never decays.
/// - Load: at most four slots in five are used, which takes 5 bytes a row beside the 8 of its key.
struct PackedKeyTable: ~Copyable {
    /// Row numbers plus one fill 22 bits.
    static let maximumRowCount = 1 << rowBitCount - 1

    /// By row; 0 is no key.
    private(set) var keys: [UInt64] = []
    private var slots: [UInt32]
    private(set) var rowCapacity: Int

    init(rowCapacity: Int) {
        precondition(rowCapacity <= Self.maximumRowCount, "row numbers must fit their bits")
        self.rowCapacity = rowCapacity
        keys.reserveCapacity(rowCapacity)
        slots = [UInt32](repeating: 0, count: Self.slotCount(rowCapacity: rowCapacity))
    }

    /// The same table; columns are shared until one of the two changes them.
    borrowing func copy() -> PackedKeyTable { PackedKeyTable(copying: self) }

    private init(copying other: borrowing PackedKeyTable) {
        keys = other.keys
        slots = other.slots
        rowCapacity = other.rowCapacity
    }

    /// The row that owns `key`. Zero is owned by nobody.
    func row(of key: UInt64) -> Int? {
        guard key != 0, let slot = slotIndex(of: key, hash: Self.hash(key)) else { return nil }
        return Self.row(slots[slot])
    }

    /// Adds a row without a key.
    mutating func appendRow() {
        precondition(keys.count < rowCapacity, "room is made before a row is added")
        keys.append(0)
    }

    /// From now on `row` carries `key` and owns it, whoever did before. Zero: it carries none.
    mutating func set(_ key: UInt64, row: Int) {
        let former = keys[row]
        if former != key { release(row) }
        keys[row] = key
        guard key != 0 else { return }
        let hash = Self.hash(key)
        if let slot = slotIndex(of: key, hash: hash) {
            slots[slot] = Self.slot(row: row, hash: hash)
        } else {
            insert(row, hash: hash)
        }
    }

    /// Makes room for that many rows in all. Takes time in proportion to the rows.
    mutating func reserve(rowCapacity newCapacity: Int) {
        guard newCapacity > rowCapacity else { return }
        precondition(newCapacity <= Self.maximumRowCount, "row numbers must fit their bits")
        let owners = slots.filter { $0 != 0 }.map(Self.row)
        rowCapacity = newCapacity
        keys.reserveCapacity(newCapacity)
        slots = [UInt32](repeating: 0, count: Self.slotCount(rowCapacity: newCapacity))
        for row in owners { insert(row, hash: Self.hash(keys[row])) }
    }

    var byteCount: Int {
        keys.capacity * MemoryLayout<UInt64>.stride + slots.capacity * MemoryLayout<UInt32>.stride
    }

    private static let rowBitCount = 22
    private static let rowMask: UInt32 = 1 << 22 - 1

    /// One slot more than needed is always free, so that every probe sequence ends.
    private static func slotCount(rowCapacity: Int) -> Int { rowCapacity * 5 / 4 + 1 }

    private static func row(_ slot: UInt32) -> Int { Int(slot & rowMask) - 1 }

    private static func slot(row: Int, hash: UInt64) -> UInt32 {
        fingerprint(hash) | UInt32(truncatingIfNeeded: row + 1)
    }

    /// The low bits of the hash, moved above the row; the high bits choose the home.
    private static func fingerprint(_ hash: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: hash) << UInt32(rowBitCount)
    }

    /// Product with 2^64 / golden ratio, both halves folded: packed numbers are decimal, so neighbours share
    /// their high digits, and each half alone would let them share their slots.
    private static func hash(_ key: UInt64) -> UInt64 {
        let product = key.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }

    /// Scales the hash to the number of slots, which need not be a power of two.
    private func home(_ hash: UInt64) -> Int {
        Int(hash.multipliedFullWidth(by: UInt64(slots.count)).high)
    }

    private func next(_ index: Int) -> Int {
        index + 1 == slots.count ? 0 : index + 1
    }

    private func slotIndex(of key: UInt64, hash: UInt64) -> Int? {
        let wanted = Self.fingerprint(hash)
        var index = home(hash)
        while true {
            let slot = slots[index]
            if slot == 0 { return nil }
            if slot & ~Self.rowMask == wanted, keys[Self.row(slot)] == key { return index }
            index = next(index)
        }
    }

    private mutating func insert(_ row: Int, hash: UInt64) {
        var index = home(hash)
        while slots[index] != 0 { index = next(index) }
        slots[index] = Self.slot(row: row, hash: hash)
    }

    /// Gives up the slot of the row, if it owns its key.
    private mutating func release(_ row: Int) {
        let key = keys[row]
        guard key != 0, let slot = slotIndex(of: key, hash: Self.hash(key)), Self.row(slots[slot]) == row
        else { return }
        close(slot)
    }

    /// Empties a slot and shifts back every follower whose probe sequence passes over it.
    private mutating func close(_ slot: Int) {
        var hole = slot
        var index = next(slot)
        while slots[index] != 0 {
            let wanted = home(Self.hash(keys[Self.row(slots[index])]))
            if distance(wanted, index) >= distance(hole, index) {
                slots[hole] = slots[index]
                hole = index
            }
            index = next(index)
        }
        slots[hole] = 0
    }

    /// Steps from one slot forward to another, round the end.
    private func distance(_ start: Int, _ end: Int) -> Int {
        end >= start ? end - start : end - start + slots.count
    }
}
