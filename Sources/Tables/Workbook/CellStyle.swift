import Glibc

/// How a number is shown: what of it concerns a table.
enum CellStyle: Sendable, Hashable {
    case general
    /// `00000000`: leading zeros up to so many digits.
    case padded(Int)
    case date
    case dateTime
    case time

    /// Of the formats that every program knows by number (ECMA-376 part 1, 18.8.30; 27 to 36 and 50 to 58 are
    /// those of Chinese programs).
    init(builtIn number: Int) {
        switch number {
        case 14...17, 27...31, 36, 50...54, 57, 58: self = .date
        case 18...21, 32...35, 45...47, 55, 56: self = .time
        case 22: self = .dateTime
        default: self = .general
        }
    }

    /// Of a format's own code: `yyyy"年"m"月"d"日"`. Quoted text, escaped characters and brackets are left out;
    /// only the first of its sections counts, that of positive numbers.
    init(code: String) {
        let letters = Self.letters(of: code)
        let hasDay = letters.contains("y") || letters.contains("d")
        let hasHour = letters.contains("h") || letters.contains("s")
        if !letters.isEmpty, letters.allSatisfy({ $0 == "0" }) {
            self = letters.count > 1 ? .padded(min(letters.count, 32)) : .general
        } else if letters.contains("#") || letters.contains("0") && !hasHour || letters.contains("general") {
            self = .general
        } else {
            self = hasDay ? (hasHour ? .dateTime : .date) : hasHour ? .time : .general
        }
    }

    private static func letters(of code: String) -> String {
        var letters = ""
        var (isQuoted, isBracketed, isEscaped) = (false, false, false)
        for character in code.lowercased() {
            if isEscaped {
                isEscaped = false
            } else if isQuoted {
                isQuoted = character != "\""
            } else if isBracketed {
                isBracketed = character != "]"
            } else {
                switch character {
                case "\"": isQuoted = true
                case "[": isBracketed = true
                case "\\", "_", "*": isEscaped = true
                case ";": return letters
                default: letters.append(character)
                }
            }
        }
        return letters
    }

    /// The number as a person sees it; large whole ones as a spreadsheet program shows them, rounded to
    /// 1.10101E+17: the digits behind the fifteenth are lost in the file already.
    func text(of stored: String, is1904: Bool) -> String {
        guard let number = Double(stored), number.isFinite else { return stored }
        switch self {
        case .general: return Self.plain(number)
        case .padded(let count):
            guard number >= 0, number < 1e15, number == number.rounded() else { return Self.plain(number) }
            let digits = String(Int64(number))
            return String(repeating: "0", count: max(0, count - digits.count)) + digits
        case .date, .dateTime, .time:
            return SerialDay(number, is1904: is1904)?.text(self) ?? Self.plain(number)
        }
    }

    private static func plain(_ number: Double) -> String {
        guard abs(number) >= 1e15 else {
            return number == number.rounded() ? String(Int64(number)) : "\(number)"
        }
        var (mantissa, exponent) = (number, 0)
        while abs(mantissa) >= 9.999995 {
            mantissa /= 10
            exponent += 1
        }
        let scaled = Int64((mantissa * 100_000).rounded())
        let digits = String(abs(scaled))
        return "\(scaled < 0 ? "-" : "")\(digits.prefix(1)).\(digits.dropFirst())E+\(exponent)"
    }
}

/// A spreadsheet's day number: 1 is 1900-01-01, and 60 a 29 February that never was; or, in files of old
/// Macintoshes, 0 is 1904-01-01. The fraction is the time of the day.
struct SerialDay {
    private let day: Int64
    private let second: Int64

    /// Nil for what is no day from 1900-03-01 to 9999-12-31, or for a time, below 1.
    init?(_ number: Double, is1904: Bool) {
        let serial = is1904 ? number + 1_462 : number
        guard serial >= 0, serial < 2_958_466 else { return nil }
        // A second is the finest that is shown; half of one is rounded up, as the programs do.
        let seconds = Int64((serial * 86_400).rounded())
        day = seconds / 86_400
        second = seconds % 86_400
    }

    func text(_ style: CellStyle) -> String? {
        let time = "\(Self.two(second / 3_600)):\(Self.two(second / 60 % 60)):\(Self.two(second % 60))"
        guard style != .time else { return day == 0 ? time : date.map { "\($0) \(time)" } }
        guard let date else { return nil }
        return style == .dateTime && second > 0 ? "\(date) \(time)" : date
    }

    /// ISO 8601.
    private var date: String? {
        guard day > 60 else { return nil }
        var seconds = time_t((day - 25_569) * 86_400)
        var parts = tm()
        guard gmtime_r(&seconds, &parts) != nil else { return nil }
        let year = String(parts.tm_year + 1_900)
        return "\(year)-\(Self.two(Int64(parts.tm_mon + 1)))-\(Self.two(Int64(parts.tm_mday)))"
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

/// `xl/styles.xml`: the style of each cell format, by its number.
final class StylesReader: XMLPartReader {
    /// What a spreadsheet program allows itself, rounded up.
    private static let limit = 65_536

    private(set) var styles: [CellStyle] = []
    private var codes: [Int: CellStyle] = [:]
    private var isWithinFormats = false

    func start(_ name: String, _ attributes: XMLAttributes) throws(TableError) {
        switch name {
        case "cellXfs": isWithinFormats = true
        case "numFmt":
            guard codes.count < Self.limit else { throw .workbook(.oddXML) }
            if let number = attributes["numFmtId"].flatMap({ Int($0) }), let code = attributes["formatCode"] {
                codes[number] = CellStyle(code: code)
            }
        case "xf" where isWithinFormats:
            guard styles.count < Self.limit else { throw .workbook(.oddXML) }
            let number = attributes["numFmtId"].flatMap { Int($0) } ?? 0
            styles.append(codes[number] ?? CellStyle(builtIn: number))
        default: break
        }
    }

    func text(_ bytes: UnsafeBufferPointer<UInt8>) {}

    func end(_ name: String) {
        if name == "cellXfs" { isWithinFormats = false }
    }
}
