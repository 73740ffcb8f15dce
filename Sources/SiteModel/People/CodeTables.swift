/// The national code tables that card reads and platforms use.
public enum CodeTables {
    /// GB/T 2260, first two digits of a region code.
    public static let provinces: [Int: String] = [
        11: "北京", 12: "天津", 13: "河北", 14: "山西", 15: "内蒙古", 21: "辽宁", 22: "吉林", 23: "黑龙江",
        31: "上海", 32: "江苏", 33: "浙江", 34: "安徽", 35: "福建", 36: "江西", 37: "山东", 41: "河南",
        42: "湖北", 43: "湖南", 44: "广东", 45: "广西", 46: "海南", 50: "重庆", 51: "四川", 52: "贵州",
        53: "云南", 54: "西藏", 61: "陕西", 62: "甘肃", 63: "青海", 64: "宁夏", 65: "新疆", 71: "台湾",
        81: "香港", 82: "澳门",
    ]

    /// GB/T 3304: the 56 ethnic groups by two-digit code, short form, and the two codes beyond them.
    public static func ethnicGroup(code: Int) -> String {
        switch code {
        case 1...ethnicGroups.count: ethnicGroups[code - 1]
        case 98: "外国血统中国籍人士"
        default: "其他"
        }
    }

    /// GB/T 2261.1.
    public static func sex(code: Int) -> String {
        switch code {
        case 1: "男"
        case 2: "女"
        case 9: "未说明"
        default: "未知"
        }
    }

    private static let ethnicGroups = [
        "汉", "蒙古", "回", "藏", "维吾尔", "苗", "彝", "壮", "布依", "朝鲜", "满", "侗", "瑶", "白", "土家", "哈尼",
        "哈萨克", "傣", "黎", "傈僳", "佤", "畲", "高山", "拉祜", "水", "东乡", "纳西", "景颇", "柯尔克孜", "土", "达斡尔",
        "仫佬", "羌", "布朗", "撒拉", "毛南", "仡佬", "锡伯", "阿昌", "普米", "塔吉克", "怒", "乌孜别克", "俄罗斯", "鄂温克",
        "德昂", "保安", "裕固", "京", "塔塔尔", "独龙", "鄂伦春", "赫哲", "门巴", "珞巴", "基诺",
    ]
}
