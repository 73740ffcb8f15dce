import SiteModel

/// Frames of the documents that several tests use. Invented persons and test cards.
enum Samples {
    static let rdmFrame = bytes("02 30 41 30 30 45 38 33 41 35 43 38 34 03")
    static let card = card(15_219_292, 32)
    static let person = id("110101190001010014")

    static func card(_ value: UInt64, _ bitLength: Int) -> Credential {
        guard let card = CardNumber(value: value, bitLength: bitLength) else {
            preconditionFailure("\(value) does not fit \(bitLength) bits")
        }
        return .cardNumber(card)
    }

    static func id(_ text: String) -> Credential {
        do {
            return .idNumber(try IDNumber(reading: text))
        } catch {
            preconditionFailure("\(text): \(error)")
        }
    }

    static func bytes(_ hexadecimal: String) -> [UInt8] {
        guard let bytes = [UInt8](hexadecimal: hexadecimal.filter { !$0.isWhitespace }) else {
            preconditionFailure("not hexadecimal: \(hexadecimal)")
        }
        return bytes
    }

    // Resident ID card: frames, status words and layouts as the driver documents them.

    static func samFrame(_ body: [UInt8]) -> [UInt8] {
        let content = [UInt8((body.count + 1) >> 8), UInt8((body.count + 1) & 0xFF)] + body
        return [0xAA, 0xAA, 0xAA, 0x96, 0x69] + content + [content.reduce(0, ^)]
    }

    static func reply(_ word: UInt8, _ content: [UInt8] = []) -> [UInt8] { samFrame([0, 0, word] + content) }

    static let found = reply(0x9F, [0, 0, 0, 0])
    static let selected = reply(0x90, [UInt8](repeating: 0, count: 8))
    static let noCard = reply(0x80)

    /// A field of a text block, padded with spaces.
    static func field(_ text: String, _ byteCount: Int) -> [UInt8] {
        let bytes = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let padding = (bytes.count..<byteCount).map { $0.isMultiple(of: 2) ? UInt8(0x20) : 0 }
        return bytes + padding
    }

    /// The worked text block of section 5.5.
    static let cardText = text(name: "张三", number: "110101190001010014")

    static func text(name: String, number: String) -> [UInt8] {
        field(name, 30) + field("1", 2) + field("01", 4) + field("19000101", 16)
            + field("新疆伊吾县测试路1号", 70) + field(number, 36) + field("伊吾县公安局", 30) + field("20200102", 16)
            + field("长期", 16) + field("", 36)
    }

    static func cardReply(_ text: [UInt8], photo: [UInt8] = [UInt8](repeating: 0, count: 1_024)) -> [UInt8] {
        reply(0x90, [1, 0, 4, 0] + text + photo)
    }

    static let cardReply = cardReply(cardText)

    // HID reports of 64 bytes.

    /// A frame in reports that hold nothing else, filled with zeros.
    static func reports(_ frame: [UInt8]) -> [UInt8] {
        frame + [UInt8](repeating: 0, count: (64 - frame.count % 64) % 64)
    }

    /// A bar code report in HID-POS mode.
    static func scan(_ text: String, aim: String = "]Q1", isLast: Bool = true, shift: Int = 0) -> [UInt8] {
        var report = [0x02, UInt8(text.utf8.count)] + [UInt8](repeating: 0, count: shift)
        report += Array(aim.utf8) + Array(text.utf8)
        report += [UInt8](repeating: 0, count: 63 - report.count)
        return report + [isLast ? 0 : 1]
    }

    // Keyboard records.

    static func record(_ type: UInt8, _ code: UInt8, _ value: UInt8) -> [UInt8] {
        [type, 0, code, 0, value, 0, 0, 0]
    }

    static func key(_ code: UInt8) -> [UInt8] {
        record(1, code, 1) + record(0, 0, 0) + record(1, code, 0) + record(0, 0, 0)
    }

    /// Digits and small letters, then ENTER unless it is left out.
    static func typed(_ text: String, terminator: UInt8? = 28) -> [UInt8] {
        let rows: [(UInt8, String)] = [
            (2, "1234567890"), (16, "qwertyuiop"), (30, "asdfghjkl"), (44, "zxcvbnm"),
        ]
        var codes: [Character: UInt8] = [:]
        for (first, row) in rows {
            for (index, character) in row.enumerated() { codes[character] = first + UInt8(index) }
        }
        return text.flatMap { key(codes[$0] ?? 0) } + (terminator.map(key) ?? [])
    }
}
