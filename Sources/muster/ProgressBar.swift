import Glibc
import SiteModel
import Synchronization

/// A bar on standard error for work that takes more than a second; silent where standard error is no
/// terminal.
final class ProgressBar: Sendable {
    /// Work that is over sooner needs no bar.
    private static let patience = Duration.milliseconds(300)

    private let label: String
    private let isShown: Bool
    private let state = Mutex((lastPercent: -1, started: SystemSiteClock.uptime()))

    init(_ label: String) {
        self.label = label
        isShown = Terminal.isTerminal(STDERR_FILENO)
    }

    func show(done: Int, of total: Int) {
        guard isShown, total > 0 else { return }
        let percent = min(100, done * 100 / total)
        let isDue = state.withLock { state in
            guard percent != state.lastPercent,
                SystemSiteClock.uptime() - state.started > Self.patience
            else { return false }
            state.lastPercent = percent
            return true
        }
        guard isDue else { return }
        let filled = percent * 30 / 100
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
        Terminal.write("\r\(label) \(bar) \(percent) %", to: STDERR_FILENO)
    }

    /// Ends the line, if one was begun.
    func finish() {
        if isShown, state.withLock({ $0.lastPercent >= 0 }) { Terminal.write("\n", to: STDERR_FILENO) }
    }
}
