import AttendanceLedger
import SiteModel
import Synchronization

/// The clock that the gateway goes by: the machine's, what a person vouched for, and what the ledger knows of
/// both. Follows the ledger, so that it knows the true time as soon as somebody vouches for the clock.
final class SiteTime: SiteClock {
    private struct State {
        var history: ClockHistory
        /// Where a person vouched for the clock of this boot; nil once the wall clock was set.
        var confirmation: ClockReading?
    }

    private let clock: any SiteClock
    private let state: Mutex<State>

    /// - Parameter history: up to the newest entry. What a person vouched for in this boot holds on.
    init(_ clock: any SiteClock, history: ClockHistory) {
        self.clock = clock
        let present = clock.now()
        // The ledger may not know this boot yet: it stands after all that it knows.
        var history = history
        history.follow(present, kind: .serviceStarted)
        let confirmation = history.newestConfirmation(of: present.boot)
        state = Mutex(State(history: history, confirmation: confirmation))
    }

    /// The machine's reading; vouched for by a person where nothing else does.
    func now() -> ClockReading {
        let reading = clock.now()
        guard !reading.isSynchronised else { return reading }
        return state.withLock { state in
            guard let confirmation = state.confirmation else { return reading }
            let expected = confirmation.at(reading.uptime).wall
            guard confirmation.boot == reading.boot,
                abs(reading.wall.milliseconds - expected.milliseconds) < ClockObserver.stepMilliseconds
            else {
                // Set once more: what was vouched for is gone, also when it is set back.
                state.confirmation = nil
                return reading
            }
            return reading.vouched(by: .operator)
        }
    }

    /// A person vouches for the clock from this reading on. Its entry is on disk.
    func confirm(_ reading: ClockReading) {
        state.withLock { state in
            state.history.follow(reading, kind: .clockAnchor)
            state.confirmation = reading
        }
    }

    /// Takes in an entry about the clock; any other tells nothing new.
    ///
    /// - Returns: whether times may have changed.
    func follow(_ entry: LedgerEntry) -> Bool {
        switch entry.kind {
        case .clockAnchor, .clockStep, .serviceStarted, .serviceStopped:
            state.withLock { $0.history.follow(entry.clock, kind: entry.kind) }
            return true
        default: return false
        }
    }

    func corrected(_ reading: ClockReading) -> CorrectedTime {
        state.withLock { $0.history.corrected(reading) }
    }

    /// The instant by which is decided and shown. Where nobody knows anything, this program is older than no
    /// clock can be: a board that boots in 1970 makes nobody under age, one in 2099 makes nobody leave.
    func instant(of reading: ClockReading) -> UTCInstant {
        if reading.synchronisation.isDisciplined { return reading.wall }
        let corrected = corrected(reading)
        guard corrected.basis == .unknown, !ClockHistory.plausible.contains(corrected.instant) else {
            return corrected.instant
        }
        return ClockHistory.plausible.lowerBound
    }
}

extension ClockReading {
    func vouched(by synchronisation: ClockSynchronisation) -> ClockReading {
        ClockReading(wall: wall, uptime: uptime, boot: boot, synchronisation: synchronisation)
    }
}
