public import SiteModel
import Tables

/// A QR badge as it is shown and printed. No name and no number of a person: whoever finds it learns nothing.
public struct BadgePage: Sendable {
    public let code: String
    public let kind: BadgeCode.Kind
    public let number: LedgerSequence
    /// As people read it, site time.
    public let until: String
    public let siteName: String

    public init(
        code: String, kind: BadgeCode.Kind, number: LedgerSequence, until: String, siteName: String
    ) {
        self.code = code
        self.kind = kind
        self.number = number
        self.until = until
        self.siteName = siteName
    }

    /// The code as dark modules of an SVG path, and the side of its picture in modules.
    ///
    /// - Returns: nil for a text that is no badge.
    public static func picture(of code: String) -> (path: String, side: Int)? {
        guard BadgeCode.read(code) != nil, let picture = QRCode(code) else { return nil }
        return (picture.svgPath, picture.sideWithQuietZone)
    }

    private var title: (chinese: String, english: String) {
        switch kind {
        case .worker: ("临时二维码", "QR badge")
        case .visitor: ("访客证", "Day pass")
        }
    }

    /// One file, no script, nothing fetched: a card of 85 mm that prints in black and white.
    public var html: String {
        let picture = Self.picture(of: code)
        let (path, side) = (picture?.path ?? "", picture?.side ?? 1)
        let page: PageText = """
            <!doctype html>
            <html lang="zh-CN"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy"
              content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(outside: title.chinese) \(number)</title><style>
            body{font:16px/1.4 "Noto Sans CJK SC","Noto Sans SC",sans-serif;margin:8mm;color:#000}
            body{background:#fff}
            main{width:85mm;border:1px solid #000;padding:5mm;box-sizing:border-box}
            h1{font-size:22px;margin:0}svg{display:block;width:75mm;height:75mm;shape-rendering:crispEdges}
            p{margin:1mm 0}.code{font:11px/1.3 monospace;word-break:break-all}.small{font-size:13px}
            [lang=en]{font-size:13px}
            </style></head><body><main>
            <h1>\(title)</h1>
            <p>\(outside: siteName)</p>
            <svg viewBox="0 0 \(side) \(side)" role="img" aria-label="QR"><path d="\(ours: path)"/></svg>
            <p><b>有效至 \(outside: until)</b> <span lang="en">valid until</span></p>
            <p class="small">进场一次，出场一次；复印或拍照的二维码无效。</p>
            <p class="small" lang="en">Once in and once out. A copy opens nothing.</p>
            <p class="code">\(number) · \(outside: code)</p>
            </main></body></html>

            """
        return page.html
    }
}
