import SiteModel

// What the templates of `Pages` see: one struct for each, with fields named as the template names them. Text
// is HTMLText and nothing else, so that no template can print what was not escaped.

struct BannersView {
    struct Banner {
        let isSevere: Bool
        let chinese: HTMLText
        let english: HTMLText
    }

    let banners: [Banner]

    init(_ snapshot: BoardSnapshot) {
        var banners: [Banner] = []
        if let failure = snapshot.ledgerFailure { banners.append(Self.banner(failure, isSevere: true)) }
        if !snapshot.isClockSynchronised {
            let words = BoardWords("时钟未同步，记录已标注", "The clock is not synchronised; records are marked so")
            banners.append(Self.banner(words, isSevere: false))
        }
        // Three sentences at the most: more than that nobody reads, and the swipes need the room.
        banners += snapshot.problems.prefix(3 - banners.count).map { Self.banner($0, isSevere: false) }
        self.banners = banners
    }

    private static func banner(_ words: BoardWords, isSevere: Bool) -> Banner {
        Banner(
            isSevere: isSevere, chinese: HTMLText(words.chinese, limit: 120),
            english: HTMLText(words.english, limit: 240))
    }
}

struct SwipeView {
    struct Note {
        let chinese: HTMLText
        let english: HTMLText
    }

    /// How long the newest swipe stands in full colour. Then it goes quiet, so that nobody who comes next
    /// takes the last person's green for their own.
    static let freshMilliseconds: Int64 = 8_000

    let isGranted: Bool
    let isFresh: Bool
    let verdictChinese: HTMLText
    let verdictEnglish: HTMLText
    let name: HTMLText
    let team: HTMLText
    let wayMark: HTMLText
    let wayChinese: HTMLText
    let wayEnglish: HTMLText
    let time: HTMLText
    let lane: HTMLText
    let note: Note?
    let timeMark: Note?

    init(_ swipe: BoardSwipe, in snapshot: BoardSnapshot) {
        let age = snapshot.now.milliseconds - swipe.occurredAt.milliseconds
        isGranted = swipe.reason == nil && !swipe.isTurnedBack
        isFresh = (0..<Self.freshMilliseconds).contains(age)
        verdictChinese = HTMLText(swipe.verdict.chinese)
        verdictEnglish = HTMLText(swipe.verdict.english)
        name = HTMLText(swipe.person.shownName, limit: 8)
        team = HTMLText(swipe.person.shownTeam, limit: 40)
        wayMark = HTMLText(swipe.direction.mark)
        wayChinese = HTMLText(swipe.direction.words.chinese)
        wayEnglish = HTMLText(swipe.direction.words.english)
        time = HTMLText(swipe.occurredAt.clockText(offsetMilliseconds: snapshot.offsetMilliseconds))
        lane = HTMLText(swipe.lane, limit: 24)
        note = swipe.note.map { Note(chinese: HTMLText($0.chinese), english: HTMLText($0.english)) }
        timeMark = swipe.timeMark.map {
            Note(chinese: HTMLText($0.words.chinese), english: HTMLText($0.words.english))
        }
    }
}

struct NewestView {
    let newest: SwipeView?

    init(_ snapshot: BoardSnapshot) {
        newest = snapshot.swipes.first.map { SwipeView($0, in: snapshot) }
    }
}

struct RecentView {
    let recent: [SwipeView]
    let hasRecent: Bool

    init(_ snapshot: BoardSnapshot) {
        recent = snapshot.swipes.prefix(BoardSnapshot.shownSwipeCount).dropFirst().map {
            SwipeView($0, in: snapshot)
        }
        hasRecent = !recent.isEmpty
    }
}

struct OnSiteView {
    struct Row {
        let name: HTMLText
        let onSite: Int
        let members: Int
        /// Both against the largest team, so that bars compare between teams.
        let onSitePercent: Int
        let memberPercent: Int
    }

    /// More rows than this do not fit a screen without scrolling.
    static let rowLimit = 8

    let onSite: Int
    let visitors: Int
    let granted: Int
    let refused: Int
    let hasRefused: Bool
    let teams: [Row]

    init(_ snapshot: BoardSnapshot) {
        onSite = snapshot.onSiteCount
        visitors = snapshot.visitorCount
        granted = snapshot.grantedTodayCount
        refused = snapshot.refusedTodayCount
        hasRefused = snapshot.refusedTodayCount > 0
        let shown = Self.folded(snapshot.teams)
        let largest = max(1, shown.map { max($0.memberCount, $0.onSiteCount) }.max() ?? 1)
        teams = shown.map { team in
            Row(
                name: HTMLText(team.name, limit: 24), onSite: team.onSiteCount, members: team.memberCount,
                onSitePercent: team.onSiteCount * 100 / largest,
                memberPercent: max(team.memberCount, team.onSiteCount) * 100 / largest)
        }
    }

    /// All teams when they fit; else the largest in the order given, and one row for the others together.
    private static func folded(_ teams: [TeamPresence]) -> [TeamPresence] {
        guard teams.count > rowLimit else { return teams }
        let bySize = teams.indices.sorted {
            (teams[$1].memberCount, $0) < (teams[$0].memberCount, $1)
        }
        let kept = Set(bySize.prefix(rowLimit - 1))
        let others = teams.indices.filter { !kept.contains($0) }.map { teams[$0] }
        let rest = TeamPresence(
            name: "其他 \(others.count) 个班组", onSiteCount: others.reduce(0) { $0 + $1.onSiteCount },
            memberCount: others.reduce(0) { $0 + $1.memberCount })
        return teams.indices.filter(kept.contains).map { teams[$0] } + [rest]
    }
}

struct LedgerView {
    let position: HTMLText
    let isWorking: Bool
    let isSynchronised: Bool

    init(_ snapshot: BoardSnapshot) {
        position = HTMLText(snapshot.ledgerPosition.description)
        isWorking = snapshot.ledgerFailure == nil
        isSynchronised = snapshot.isClockSynchronised
    }
}
