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

    /// Who gives a command: the user who logged in on this machine, also behind `sudo`.
    public static var userName: String {
        let user = name(of: getuid())
        // try?: not every kernel tells it. Who has no login (a container, a service) has the highest number.
        let bytes = try? FileBytes.read("/proc/self/loginuid", upTo: 64)
        guard let bytes, let login = UInt32(String(decoding: bytes, as: UTF8.self)), login != .max,
            login != getuid()
        else { return user }
        return "\(name(of: login)) as \(user)"
    }

    private static func name(of user: uid_t) -> String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 4_096)
        guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, let found else {
            return "user \(user)"
        }
        return String(cString: found.pointee.pw_name)
    }

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
