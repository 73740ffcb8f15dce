import CMinizip

/// The parts of an .xlsx file, unpacked piece by piece: nothing is ever written to a disk, and no claim of a
/// header is believed.
final class WorkbookArchive {
    private struct Part {
        var place: unz64_file_pos
        let packedByteCount: Int
    }

    /// Below this nobody asks how densely a part is packed.
    private static let harmlessByteCount = 4 << 20

    private let file: MemoryFile
    private let archive: unzFile
    private let bounds: WorkbookBounds
    private var parts: [String: Part] = [:]
    private var current: Part?
    private var currentByteCount = 0
    private var unpackedByteCount = 0
    private var chunk = [UInt8](repeating: 0, count: 65_536)

    init(_ bytes: [UInt8], bounds: WorkbookBounds) throws(WorkbookFault) {
        file = MemoryFile(bytes)
        var functions = file.functions
        guard let archive = unzOpen2_64("memory", &functions) else {
            throw .damagedArchive(code: UNZ_BADZIPFILE)
        }
        self.archive = archive
        self.bounds = bounds
        try readDirectory()
    }

    deinit {
        unzClose(archive)
        // The functions point at the file without holding it.
        withExtendedLifetime(file) {}
    }

    /// Names are in lower case: the standard compares them so (ECMA-376 part 2, 7.2.3).
    func contains(_ name: String) -> Bool { parts[name.lowercased()] != nil }

    /// Begins to read a part; false when there is none of that name.
    func open(_ name: String) throws(WorkbookFault) -> Bool {
        close()
        guard var part = parts[name.lowercased()] else { return false }
        var code = unzGoToFilePos64(archive, &part.place)
        if code == UNZ_OK { code = unzOpenCurrentFile(archive) }
        guard code == UNZ_OK else { throw .damagedArchive(code: code) }
        current = part
        currentByteCount = 0
        return true
    }

    /// The next piece of the open part, at most 64 KiB; empty at its end, which is sound only when the
    /// checksum is.
    func nextPiece() throws(WorkbookFault) -> ArraySlice<UInt8> {
        guard let current else { return [] }
        let count = unzReadCurrentFile(archive, &chunk, UInt32(chunk.count))
        guard count >= 0 else { throw .damagedArchive(code: count) }
        guard count > 0 else {
            self.current = nil
            let code = unzCloseCurrentFile(archive)
            guard code == UNZ_OK else { throw .damagedArchive(code: code) }
            return []
        }
        currentByteCount += Int(count)
        unpackedByteCount += Int(count)
        guard unpackedByteCount <= bounds.unpackedByteCount else {
            throw .unpacksTooLarge(limitByteCount: bounds.unpackedByteCount)
        }
        guard
            currentByteCount <= Self.harmlessByteCount
                || currentByteCount / bounds.packingRatio <= current.packedByteCount
        else { throw .packedTooDensely(limitRatio: bounds.packingRatio) }
        return chunk[..<Int(count)]
    }

    func close() {
        if current != nil { unzCloseCurrentFile(archive) }
        current = nil
    }

    private func readDirectory() throws(WorkbookFault) {
        var number = 0
        var code = unzGoToFirstFile(archive)
        while code == UNZ_OK {
            number += 1
            guard number <= bounds.partCount else { throw .tooManyParts(limit: bounds.partCount) }
            try readEntry(number: number)
            code = unzGoToNextFile(archive)
        }
        guard code == UNZ_END_OF_LIST_OF_FILE else { throw .damagedArchive(code: code) }
    }

    private func readEntry(number: Int) throws(WorkbookFault) {
        var details = unz_file_info64()
        var name = [CChar](repeating: 0, count: 512)
        var code = unzGetCurrentFileInfo64(archive, &details, &name, UInt(name.count - 1), nil, 0, nil, 0)
        var part = Part(place: unz64_file_pos(), packedByteCount: Int(details.compressed_size))
        if code == UNZ_OK { code = unzGetFilePos64(archive, &part.place) }
        guard code == UNZ_OK else { throw .damagedArchive(code: code) }
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard text.utf8.count == Int(details.size_filename), Self.isAllowed(text),
            parts[text.lowercased()] == nil
        else { throw .nameRefused(part: number) }
        // Bit 0: encrypted.
        guard details.flag & 1 == 0, details.compression_method == 0 || details.compression_method == 8 else {
            throw .methodUnknown(part: number)
        }
        if !text.hasSuffix("/") { parts[text.lowercased()] = part }
    }

    /// Relative, forward only, without control characters.
    private static func isAllowed(_ name: String) -> Bool {
        guard !name.isEmpty, !name.hasPrefix("/") else { return false }
        let isPlain = name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\\" && $0 != ":" }
        return isPlain && !name.split(separator: "/").contains { $0 == ".." || $0 == "." }
    }
}

extension Int {
    /// What a header claims; absurd sizes are the largest there are.
    fileprivate init(_ size: ZPOS64_T) { self = Int(clamping: UInt64(size)) }
}
