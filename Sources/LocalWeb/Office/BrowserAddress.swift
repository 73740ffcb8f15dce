import Glibc
import NIOCore

/// The far end of a connection as the login throttle counts it: an IPv4 address, or the network of an IPv6
/// address, of which one machine has 2^64.
enum BrowserAddress {
    static func text(of channel: any Channel) -> String {
        guard let text = channel.remoteAddress?.ipAddress else { return "unknown" }
        return network(of: text)
    }

    static func network(of text: String) -> String {
        var address = in6_addr()
        guard inet_pton(AF_INET6, text, &address) == 1 else { return text }
        let bytes = withUnsafeBytes(of: &address) { Array($0) }
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
        if Array(bytes[..<12]) == mapped { return bytes[12...].map(String.init).joined(separator: ".") }
        return bytes[..<8].map(String.init).joined(separator: ".") + "/64"
    }
}
