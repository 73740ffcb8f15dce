import LocalWeb
import PlatformSync
import SiteModel

/// How a platform stands. No personal data.
struct PlatformStanding: Sendable {
    let name: String
    /// Nil before the first look, and while the deliveries cannot be opened.
    let status: DeliveryStatus?
    /// Why nothing is delivered at all.
    let fault: String?
    /// Its address is `http`.
    let isPlainText: Bool
    /// As last seen; nil before the first handshake.
    let certificateEnd: UTCInstant?
    let isCertificateEnding: Bool

    /// From how long on a person should look why something still waits: a change is due in 24 hours.
    private static let oldLimit = Duration.seconds(86_400)

    /// Since the oldest pass that is not confirmed happened.
    func oldestAge(at now: UTCInstant) -> Duration? {
        status?.oldestOpenAt.map { .milliseconds(max(0, now.milliseconds - $0.milliseconds)) }
    }

    /// For health and the board, which strangers read: nothing in the platform's words.
    func problems(at now: UTCInstant) -> [BoardWords] {
        var problems: [BoardWords] = []
        if let fault {
            problems.append(BoardWords("平台 \(name) 上报中断", "Deliveries to \(name) stand still: \(fault)"))
        }
        if status?.stopped != nil {
            problems.append(
                BoardWords(
                    "平台 \(name) 拒绝全部上报，请查看“上报”页", "Platform \(name) refuses everything: muster sync status"))
        }
        if let words = status?.pauseWords(name) { problems.append(words) }
        if let count = status?.refusedCount, count > 0 {
            problems.append(
                BoardWords(
                    "平台 \(name) 退回 \(count) 条，待处理", "\(count) refused by \(name) wait: muster sync rejected"))
        }
        if let count = status?.refusedUnits.count, count > 0 {
            problems.append(
                BoardWords(
                    "平台 \(name) 未接受 \(count) 个单位或班组", "\(count) companies or teams are not taken by \(name)"))
        }
        if let age = oldestAge(at: now), age >= Self.oldLimit {
            let hours = age.wholeMilliseconds / 3_600_000
            problems.append(
                BoardWords(
                    "平台 \(name) 最早一条已等待 \(hours) 小时",
                    "The oldest record for \(name) has waited \(hours) h"))
        }
        return problems + transportProblems
    }

    /// What should be mended on the way to the platform.
    var transportProblems: [BoardWords] {
        var problems: [BoardWords] = []
        if isPlainText {
            problems.append(
                BoardWords("平台 \(name) 使用未加密的 http 地址", "What goes to \(name) is not encrypted (http)"))
        }
        if isCertificateEnding, let certificateEnd {
            let day = certificateEnd.rfc3339.prefix(10)
            problems.append(
                BoardWords("平台 \(name) 的证书 \(day) 到期", "The certificate of \(name) ends on \(day)"))
        }
        return problems
    }
}
