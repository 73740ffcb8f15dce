import LocalWeb

/// Chinese for what this gateway says of the way to a platform. Only for showing: a sentence that is not
/// here is shown as it is, and nothing is decided by it.
enum TroubleWords {
    static func words(_ trouble: String) -> BoardWords {
        BoardWords(chinese[trouble] ?? general(trouble) ?? trouble, trouble)
    }

    /// Those that begin with a code of the platform or of HTTP.
    private static func general(_ trouble: String) -> String? {
        let parts = trouble.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        switch (parts[0], parts[1]) {
        case ("http", let status): return "平台返回 HTTP \(status)"
        case (let code, "rate limit"): return "平台限流（\(code)）"
        case (let code, "system error"): return "平台系统错误（\(code)）"
        default: return nil
        }
    }

    private static let chinese = [
        "connection refused or unreachable": "连接被拒绝或无法到达",
        "the platform's name is not found (DNS)": "找不到平台域名（DNS）",
        "no connection within 10 s": "10 秒内未能连接",
        "no TLS handshake within 10 s": "10 秒内未完成 TLS 握手",
        "no answer in time": "平台未及时应答",
        "the platform closed the connection": "平台关闭了连接",
        "the proxy does not let us through": "代理服务器不放行",
        "cancelled": "已取消",
        "the connection failed": "连接失败",
        "the connection broke": "连接中断",
        "TLS broke off": "TLS 中断",
        "the TLS handshake failed": "TLS 握手失败",
        "the platform's certificate is for another host": "平台证书属于另一台主机",
        "the platform shows another certificate than the pinned one": "平台证书与固定的证书不同",
        "the platform's certificate has expired (or this gateway's clock is fast)": "平台证书已过期（或本机时钟偏快）",
        "the platform's certificate is not yet valid: look at this gateway's clock first":
            "平台证书尚未生效：请先核对本机时钟",
        "the answer is longer than 1 MiB": "应答超过 1 MiB",
        "the answer has no head": "应答没有报头",
        "the answer is no HTTP": "应答不是 HTTP",
        "the answer is no JSON": "应答不是 JSON",
        "the answer is empty": "应答为空",
        "the answer has no code": "应答中没有代码",
        "the answer is a web page: is there a log-in page between us and the platform?":
            "应答是网页：中间是否有需要登录的网络？",
        "the answer is about another receipt": "应答针对另一张回执",
        "the answer has no state of the receipt": "应答中没有回执状态",
    ]
}
