import SiteModel
import Testing

@testable import PlatformSync

/// The worked values of platform.md 2.2 and 2.3, byte for byte. Secret and numbers are invented there.
@Suite struct WorkedExampleTests {
    private let secret = PlatformSecret("0123456789abcdefFEDCBA9876543210")!

    @Test(arguments: [
        (
            "WorkerAttendance.Add", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "20260302073200",
            #"{"projectCode":"TESTPROJECT01","teamSysNo":1900000001,"dataList":[{"idCardType":"01","#
                + #""idCardNumber":"4XUYxMS+uTEoBzcjqZjEFHN6fydUu09c4vtIjBljefw=","#
                + #""date":"2026-03-02 07:31:05","#
                + #""direction":"01","channel":"G1-IN","attendType":"005"}]}"#,
            "9b9b684e02ac4027f54b37899235d006b45fe97fc62f4877a225a9df1d059b9a"
        ),
        (
            "Team.Add", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "20260302073200",
            #"{"projectCode":"TESTPROJECT01","corpCode":"91650000TEST00001X","corpName":"测试建设有限公司","#
                + #""teamName":"钢筋一班"}"#,
            "5459d0d3a498381f335da5830de32dff210bec6a642c0419dad302fbedf17faa"
        ),
        (
            "AsyncHandleResult.Query", "123456", "20260302073300",
            #"{"requestSerialCode":"team-add-2026030207-1-0001"}"#,
            "220ff5637e7ff9ed05b34a2b75eecbde35ba15337e1ce44c0371f18e369c95cb"
        ),
    ])
    func signature(method: String, nonce: String, timestamp: String, data: String, sign: String) {
        let envelope = OpenAPIEnvelope(
            method: method, version: "1.0", appID: "TESTAPP0001", data: data, timestamp: timestamp,
            nonce: nonce,
            secret: secret)
        #expect(envelope.parameters.last?.value == sign)
        #expect(
            envelope.parameters.map(\.name).sorted() == [
                "appid", "data", "format", "method", "nonce", "sign", "timestamp", "version",
            ])
    }

    @Test(arguments: [
        ("110101190001010014", "4XUYxMS+uTEoBzcjqZjEFHN6fydUu09c4vtIjBljefw="),
        ("6222000000000000000", "CZIsfDj/yDwXlTus9Ks8hX/qdiuz0RNeGaGm/LGCxV8="),
    ])
    func cipher(plain: String, base64: String) {
        #expect(secret.encrypted(plain) == base64)
        #expect(secret.decrypted(base64) == plain)
    }

    @Test func theSecretPrintsNothing() {
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] { #expect(!text.contains("0123")) }
        #expect(PlatformSecret("too short") == nil)
    }

    @Test func aFormIsPercentEncodedUTF8() {
        let envelope = OpenAPIEnvelope(
            method: "m", version: "1.0", appID: "a b+&=", data: "班", timestamp: "1", nonce: "2",
            secret: secret)
        #expect(
            String(decoding: envelope.form, as: UTF8.self).hasPrefix(
                "appid=a%20b%2B%26%3D&data=%E7%8F%AD&format=json&"))
    }

    @Test func datesOfAnswersAreRead() {
        #expect(
            HTTPDate.instant(reading: "Mon, 02 Mar 2026 07:31:05 GMT")
                == UTCInstant(rfc3339: "2026-03-02T07:31:05Z"))
        #expect(HTTPDate.instant(reading: "yesterday") == nil)
    }

    @Test func base64GoesBothWays() {
        for count in 0..<20 {
            let bytes = (0..<count).map { UInt8($0 * 13 & 0xFF) }
            #expect(Base64Text.decoded(Base64Text.encoded(bytes)) == bytes)
        }
        #expect(Base64Text.encoded(Array("Muster".utf8)) == "TXVzdGVy")
        for wrong in ["A", "A===", "AA=A", "====", "AA*A"] { #expect(Base64Text.decoded(wrong) == nil) }
    }
}
