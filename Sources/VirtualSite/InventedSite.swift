public import SiteModel

/// A site that does not exist: three teams, sixty workers, and people who have no business there. The same
/// seed and day give the same people.
///
/// Nobody can be meant: region 110000 is a municipality, which no real number begins with, and every name
/// contains 测.
public struct InventedSite: Sendable {
    /// Sixty, in order of team. Three have left, one is under age; all have a card.
    public let workers: [ProjectWorker]
    /// Ten with card and ID number who are on no roster.
    public let strangers: [ProjectWorker]

    public static let teams = [
        Team(name: "测试钢筋班", employer: "测试建筑劳务有限公司"),
        Team(name: "测试木工班", employer: "测试建筑劳务有限公司"),
        Team(name: "测试架子班", employer: "测试脚手架工程有限公司"),
    ]
    private static let workTypes = ["钢筋工", "木工", "架子工"]
    private static let surnames = Array("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏")
    private static let givenNames = Array("甲乙丙丁戊己庚辛壬癸")

    /// `today` decides who is under age and when people joined and left.
    public init(seed: UInt64 = 1, today: CivilDate) {
        var source = SplitMix64(state: seed)
        var people: [ProjectWorker] = []
        for index in 0..<70 {
            people.append(Self.person(index, today: today, &source))
        }
        let midnight = UTCInstant(milliseconds: today.daysSince1970 * UTCInstant.dayMilliseconds)
        for index in [17, 38, 59] {
            people[index].leftAt = midnight.advanced(byMilliseconds: -UTCInstant.dayMilliseconds)
        }
        workers = Array(people[0..<60])
        strangers = Array(people[60...])
    }

    /// The workers who may pass.
    public var admitted: [ProjectWorker] {
        workers.enumerated().filter { $0.element.leftAt == nil && $0.offset != Self.underAgeIndex }
            .map(\.element)
    }

    public var left: [ProjectWorker] { workers.filter { $0.leftAt != nil } }

    public var underAge: ProjectWorker { workers[Self.underAgeIndex] }

    private static let underAgeIndex = 29

    private static func person(
        _ index: Int, today: CivilDate, _ source: inout SplitMix64
    ) -> ProjectWorker {
        let years = index == underAgeIndex ? 15 : Int.random(in: 18...58, using: &source)
        let year = today.year - years
        let month = Int.random(in: 1...12, using: &source)
        let day = Int.random(in: 1...28, using: &source)
        let birth = UInt64(year * 10_000 + month * 100 + day)
        // Birthdays may lie ahead in the year, so 18 means 17 at least and 15 is 15 at most.
        let first17 = 110_000 * 100_000_000_000 + birth * 1_000 + UInt64(index + 1)
        let check = String(UnicodeScalar(IDNumber.checkCharacter(ofFirst17: first17)))
        // try?: the digits are made here; the precondition says all there is to say.
        guard let number = try? IDNumber(reading: "\(first17)\(check)") else {
            preconditionFailure("an invented number is not valid")
        }
        let name = String([
            surnames[index % surnames.count], "测",
            givenNames[(index + index / surnames.count) % givenNames.count],
        ])
        let card = CardNumber(
            value: UInt64.random(in: 1_000_000...9_999_999, using: &source) * 100 + UInt64(index),
            bitLength: 32)
        let joined = CivilDate(
            daysSince1970: today.daysSince1970 - Int64.random(in: 30...300, using: &source))
        let team = min(index / 20, 2)
        return ProjectWorker(
            name: name, idNumber: number, team: teams[team], workType: workTypes[team], card: card,
            joinedOn: joined)
    }
}

/// Vigna's SplitMix64: small, seeded, good enough for inventing people.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(state: UInt64) {
        self.state = state
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
