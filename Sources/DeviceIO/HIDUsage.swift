/// What a HID device is for, by the tables of the USB Implementers Forum: a page and a number on it.
public struct HIDUsage: Sendable, Hashable {
    /// 8C: bar code scanners.
    public let page: UInt16
    public let number: UInt16

    public init(page: UInt16, number: UInt16) {
        self.page = page
        self.number = number
    }

    /// The usages of the outermost collections of a report descriptor, each once; damaged ones give what can
    /// be read before the damage.
    ///
    /// Source: Device Class Definition for HID 1.11, section 6.2.2: an item is a byte of tag (high 4 bits),
    /// type and size (low 2 bits: 0, 1, 2 or 4 bytes), then its data, little-endian. FE begins a long item.
    public static func outermost(in descriptor: [UInt8]) -> [HIDUsage] {
        var usages: [HIDUsage] = []
        var (page, usage, depth): (UInt16, UInt32?, Int) = (0, nil, 0)
        var index = 0
        while index < descriptor.count {
            let head = descriptor[index]
            if head == 0xFE {
                guard index + 1 < descriptor.count else { break }
                index += 3 + Int(descriptor[index + 1])
                continue
            }
            let byteCount = [0, 1, 2, 4][Int(head & 3)]
            guard index + byteCount < descriptor.count else { break }
            let value = descriptor[(index + 1)..<(index + 1 + byteCount)].reversed()
                .reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            switch head & 0xFC {
            case 0x04: page = UInt16(truncatingIfNeeded: value)
            // Of four bytes the high ones are the page.
            case 0x08: usage = usage ?? (byteCount == 4 ? value : UInt32(page) << 16 | value)
            case 0xA0:
                if depth == 0, let usage {
                    let found = HIDUsage(page: UInt16(usage >> 16), number: UInt16(usage & 0xFFFF))
                    if !usages.contains(found) { usages.append(found) }
                }
                depth += 1
                usage = nil
            case 0xC0:
                depth = max(0, depth - 1)
                usage = nil
            // Other main items end what local items said.
            case 0x80, 0x90, 0xB0: usage = nil
            default: break
            }
            index += 1 + byteCount
        }
        return usages
    }
}
