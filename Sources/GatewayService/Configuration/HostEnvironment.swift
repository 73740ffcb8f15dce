import Glibc

/// What the machine itself says: its name and where a service may keep its state.
///
/// The only reader of environment variables, and only of those that systemd and the XDG base directories
/// define.
public struct HostEnvironment: Sendable, Equatable {
    public let nodeName: String
    public let stateDirectory: String

    public init(nodeName: String, stateDirectory: String) {
        self.nodeName = nodeName
        self.stateDirectory = stateDirectory
    }

    /// State: `$STATE_DIRECTORY` (systemd), else `$XDG_STATE_HOME/muster`, else `~/.local/state/muster`, else
    /// `/var/lib/muster`.
    public static func current() -> HostEnvironment {
        let state =
            variable("STATE_DIRECTORY")
            ?? variable("XDG_STATE_HOME").map { $0 + "/muster" }
            ?? variable("HOME").map { $0 + "/.local/state/muster" } ?? "/var/lib/muster"
        return HostEnvironment(nodeName: hostName(), stateDirectory: state)
    }

    /// Where systemd put the credentials of this service; nil when it gave none.
    public static var credentialsDirectory: String? { variable("CREDENTIALS_DIRECTORY") }

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.hasPrefix("/") ? text : nil
    }

    /// The host name up to its first dot, in the letters a node name may have; `gate` when nothing is left.
    private static func hostName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "gate" }
        let bytes = buffer.prefix { $0 != 0 && $0 != 0x2E }.map { UInt8(bitPattern: $0) }
        let name = String(decoding: bytes, as: UTF8.self).lowercased()
            .filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        return name.isEmpty ? "gate" : String(name.prefix(32))
    }
}
