import LocalWeb
import SiteModel
import Testing

@testable import GatewayService
@testable import PlatformSync

/// What is said of a platform: masked, and to health.
struct SyncWordsTests {
    @Test func thePlatformsWordsAreMasked() throws {
        let worker = Person.adult.worker
        let words =
            "工人\(worker.name)(\(worker.idNumber.revealed))已在项目 2026 登记，电话13900001050，卡号11010119900101101X"
        let masked = words.masking(worker)
        #expect(masked == "工人张*(***)已在项目 2026 登记，电话***，卡号***")
        #expect("[headImage]不能为空".masking(nil) == "[headImage]不能为空")
    }

    private static func status(_ change: (inout DeliveryStatus) -> Void) -> DeliveryStatus {
        var status = DeliveryStatus.untroubled
        change(&status)
        return status
    }

    private static func standing(
        _ status: DeliveryStatus?, fault: String? = nil, isPlainText: Bool = false,
        certificateEnd: UTCInstant? = nil
    ) -> PlatformStanding {
        PlatformStanding(
            name: "city", status: status, fault: fault, isPlainText: isPlainText,
            certificateEnd: certificateEnd, isCertificateEnding: certificateEnd != nil)
    }

    @Test(arguments: [
        (standing(nil), nil as String?), (standing(status { _ in }), nil),
        (standing(nil, fault: "disk full"), "Deliveries to city stand still: disk full"),
        (
            standing(status { $0.stopped = "1002 签名错误" }),
            "Platform city refuses everything: muster sync status"
        ),
        (standing(status { $0.rejected = 2 }), "2 refused by city wait: muster sync rejected"),
        (standing(status { $0.changesRejected = 1 }), "1 refused by city wait: muster sync rejected"),
        (standing(status { _ in }, isPlainText: true), "What goes to city is not encrypted (http)"),
        (
            standing(status { _ in }, certificateEnd: UTCInstant(rfc3339: "2026-12-01T00:00:00Z")),
            "The certificate of city ends on 2026-12-01"
        ),
        (standing(status { $0.oldestOpenAt = UTCInstant(rfc3339: "2026-11-20T04:00:01Z") }), nil),
        (
            standing(status { $0.oldestOpenAt = UTCInstant(rfc3339: "2026-11-20T04:00:00Z") }),
            "The oldest record for city has waited 24 h"
        ),
        (standing(status { $0.lastError = "not reached" }), nil),
    ])
    func healthSaysWhatAPersonShouldMend(standing: PlatformStanding, problem: String?) {
        #expect(standing.problems(at: .noon).map(\.english) == [problem].compactMap { $0 })
    }

    @Test func aDayOfSamplesIsKeptAndThinnedByItsHighest() {
        var ring = BacklogRing()
        for number in 0..<20_000 {
            ring.append(
                BacklogSample(
                    at: UTCInstant.noon.advanced(byMilliseconds: Int64(number) * 10_000),
                    waitingCount: number == 19_000 ? 7 : 1, confirmedCount: Int64(number)))
        }
        #expect((BacklogRing.limit...BacklogRing.limit + 360).contains(ring.samples.count))
        #expect(ring.samples.last?.confirmedCount == 19_999)
        let points = ring.thinned(to: 240)
        #expect(points.count <= 240 && points.contains { $0.waitingCount == 7 })
        #expect(ring.confirmedInLastMinute == 6)
        #expect(BacklogRing().thinned(to: 240).isEmpty && BacklogRing().confirmedInLastMinute == nil)
    }
}

extension DeliveryStatus {
    /// Nothing waits and nothing is wrong.
    static let untroubled = DeliveryStatus(
        name: "city", position: 9, recorded: 0, confirmed: 0, rejected: 0, sent: 0, unknown: 0, open: 0,
        held: 0, changesOpen: 0, changesSent: 0, changesRejected: 0, refusedUnits: [], isPaused: false)
}
