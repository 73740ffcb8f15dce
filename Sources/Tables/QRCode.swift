import CQREncode

/// A QR code (ISO/IEC 18004) as its modules, with error correction M: 15 % of it may be dirt.
public struct QRCode: Sendable, Hashable {
    /// Modules on one side, without the quiet zone.
    public let width: Int
    /// Row by row; true is dark.
    public let modules: [Bool]

    /// Light modules that must stand around a code (clause 6.3.8).
    public static let quietZone = 4

    /// - Returns: nil for an empty text, one with a zero byte, or one that no code holds (2,331 bytes).
    public init?(_ text: String) {
        guard !text.utf8.isEmpty, !text.utf8.contains(0),
            let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M)
        else { return nil }
        defer { QRcode_free(code) }
        width = Int(code.pointee.width)
        // The lowest bit of a byte is the module; the others say what it is for.
        modules = (0..<(width * width)).map { code.pointee.data[$0] & 1 == 1 }
    }

    public subscript(column: Int, row: Int) -> Bool { modules[row * width + column] }

    /// Side of the picture in modules, quiet zone included: the `viewBox`.
    public var sideWithQuietZone: Int { width + 2 * Self.quietZone }

    /// The dark modules as the `d` of an SVG path, runs of a row joined, quiet zone included: one unit is one
    /// module.
    public var svgPath: String {
        var path = ""
        for row in 0..<width {
            var column = 0
            while column < width {
                guard self[column, row] else {
                    column += 1
                    continue
                }
                let start = column
                while column < width, self[column, row] { column += 1 }
                path += "M\(start + Self.quietZone) \(row + Self.quietZone)h\(column - start)v1H"
                path += "\(start + Self.quietZone)z"
            }
        }
        return path
    }
}
