import DeviceIO
import Testing

/// What report descriptors say a device is for.
struct HIDUsageTests {
    @Test(arguments: [
        // Appendix B.1 of the class definition: a boot keyboard.
        (
            "05 01 09 06 A1 01 05 07 19 E0 29 E7 15 00 25 01 75 01 95 08 81 02 C0",
            [HIDUsage(page: 1, number: 6)]
        ),
        // A scanner in HID-POS mode: page 8C, usage 2, with a collection inside.
        ("05 8C 09 02 A1 01 09 12 A1 02 85 02 75 08 95 38 81 02 C0 C0", [HIDUsage(page: 0x8C, number: 2)]),
        // Makers' own page, two bytes; then a keyboard beside it.
        (
            "06 00 FF 09 01 A1 01 75 08 95 40 81 02 C0 05 01 09 06 A1 01 C0",
            [HIDUsage(page: 0xFF00, number: 1), HIDUsage(page: 1, number: 6)]
        ),
        // Page and usage in one item of four bytes.
        ("0B 02 00 8C 00 A1 01 C0", [HIDUsage(page: 0x8C, number: 2)]),
        // A long item is stepped over.
        ("FE 02 10 00 00 05 8C 09 02 A1 01 C0", [HIDUsage(page: 0x8C, number: 2)]),
        ("", []),
        ("05", []),
        ("05 8C 09 02 A1", []),
        ("FE", []),
        ("C0 C0 C0", []),
    ])
    func theOutermostCollectionsCount(descriptor: String, usages: [HIDUsage]) {
        let bytes = descriptor.split(separator: " ").compactMap { UInt8($0, radix: 16) }
        #expect(HIDUsage.outermost(in: bytes) == usages)
    }
}
