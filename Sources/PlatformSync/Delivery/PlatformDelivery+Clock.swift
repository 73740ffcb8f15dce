import AttendanceLedger
import SQLiteStore
import SiteModel

/// What happened while nobody knew the time waits until an anchor of the clock tells when it was.
extension PlatformDelivery {
    /// - Parameter sequence: of an entry whose moment is not known. The newest is looked at: an anchor that
    ///   places it has placed those before it; of an older boot, the next anchor or start releases the rest.
    func waitForTheClock(_ sequence: LedgerSequence) {
        clockWait = max(clockWait ?? sequence, sequence)
        clockDue = clockDue ?? uptime + policy.clockLook
    }

    /// An anchor may be taken in before the history of the clocks has it: then what was released by it waits
    /// again, and no other anchor comes for a day.
    func lookAtTheClock(at now: Uptime) throws(DeliveryError) {
        guard let clockDue, clockDue <= now, let clockWait else { return }
        self.clockDue = now + policy.clockLook
        let entry = try maker.reading { () throws(LedgerError) in try reader.entry(clockWait) }
        guard let entry, maker.corrected(entry.clock).isKnown else { return }
        try file.write { () throws(SQLiteError) in try releaseWhatAwaitsTheClock() }
    }

    /// Whose moment is still not known waits again.
    func releaseWhatAwaitsTheClock() throws(SQLiteError) {
        try file.releaseHeldForTheClock()
        try file.releaseWaitingChanges()
        (clockWait, clockDue) = (nil, nil)
    }
}
