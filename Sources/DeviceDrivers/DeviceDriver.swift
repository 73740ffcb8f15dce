public import SiteModel

/// One wire protocol of a reader or barrier as a value: what came in, what goes out, nothing else.
///
/// A driver does no I/O, has no clock, throws nothing and keeps nothing but the bytes of an unfinished frame
/// and what its protocol has to remember. The session carries its outputs out, in order.
public protocol DeviceDriver: Sendable {
    /// Takes one input and says what follows from it.
    ///
    /// Bytes in = bytes in frames + bytes discarded + bytes pending, after every call. The same bytes in any
    /// chunking give the same credentials, as long as they carry the same time.
    ///
    /// - Parameter uptime: when the bytes left the kernel, the alarm rang or the lane decided; never earlier
    ///   than that of the call before.
    mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput]

    /// Bytes kept for the rest of their frame; each driver states its bound.
    var pendingByteCount: Int { get }
}

/// What a session tells its driver.
public enum DriverInput: Sendable, Hashable {
    /// The port was opened, for the first time or again after a gap. `random` is for protocols that need a
    /// nonce. `isReleased`: all lanes stand open for everybody, so barriers begin open.
    case opened(random: UInt64, isReleased: Bool = false)
    /// Bytes from a serial line, in any chunking.
    case bytes([UInt8])
    /// One HID report. From a keyboard: n records of 8 bytes, each the tail of the kernel's `input_event`:
    /// type and code as unsigned 16 bit, value as signed 32 bit, little-endian. Also what `.readFeature`
    /// asked for, its id first; empty when the device did not give it.
    case report([UInt8])
    /// The alarm set by `.wake(after:)` rang.
    case woken
    /// What the lane decided for a credential of this reader: lamp and buzzer.
    case show(LaneSignal, reader: Int)
    /// Barriers: let one person through.
    case open(Direction)
    /// Barriers: stand open for everybody, as in a fire, or no longer.
    case release(Bool)
    /// A bus: this barrier of the line shall let one person through.
    case openBarrier(Int, Direction)
    /// A person allows this reader of the line, for so long, to be given its key.
    case commission(reader: Int, Duration)
    /// A person wants this reader of the line, whose commissioning window is open, to have another address
    /// or speed; nil: the present one.
    case moveReader(Int, address: Int?, baud: Int?)
    /// Orderly shutdown: the last chance to send.
    case closing
}

/// What a driver wants done or has learnt.
public enum DriverOutput: Sendable, Hashable {
    /// `reader` is the index on this line: 0 but for lines that several readers share.
    case credential(Credential, reader: Int)
    /// All that the chip of a card says, just before its credential. Personal data, for enrolment only.
    indirect case identity(IdentityCard, reader: Int)
    case send([UInt8])
    /// A HID feature report, the report number first.
    case sendFeature([UInt8])
    /// Asks for a HID feature report, `byteCount` with its id; it comes as `.report`.
    case readFeature(id: UInt8, byteCount: Int)
    /// Sets the speed of the line; what is sent before it left at the old one.
    case setBaud(Int)
    /// Sets the driver's one alarm; a later one replaces it.
    case wake(after: Duration)
    /// The barrier saw somebody pass.
    case passed(Direction)
    /// The barrier closed again and nobody had passed.
    case notPassed
    /// Somebody pushed in this direction while another one was let through, whose right stands.
    case pushed(Direction)
    /// This barrier of a bus could not be told to open, or was not in time.
    case notOpened(barrier: Int)
    /// What this barrier of a bus saw or heard.
    case ofBarrier(Int, BarrierWord)
    /// What came of putting a reader of a bus into service, in words without any key.
    case commissioned(CommissioningAct, String, reader: Int)
    /// The site's fire alarm, wired to this device, rings or has ended.
    case fireInput(isActive: Bool)
    case status(DriverStatus)
    /// A bus: what was learnt of one device of it.
    case partStatus(DriverStatus, DriverPart)
    /// These bytes carried nothing; counted and shown, never an error.
    case discarded(DiscardReason, byteCount: Int)
}

/// What a driver learnt about its device. Given when it changes.
public enum DriverStatus: Sendable, Hashable {
    case answering
    /// A polled device leaves every request unanswered.
    case silent
    /// The device says that it cannot work; the words go to the device page.
    case fault(String)
    /// The device's own name, such as the number of its security module.
    case moduleIdentity(String)
}

extension DeviceDriver {
    /// Bytes that left inside whole frames since the driver was made: what tells a right line from a wrong
    /// one.
    public var wholeFrameByteCount: Int { (self as? any FrameByteCounting)?.framedByteCount ?? 0 }
}

/// Lets a test hold every driver to its sum: in = framed + discarded + pending.
protocol FrameByteCounting {
    /// Bytes that left inside whole frames since the driver was made.
    var framedByteCount: Int { get }
}
