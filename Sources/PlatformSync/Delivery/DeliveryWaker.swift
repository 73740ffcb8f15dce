import Synchronization

/// Wakes one waiting delivery; a call that finds nobody waiting is remembered for the next wait.
final class DeliveryWaker: Sendable {
    private struct State {
        var isWoken = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func wake() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            state.isWoken = state.waiter == nil
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns when somebody wakes, after `limit`, or when the task is cancelled.
    func wait(atMost limit: Duration?) async {
        await withTaskGroup(of: Void.self) { tasks in
            if let limit {
                // try?: cancelled when something else woke the delivery.
                tasks.addTask { try? await Task.sleep(for: limit) }
            }
            tasks.addTask { await self.wait() }
            await tasks.next()
            tasks.cancelAll()
        }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.isWoken || Task.isCancelled {
                        state.isWoken = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }
    }
}
