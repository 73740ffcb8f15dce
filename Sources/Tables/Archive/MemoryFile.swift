import CMinizip

/// A file in memory for minizip, which reads and writes through seven C functions.
///
/// Every position that the library asks for is checked: in a damaged archive offsets point anywhere.
final class MemoryFile {
    private(set) var bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8] = []) {
        self.bytes = bytes
    }

    /// The functions with this file behind them. They hold no reference: the file outlives their use.
    var functions: zlib_filefunc64_def {
        zlib_filefunc64_def(
            zopen64_file: { file, _, _ in file },
            zread_file: { file, _, target, count in
                MemoryFile.at(file).read(into: target, count: Int(count))
            },
            zwrite_file: { file, _, source, count in
                MemoryFile.at(file).write(source, count: Int(count))
            },
            ztell64_file: { file, _ in ZPOS64_T(MemoryFile.at(file).position) },
            zseek64_file: { file, _, offset, origin in
                MemoryFile.at(file).seek(offset, from: origin) ? 0 : -1
            },
            zclose_file: { _, _ in 0 },
            zerror_file: { _, _ in 0 },
            opaque: Unmanaged.passUnretained(self).toOpaque())
    }

    private static func at(_ pointer: UnsafeMutableRawPointer?) -> MemoryFile {
        Unmanaged<MemoryFile>.fromOpaque(pointer!).takeUnretainedValue()
    }

    private func read(into target: UnsafeMutableRawPointer?, count: Int) -> UInt {
        let taken = max(0, min(count, bytes.count - position))
        guard taken > 0, let target else { return 0 }
        bytes[position..<(position + taken)].withUnsafeBytes {
            target.copyMemory(from: $0.baseAddress!, byteCount: taken)
        }
        position += taken
        return UInt(taken)
    }

    private func write(_ source: UnsafeRawPointer?, count: Int) -> UInt {
        guard count > 0, let source else { return 0 }
        let added = UnsafeRawBufferPointer(start: source, count: count)
        // The library goes back to fill in sizes that it did not know before.
        let overwritten = min(count, bytes.count - position)
        for index in 0..<overwritten { bytes[position + index] = added[index] }
        bytes += added[overwritten...]
        position += count
        return UInt(count)
    }

    private func seek(_ offset: ZPOS64_T, from origin: Int32) -> Bool {
        let start =
            switch origin {
            case ZLIB_FILEFUNC_SEEK_SET: 0
            case ZLIB_FILEFUNC_SEEK_CUR: position
            default: bytes.count
            }
        let target = start.addingReportingOverflow(Int(truncatingIfNeeded: offset))
        guard !target.overflow, (0...bytes.count).contains(target.partialValue) else { return false }
        position = target.partialValue
        return true
    }
}
