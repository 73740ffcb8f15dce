import CExpat
import Glibc

/// What reads one kind of part. Names come without their namespace prefix.
protocol XMLPartReader: AnyObject {
    /// A fault ends the reading.
    func start(_ name: String, _ attributes: XMLAttributes) throws(TableError)
    func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(TableError)
    func end(_ name: String) throws(TableError)
}

/// The attributes of one tag, as expat has them: valid during the call only.
struct XMLAttributes {
    fileprivate let pairs: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?

    /// Found by the name without prefix.
    subscript(name: String) -> String? {
        guard var pair = pairs else { return nil }
        while let key = pair[0], let value = pair[1] {
            if XMLStream.localName(key) == name { return String(cString: value) }
            pair += 2
        }
        return nil
    }
}

/// Pushes pieces of XML through expat to a reader.
///
/// What a workbook never has is refused before it costs anything: a DOCTYPE (and with it every entity of the
/// file's own), nesting below 64, a single tag or comment of more than a mebibyte.
final class XMLStream {
    private static let depthLimit = 64
    private static let silentByteCountLimit = 1 << 20

    private let parser: XML_Parser
    private let reader: any XMLPartReader
    private var failure: TableError?
    private var depth = 0
    /// Bytes since anything came of them.
    private var silentByteCount = 0

    init(_ reader: any XMLPartReader) {
        guard let parser = XML_ParserCreate(nil) else { preconditionFailure("expat has no memory") }
        self.parser = parser
        self.reader = reader
        XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        XML_SetElementHandler(
            parser,
            { stream, name, attributes in XMLStream.at(stream).start(name, attributes) },
            { stream, name in XMLStream.at(stream).end(name) })
        XML_SetCharacterDataHandler(parser) { stream, text, count in
            XMLStream.at(stream).take(text, count: Int(count))
        }
        XML_SetStartDoctypeDeclHandler(parser) { stream, _, _, _, _ in
            XMLStream.at(stream).stop(.workbook(.doctype))
        }
    }

    deinit { XML_ParserFree(parser) }

    /// - Parameter isLast: nothing comes after this piece.
    func push(_ piece: ArraySlice<UInt8>, isLast: Bool) throws(TableError) {
        silentByteCount += piece.count
        let status = piece.withUnsafeBytes { bytes in
            XML_Parse(
                parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count),
                isLast ? 1 : 0)
        }
        if let failure { throw failure }
        guard status == XML_STATUS_OK else {
            throw .workbook(.damagedPart(code: Int32(XML_GetErrorCode(parser).rawValue)))
        }
        guard silentByteCount <= Self.silentByteCountLimit else { throw .workbook(.oddXML) }
    }

    private static func at(_ pointer: UnsafeMutableRawPointer?) -> XMLStream {
        Unmanaged<XMLStream>.fromOpaque(pointer!).takeUnretainedValue()
    }

    fileprivate static func localName(_ name: UnsafePointer<XML_Char>) -> String {
        String(cString: strrchr(name, Int32(UInt8(ascii: ":"))).map { UnsafePointer($0) + 1 } ?? name)
    }

    private func start(
        _ name: UnsafePointer<XML_Char>?, _ attributes: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?
    ) {
        guard failure == nil, let name else { return }
        silentByteCount = 0
        depth += 1
        guard depth <= Self.depthLimit else { return stop(.workbook(.oddXML)) }
        do throws(TableError) {
            try reader.start(Self.localName(name), XMLAttributes(pairs: attributes))
        } catch {
            stop(error)
        }
    }

    private func end(_ name: UnsafePointer<XML_Char>?) {
        guard failure == nil, let name else { return }
        silentByteCount = 0
        depth -= 1
        do throws(TableError) { try reader.end(Self.localName(name)) } catch { stop(error) }
    }

    private func take(_ text: UnsafePointer<XML_Char>?, count: Int) {
        guard failure == nil, let text else { return }
        silentByteCount = 0
        let failure: TableError? = text.withMemoryRebound(to: UInt8.self, capacity: count) { bytes in
            do throws(TableError) {
                try reader.text(UnsafeBufferPointer(start: bytes, count: count))
                return nil
            } catch {
                return error
            }
        }
        if let failure { stop(failure) }
    }

    /// Handlers may still be called until expat notices.
    private func stop(_ error: TableError) {
        failure = failure ?? error
        XML_StopParser(parser, 0)
    }
}
