import SiteModel
import Testing

@testable import SandboxPlatform

/// The worked examples of the national interface's documents, byte by byte.
struct WorkedExampleTests {
    static let secret = AppSecret("0123456789abcdefFEDCBA9876543210")!

    static func form(_ method: String, _ data: String, nonce: String, timestamp: String) -> FormBody {
        FormBody([
            "appid": "TESTAPP0001", "data": data, "format": "json", "method": method, "nonce": nonce,
            "timestamp": timestamp, "version": "1.0",
        ])
    }

    @Test func theAttendanceExampleSigns() {
        let data =
            #"{"projectCode":"TESTPROJECT01","teamSysNo":1900000001,"dataList":[{"idCardType":"01","#
            + #""idCardNumber":"4XUYxMS+uTEoBzcjqZjEFHN6fydUu09c4vtIjBljefw=","date":"2026-03-02 07:31:05","#
            + #""direction":"01","channel":"G1-IN","attendType":"005"}]}"#
        let form = Self.form(
            "WorkerAttendance.Add", data, nonce: "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
            timestamp: "20260302073200")
        #expect(
            Self.secret.signature(of: form)
                == "9b9b684e02ac4027f54b37899235d006b45fe97fc62f4877a225a9df1d059b9a")
    }

    @Test func theChineseExampleSigns() {
        let data =
            #"{"projectCode":"TESTPROJECT01","corpCode":"91650000TEST00001X","corpName":"测试建设有限公司","#
            + #""teamName":"钢筋一班"}"#
        let form = Self.form(
            "Team.Add", data, nonce: "0a1b2c3d4e5f60718293a4b5c6d7e8f9", timestamp: "20260302073200")
        #expect(
            Self.secret.signature(of: form)
                == "5459d0d3a498381f335da5830de32dff210bec6a642c0419dad302fbedf17faa")
    }

    @Test func theQueryExampleSigns() {
        let form = Self.form(
            "AsyncHandleResult.Query", #"{"requestSerialCode":"team-add-2026030207-1-0001"}"#,
            nonce: "123456", timestamp: "20260302073300")
        let sign = "220ff5637e7ff9ed05b34a2b75eecbde35ba15337e1ce44c0371f18e369c95cb"
        #expect(Self.secret.signature(of: form) == sign)
        #expect(Self.secret.verifies(sign, of: form))
        #expect(!Self.secret.verifies(String(sign.dropLast()) + "c", of: form))
        #expect(!Self.secret.verifies("", of: form))
    }

    @Test(arguments: [
        ("110101190001010014", "4XUYxMS+uTEoBzcjqZjEFHN6fydUu09c4vtIjBljefw="),
        ("6222000000000000000", "CZIsfDj/yDwXlTus9Ks8hX/qdiuz0RNeGaGm/LGCxV8="),
    ])
    func numbersSealAndOpen(number: String, sealed: String) {
        #expect(Self.secret.sealed(number) == sealed)
        #expect(Self.secret.opened(sealed) == number)
    }

    @Test(arguments: ["", "=", "4XUY", "4XUYxMS+uTEoBzcjqZjEFHN6fydUu09c4vtIjBljefx=", "110101190001010014"])
    func whatWasNotSealedDoesNotOpen(text: String) {
        #expect(Self.secret.opened(text) == nil)
    }

    @Test(arguments: [0, 1, 2, 3, 4, 15, 16, 17, 255])
    func base64ReadsWhatItWrites(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        #expect(Base64Text.decoded(Base64Text.encoded(bytes)) == bytes)
    }
}
