import SiteModel
import Synchronization

/// The statuses of all readers and barriers, readable at any time.
///
/// Rows are added and changed, never removed: a row's index names it.
final class StatusBoard: Sendable {
    private let rows = Mutex<[DeviceStatus]>([])

    var statuses: [DeviceStatus] { rows.withLock { $0 } }

    func add(_ status: DeviceStatus) -> Int {
        rows.withLock { rows in
            rows.append(status)
            return rows.count - 1
        }
    }

    func update(_ row: Int, _ change: (inout DeviceStatus) -> Void) {
        rows.withLock { change(&$0[row]) }
    }

    /// The row when state or detail changed, else nil.
    func setState(_ row: Int, _ state: DeviceState, _ detail: String) -> DeviceStatus? {
        rows.withLock { rows in
            guard rows[row].state != state || rows[row].detail != detail else { return nil }
            rows[row].state = state
            rows[row].detail = detail
            return rows[row]
        }
    }
}
