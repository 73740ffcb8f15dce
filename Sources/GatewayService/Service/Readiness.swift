import ServiceLifecycle
import Synchronization

/// Counts what must stand before the service says it is ready; then calls once.
final class Readiness: Sendable {
    enum Part: Sendable {
        /// Every configured device was tried once.
        case devices
        case control
        /// The page's address; nil when it could not be served.
        case page(String?)
    }

    private struct State {
        var hasDevices = false
        var hasControl = false
        var page: String??
        var isDone = false
    }

    private let state = Mutex(State())
    private let onReady: @Sendable (String?) async -> Void

    init(onReady: @escaping @Sendable (String?) async -> Void) {
        self.onReady = onReady
    }

    /// Returns when the service is ready, or shuts down before: work that must not stand before the first
    /// swipe waits here.
    func wait() async {
        while !state.withLock(\.isDone), !Task.isShuttingDownGracefully, !Task.isCancelled {
            // try?: cancelled, then the loop ends.
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    func reach(_ part: Part) async {
        let page: String?? = state.withLock { state in
            switch part {
            case .devices: state.hasDevices = true
            case .control: state.hasControl = true
            case .page(let address): state.page = .some(address)
            }
            guard state.hasDevices, state.hasControl, let page = state.page, !state.isDone else { return nil }
            state.isDone = true
            return .some(page)
        }
        if let page { await onReady(page) }
    }
}
