import SiteModel
import Testing

@testable import LocalWeb

@Suite struct BoardPageTests {
    let page: BoardPage

    init() throws {
        page = try BoardPage()
    }

    /// What an attacker may put into a roster, a device's name or the configuration. U+0600 and `<` are one
    /// Character, so are `"` and a combining accent: escaping by Character lets both through.
    static let hostileTexts = [
        "<script>alert(1)</script>", "\u{0600}<script>alert(1)</script>", "\"\u{0301} onclick=alert(1) \"",
        "'><img src=x onerror=alert(1)>", "{{siteName}}{{{siteName}}}",
        "a\r\n\r\nevent: version\ndata: 0\n\n",
        "\u{202E}gnorw yaw\u{2066}", "&lt;b&gt;", "</section><meta http-equiv=refresh content=0>",
    ]

    @Test(arguments: hostileTexts)
    func aHostileTextStaysText(_ hostile: String) {
        var snapshot = Scene.snapshot()
        let clean = tags(in: page.html(everywhere("x")))
        let html = page.html(everywhere(hostile))
        #expect(tags(in: html) == clean)
        #expect(!html.unicodeScalars.contains { $0 == "\u{202E}" || $0 == "\u{2066}" || $0 == "\r" })
        for section in BoardPage.Section.allCases {
            snapshot = everywhere(hostile)
            let event = EventText.event(section.rawValue, id: 1, data: page.html(of: section, snapshot))
            #expect(
                event.dropLast(2).unicodeScalars.split(separator: "\n").allSatisfy { line in
                    ["event: \(section)", "id: 1"].contains(String(line)) || String(line).hasPrefix("data: ")
                })
        }
    }

    @Test func aTextIsEscapedOnceInEverySection() {
        let snapshot = everywhere("<&>\"'")
        for section in BoardPage.Section.allCases where section != .ledger && section != .recent {
            let html = page.html(of: section, snapshot)
            #expect(html.contains("&lt;&amp;&gt;&quot;&#39;"), "\(section)")
            #expect(!html.contains("&amp;lt;"), "\(section)")
        }
        let frame = page.html(snapshot)
        #expect(frame.contains("<h1>&lt;&amp;&gt;&quot;&#39;</h1>") && !frame.contains("&amp;lt;"))
        #expect(page.html(of: .recent, Scene.snapshot()).contains(">李*<"))
    }

    /// The tags of a page with their attributes: they may not depend on texts from outside.
    private func tags(in html: String) -> [String] {
        var tags: [String] = []
        var rest = html.unicodeScalars[...]
        while let start = rest.firstIndex(of: "<"), let end = rest[start...].firstIndex(of: ">") {
            tags.append(String(rest[start...end]))
            rest = rest[rest.index(after: end)...]
        }
        return tags
    }

    /// A board with `text` wherever a text from outside may stand.
    private func everywhere(_ text: String) -> BoardSnapshot {
        var snapshot = Scene.snapshot()
        snapshot.siteName = text
        snapshot.node = text
        let stranger = BoardSwipe(
            sequence: LedgerSequence(1), occurredAt: Scene.noon,
            person: .stranger(maskedCredential: text), lane: text, direction: .leaving, reason: .unknown,
            isOpened: true, isTimeUncertain: false)
        snapshot.swipes = [Scene.swipe(3, name: text, team: text), stranger]
        snapshot.teams = [TeamPresence(name: text, onSiteCount: 1, memberCount: 2)]
        snapshot.devices = [
            DeviceStatus(
                lane: text, name: text, isBarrier: false, direction: .entering, driver: text, port: text,
                state: .failed, detail: text)
        ]
        snapshot.ledgerFailure = BoardWords(text, text)
        snapshot.problems = [BoardWords(text, text)]
        return snapshot
    }

    @Test func aNameIsMaskedWhateverTheBoardIsGiven() {
        var snapshot = Scene.snapshot()
        snapshot.swipes = [
            Scene.swipe(3, name: "欧阳娜娜"), Scene.swipe(2, name: "李*"), Scene.swipe(1, name: "王"),
        ]
        let html = page.html(snapshot)
        #expect(html.contains(">欧*<") && html.contains(">李*<") && html.contains(">王<"))
        #expect(!html.contains("阳") && !html.contains("娜"))
    }

    @Test(arguments: DenialReason.allCases)
    func aRefusalShowsMarkAndReasonInBothLanguages(_ reason: DenialReason) {
        var snapshot = Scene.snapshot()
        snapshot.swipes = [Scene.swipe(3, reason: reason, isOpened: false)]
        let html = page.html(of: .newest, snapshot)
        #expect(html.contains("hero refused") && html.contains("#mark-refused"))
        #expect(html.contains(reason.words.chinese) && html.contains(reason.words.english))
    }

    struct NoteRow: Sendable, CustomTestStringConvertible {
        let says: String
        let swipe: BoardSwipe
        let expected: String?
        var testDescription: String { says }
    }

    static let notes = [
        NoteRow(says: "granted and opened", swipe: Scene.swipe(3), expected: nil),
        NoteRow(
            says: "refused while leaving", swipe: Scene.swipe(3, reason: .leftProject, direction: .leaving),
            expected: "Let out"),
        NoteRow(
            says: "refused while entering",
            swipe: Scene.swipe(3, reason: .leftProject, isOpened: false), expected: nil),
        NoteRow(
            says: "waited in the line", swipe: Scene.swipe(3, isOpened: false, isTimeUncertain: true),
            expected: "time uncertain"),
    ]

    @Test(arguments: notes)
    func whatTheLaneDidOtherwiseIsSaid(_ row: NoteRow) {
        var snapshot = Scene.snapshot()
        snapshot.swipes = [row.swipe]
        let html = page.html(of: .newest, snapshot)
        #expect(html.contains("class=\"note\"") == (row.expected != nil))
        if let expected = row.expected { #expect(html.contains(expected)) }
    }

    @Test(arguments: [(-1, false), (0, true), (7_999, true), (8_000, false)])
    func theNewestSwipeIsFreshForEightSeconds(ageMilliseconds: Int64, isFresh: Bool) {
        var snapshot = Scene.snapshot()
        snapshot.now = Scene.noon.advanced(byMilliseconds: ageMilliseconds)
        #expect(page.html(of: .newest, snapshot).contains("granted fresh") == isFresh)
    }

    @Test func bannersTellOfLedgerClockAndProblems() {
        var snapshot = Scene.snapshot()
        #expect(!page.html(of: .banners, snapshot).contains("banner"))
        snapshot.ledgerFailure = BoardWords("磁盘已满", "The disk is full")
        snapshot.isClockSynchronised = false
        snapshot.problems = (1...5).map { BoardWords("问题\($0)", "Problem \($0)") }
        let html = page.html(of: .banners, snapshot)
        #expect(html.contains("severe") && html.contains("The disk is full"))
        #expect(html.contains("时钟未同步") && html.contains("Problem 1") && !html.contains("Problem 2"))
        #expect(page.html(of: .ledger, snapshot).contains("未同步"))
    }

    @Test func barsAreDrawnAgainstTheLargestTeamAndSmallTeamsFoldTogether() {
        var snapshot = Scene.snapshot()
        snapshot.teams = (1...12).map {
            TeamPresence(name: "班\($0)", onSiteCount: $0, memberCount: $0 * 10)
        }
        let view = OnSiteView(snapshot)
        #expect(view.teams.map(\.members) == [60, 70, 80, 90, 100, 110, 120, 150])
        #expect(view.teams.map(\.onSite).reduce(0, +) == 78)
        #expect(view.teams.last?.name.renderText == "其他 5 个班组")
        #expect(view.teams.last?.memberPercent == 100 && view.teams[6].memberPercent == 80)
    }

    @Test func devicesShowTheirHealthAndWhatIsDownStandsFirst() {
        var snapshot = Scene.snapshot()
        snapshot.devices[0].discards = [.noise: 12, .integrityCheckFailed: 28]
        snapshot.devices[0].reconnects = 2
        snapshot.devices[1].state = .failed
        snapshot.devices[1].failedPulses = 4
        let html = page.html(of: .devices, snapshot)
        for words in ["12:10:53", "Noise bytes", ">12<", "Check failed", ">28<", "Reconnects", "故障", ">4<"] {
            #expect(html.contains(words), "\(words)")
        }
        #expect(html.firstRange(of: "闸机")!.lowerBound < html.firstRange(of: "north-in")!.lowerBound)
    }

    @Test func thePageIsWholeWithoutScriptAndHasNothingInline() {
        let html = page.html(Scene.snapshot())
        #expect(html.contains("<html lang=\"zh-CN\" data-version=\"\(page.version)\">"))
        for words in ["张*", "钢筋一班", "Entering", "On site", "north-in", "#18204", "12:10"] {
            #expect(html.contains(words), "\(words)")
        }
        #expect(!html.contains("style=") && !html.contains("<style") && !html.contains("onclick"))
        #expect(!html.contains("http://") && !html.contains("https://"))
    }
}
