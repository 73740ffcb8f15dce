public import SiteModel

/// The copy of their own data that a worker may ask for (personal information law, Article 45): one page in
/// Chinese, for a screen and for A4. One file, no script, nothing fetched.
public struct WorkerCopyPage: Sendable {
    /// Rows with a heading. Cells are texts from outside; of each 400 characters are shown.
    public struct Table: Sendable {
        public let title: String
        public let columns: [String]
        public let rows: [[String]]
        /// What is not in the rows; empty when all is.
        public let note: String

        public init(_ title: String, _ columns: [String], _ rows: [[String]], note: String = "") {
            precondition(rows.allSatisfy { $0.count == columns.count }, "a cell for each column")
            self.title = title
            self.columns = columns
            self.rows = rows
            self.note = note
        }
    }

    /// The privacy notice that the worker was shown, whole.
    public struct Notice: Sendable {
        public let heading: String
        public let text: String

        public init(heading: String, text: String) {
            self.heading = heading
            self.text = text
        }
    }

    private let siteName: String
    private let worker: WorkerID
    private let madeAt: String
    private let facts: [(label: String, value: String)]
    private let photo: [UInt8]?
    private let notice: Notice?
    private let tables: [Table]

    /// - Parameters:
    ///   - madeAt: in site time.
    ///   - photo: a JPEG of at most 36 KB; nil: none.
    public init(
        siteName: String, worker: WorkerID, madeAt: String, facts: [(label: String, value: String)],
        photo: [UInt8]?, notice: Notice?, tables: [Table]
    ) {
        self.siteName = siteName
        self.worker = worker
        self.madeAt = madeAt
        self.facts = facts
        self.photo = photo
        self.notice = notice
        self.tables = tables
    }

    public var html: String {
        let style = String(decoding: PackageResources.evidence_css, as: UTF8.self)
        let head: PageText = """
            <!doctype html>
            <html lang="zh-CN"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy"
              content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
            <title>个人信息副本 \(outside: worker.description)</title><style>

            """
        let body = heading + person + noticeSection + PageText(joining: tables.map(Self.section)) + closing
        // A handheld scrolls a wide table; paper has the room.
        return head.html + style + ".wide{overflow-x:auto}"
            + ".photo{display:block;max-width:30mm;margin-bottom:6px}"
            + "</style></head>\n<body><main>\n" + body.html + "</main></body></html>\n"
    }

    private var heading: PageText {
        """
        <header><h1>个人信息副本</h1>
        <p class="site">\(outside: siteName)</p>
        <p class="quiet">制作于 \(outside: madeAt)，时间均为工地时间。人员编号 \(outside: worker.description)</p></header>

        """
    }

    private var person: PageText {
        var rows: PageText = ""
        for fact in facts {
            rows += "<tr><th>\(outside: fact.label)</th><td>\(outside: fact.value)</td></tr>\n"
        }
        var picture: PageText = ""
        if let photo {
            picture = """
                <img class="photo" alt="照片" src="data:image/jpeg;base64,\(ours: Base64Text.encoded(photo))">

                """
        }
        return """
            <section><h2>本人资料</h2>\(picture)
            <table class="facts">\(rows)</table></section>

            """
    }

    private var noticeSection: PageText {
        guard let notice else {
            return "<section><h2>隐私告知</h2><p>没有出示隐私告知的记录。</p></section>\n"
        }
        // A paragraph each, for a piece of text from outside is bounded.
        let paragraphs = notice.text.split(whereSeparator: \.isNewline).flatMap { line in
            Self.pieces(of: line).map { piece -> PageText in "<p>\(outside: piece)</p>\n" }
        }
        return """
            <section><h2>隐私告知</h2><p><b>\(outside: notice.heading)</b></p>
            \(PageText(joining: paragraphs))</section>

            """
    }

    private static func pieces(of line: Substring) -> [String] {
        var pieces: [String] = []
        var rest = line.unicodeScalars[...]
        while !rest.isEmpty {
            pieces.append(String(rest.prefix(400)))
            rest = rest.dropFirst(400)
        }
        return pieces
    }

    private static func section(_ table: Table) -> PageText {
        var rows: PageText = ""
        for row in table.rows {
            rows += "<tr>\(PageText(joining: row.map { "<td>\(outside: $0)</td>" }))</tr>\n"
        }
        let columns = PageText(joining: table.columns.map { "<th>\(outside: $0)</th>" })
        let note: PageText = table.note.isEmpty ? "" : "<p class=\"quiet\">\(outside: table.note)</p>\n"
        guard !table.rows.isEmpty else {
            return "<section><h2>\(outside: table.title)</h2><p>无记录。</p>\n\(note)</section>\n"
        }
        return """
            <section><h2>\(outside: table.title)</h2><div class="wide"><table>
            <thead><tr>\(columns)</tr></thead><tbody>\(rows)</tbody></table></div>\(note)</section>

            """
    }

    private var closing: PageText {
        """
        <footer><p>本页列出本工地考勤系统所保存的、与本人有关的信息。如有错误，可向劳资专管员申请更正。</p>
        <p>本页含完整个人信息，请妥善保管。</p></footer>

        """
    }
}
