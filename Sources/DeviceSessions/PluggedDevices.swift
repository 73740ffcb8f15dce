import DeviceIO
import Synchronization

/// The newest set of devices that udev told, and which of them are taken.
final class PluggedDevices: Sendable {
    private struct State {
        /// Nil until udev has told for the first time.
        var devices: [DiscoveredDevice]?
        /// Nodes that a wanted device holds by USB ids, and its index.
        var claims: [String: Int] = [:]
    }

    private let state = Mutex(State())
    /// Paths that the configuration names: never given away by USB ids or by profile.
    private let configuredPaths: [String]
    private let configuredMatches: [USBMatch]

    init(lines: [LinePlan]) {
        configuredPaths = lines.compactMap { if case .port(let path) = $0.address { path } else { nil } }
        configuredMatches = lines.compactMap { if case .usb(let match) = $0.address { match } else { nil } }
    }

    var isKnown: Bool { state.withLock { $0.devices != nil } }

    func replace(_ devices: [DiscoveredDevice]) {
        state.withLock { $0.devices = devices }
    }

    /// The node for a wanted device, claimed for it until `release`; nil while nothing free fits.
    func claim(_ match: USBMatch, _ subsystem: DiscoveredDevice.Subsystem, for owner: Int) -> String? {
        let candidates = state.withLock { $0.devices ?? [] }
            .filter { $0.subsystem == subsystem && match.matches($0) && !isConfiguredByPath($0) }
            .filter { subsystem != .input || $0.isKeyboard }
            .filter { match.serial != nil || !isConfiguredBySerial($0) }
            .sorted { $0.stablePath < $1.stablePath }
        return state.withLock { state in
            for device in candidates where state.claims[device.node, default: owner] == owner {
                state.claims[device.node] = owner
                return device.stablePath
            }
            return nil
        }
    }

    func release(owner: Int) {
        state.withLock { $0.claims = $0.claims.filter { $0.value != owner } }
    }

    /// No configuration speaks of it, so a profile may.
    func isUnconfigured(_ device: DiscoveredDevice) -> Bool {
        !isConfiguredByPath(device) && !configuredMatches.contains { $0.matches(device) }
    }

    /// It is somebody's own: ids alone do not take it, also while that one is away.
    private func isConfiguredBySerial(_ device: DiscoveredDevice) -> Bool {
        configuredMatches.contains { $0.serial != nil && $0.matches(device) }
    }

    private func isConfiguredByPath(_ device: DiscoveredDevice) -> Bool {
        configuredPaths.contains {
            $0 == device.node || device.links.contains($0) || resolved($0) == device.node
        }
    }
}
