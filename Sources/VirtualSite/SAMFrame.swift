import SiteModel

/// Reply frames of a SAM_V module.
///
///     offset   0..4            5..6             7..8    9         10..n   last
///              AA AA AA 96 69  length, big end  00 00   status    data    XOR of 5..n
enum SAMFrame {
    static let preamble: [UInt8] = [0xAA, 0xAA, 0xAA, 0x96, 0x69]

    static func reply(_ status: UInt8, _ data: [UInt8] = []) -> [UInt8] {
        let length = 4 + data.count
        let content = [UInt8(length >> 8), UInt8(length & 0xFF), 0, 0, status] + data
        return preamble + content + [content.reduce(0, ^)]
    }

    /// 05.03-20101201-0001234567-0123456789, the worked example of the protocol's description.
    static let moduleIdentity = reply(
        0x90,
        [
            0x05, 0x00, 0x03, 0x00, 0x51, 0xB8, 0x32, 0x01, 0x87, 0xD6, 0x12, 0x00, 0x15, 0xCD, 0x5B, 0x07,
        ])

    /// The 1,295 bytes of a read: 256 of text, 1,024 of photo (zeros: nobody's face).
    static func content(of person: ProjectWorker) -> [UInt8] {
        reply(
            0x90, [0x01, 0x00, 0x04, 0x00] + text(of: person) + [UInt8](repeating: 0, count: 1_024))
    }

    /// The text block of a resident ID card: UTF-16 little-endian, space padded.
    static func text(of person: ProjectWorker) -> [UInt8] {
        let number = person.idNumber.revealed
        let birth = String(number.dropFirst(6).prefix(8))
        let fields: [(text: String, byteCount: Int)] = [
            (person.name, 30), (person.idNumber.isMale == false ? "2" : "1", 2), ("01", 4), (birth, 16),
            ("测试省测试市测试路1号", 70), (number, 36), ("测试市公安局", 30), ("20200102", 16), ("长期", 16), ("", 36),
        ]
        return fields.flatMap { field -> [UInt8] in
            var bytes = field.text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
            precondition(bytes.count <= field.byteCount, "an invented field is longer than the card's")
            while bytes.count < field.byteCount { bytes += [0x20, 0x00] }
            return bytes
        }
    }
}
