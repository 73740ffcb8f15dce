/// A barrier's driver that can tell what became of a grant.
///
/// A driver that merely switches a contact does not conform, or has no patience: what was granted counts
/// then.
public protocol PassageReporting: DeviceDriver {
    /// How long after a grant `.passed` or `.notPassed` may come; what has not come by then is unknown. Nil:
    /// this one, as it is set, does not tell.
    var passagePatience: Duration? { get }

    /// The same of one barrier of a bus.
    func passagePatience(ofBarrier barrier: Int) -> Duration?
}

extension PassageReporting {
    public func passagePatience(ofBarrier barrier: Int) -> Duration? { passagePatience }
}

/// A driver that may take a line for itself, though it is no reader.
public protocol LineOwning: DeviceDriver {
    /// As it is set, no other device works on its line.
    var wantsLineAlone: Bool { get }
}

/// A driver whose orders wait for answers: it says when nothing waits any more.
public protocol OrderKeeping: DeviceDriver {
    /// Somebody was let through whose order was not sent, or not answered yet.
    var holdsOrder: Bool { get }
}

/// A bus's driver: tells its devices apart.
public protocol PartNaming: DeviceDriver {
    /// Whose bytes the last input brought; nil while nobody was asked.
    var heardPart: DriverPart? { get }
}

extension PassageWatch {
    /// The driver says itself when its time is over; then there is nothing more to wait for.
    var reportPatience: Duration { patience + .seconds(2) }
}

extension ModbusRelayDriver: PassageReporting {
    public var passagePatience: Duration? { sensors.seePassing ? watch.reportPatience : nil }
}

extension CatraxDriver: PassageReporting {
    public var passagePatience: Duration? { watch.reportPatience }
}

extension TPW321Driver: PassageReporting {
    public var passagePatience: Duration? { watch.reportPatience }
}

extension ATT203Driver: PassageReporting {
    public var passagePatience: Duration? { patience + .seconds(2) }
}
