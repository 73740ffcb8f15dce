import PersonnelChanges
import SiteModel

/// Invented workers with names, numbers, phones, cards and teams as they lie on a site.
struct InventedRoster {
    let workers: [ProjectWorker]

    private static let surnames = Array("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈")
    private static let given = Array(
        "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲健红建国华志海东波宁福生龙元全胜学祥才发武新利清飞彬富顺信子杰贵山仁义春梅")
    private static let crafts = ["木工", "钢筋", "混凝土", "架子", "防水", "水电", "抹灰", "塔吊", "油漆", "幕墙"]

    init(workerCount: Int) throws(IDNumberError) {
        var random = SplitMix(state: 20_261_127)
        var workers: [ProjectWorker] = []
        for place in 0..<workerCount {
            var name = String(random.pick(Self.surnames))
            for _ in 0..<(random.below(10) < 7 ? 2 : 1) { name.append(random.pick(Self.given)) }
            let team = "\(random.pick(Self.crafts))\(random.below(20) + 1)班"
            // An odd factor maps 32 bits onto 32 bits: no card twice, no order.
            let card = UInt64(UInt32(truncatingIfNeeded: place) &* 2_654_435_761)
            workers.append(
                ProjectWorker(
                    name: name, idNumber: try Self.number(place),
                    team: Team(name: team, employer: "第一建设工程有限公司"), workType: "", phone: Self.phone(&random),
                    card: CardNumber(value: card, bitLength: 32),
                    joinedOn: CivilDate(daysSince1970: 20_000),
                    leftAt: random.below(10) == 0 ? UTCInstant(milliseconds: 1_700_000_000_000) : nil))
        }
        self.workers = workers
    }

    private static func phone(_ random: inout SplitMix) -> String {
        "1\(random.pick(["38", "39", "50", "86", "77"]))" + padded(random.below(100_000_000), 8)
    }

    private static func number(_ place: Int) throws(IDNumberError) -> IDNumber {
        let district = padded(110_101 + place / 1_000 % 16, 6)
        let digits = "\(district)\(1_970 + place / 16_000 % 30)0615" + padded(place % 1_000, 3)
        let check = IDNumber.checkCharacter(ofFirst17: UInt64(digits) ?? 0)
        return try IDNumber(reading: digits + String(UnicodeScalar(check)))
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// SplitMix64: the same workers in every run.
struct SplitMix {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}
