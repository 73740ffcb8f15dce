public import SiteModel

/// As `.passed`, `.notPassed` and `.fireInput`, of one barrier of a bus.
public enum BarrierWord: Sendable, Hashable {
    case passed(Direction)
    case notPassed
    case fireInput(isActive: Bool)
}

/// Where a device of a bus is spoken to.
public struct BusPlace: Sendable, Hashable {
    public var address: Int
    /// Bits a second.
    public var baud: Int

    public init(address: Int, baud: Int) {
        self.address = address
        self.baud = baud
    }

    public var words: String { "address \(address), \(baud) baud" }
}

/// Whom of a bus an output is about, by its index.
public enum DriverPart: Sendable, Hashable {
    case reader(Int)
    case barrier(Int)
}
