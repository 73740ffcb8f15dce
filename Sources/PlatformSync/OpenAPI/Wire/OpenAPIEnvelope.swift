import SiteModel

/// One signed call, ready to be posted: the parameters of platform.md 2.1 in the order of their names.
///
/// Made at the moment of sending. Holds personal data; prints the method alone.
struct OpenAPIEnvelope: Sendable {
    let method: String
    let parameters: [(name: String, value: String)]

    /// - Parameters:
    ///   - data: the JSON text; signed and sent as the same bytes.
    ///   - timestamp: 14 digits of the platform's local time.
    init(
        method: String, version: String, appID: String, data: String, timestamp: String, nonce: String,
        secret: PlatformSecret
    ) {
        let raw = [
            ("appid", appID), ("data", data), ("format", "json"), ("method", method), ("nonce", nonce),
            ("timestamp", timestamp), ("version", version),
        ].map { (name: $0.0, value: $0.1) }
        self.method = method
        parameters = raw + [(name: "sign", value: secret.signature(of: raw))]
    }

    /// `application/x-www-form-urlencoded`: every byte that is not unreserved (RFC 3986) as `%XX`.
    var form: [UInt8] {
        var form: [UInt8] = []
        for parameter in parameters {
            if !form.isEmpty { form.append(UInt8(ascii: "&")) }
            form.append(contentsOf: "\(parameter.name)=".utf8)
            for byte in parameter.value.utf8 { Self.append(byte, to: &form) }
        }
        return form
    }

    /// `yyyyMMddHHmmss`
    static func timestamp(_ instant: UTCInstant, offsetMilliseconds: Int64) -> String {
        instant.localText(offsetMilliseconds: offsetMilliseconds).prefix(19).filter(\.isNumber)
    }

    /// 32 hexadecimal digits.
    static func freshNonce() -> String {
        [UInt8]((0..<16).map { _ in UInt8.random(in: .min ... .max) }).hexadecimal
    }

    private static func append(_ byte: UInt8, to form: inout [UInt8]) {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: form.append(byte)
        default:
            form.append(UInt8(ascii: "%"))
            form.append(hexadecimalDigits[Int(byte >> 4)])
            form.append(hexadecimalDigits[Int(byte & 15)])
        }
    }

    private static let hexadecimalDigits = Array("0123456789ABCDEF".utf8)
}

extension OpenAPIEnvelope: CustomStringConvertible, CustomReflectable {
    var description: String { "call of \(method)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
