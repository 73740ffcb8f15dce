/// Body of `workerFile`: `[purpose, form, file]`, at most `byteCountLimit` bytes of file. Sealed.
///
/// A paper that belongs to a worker's file (用工档案) and is no photo for platforms.
public struct WorkerFile: EntryBody {
    /// Raw values are stored, names are exported.
    public enum Purpose: Int, Sendable, Hashable {
        /// The photo on the chip of the identity document, as the chip holds it.
        case cardPhoto = 1
        /// What the platform showed to the officer who entered a change by hand. The `changeConfirmed` that
        /// it belongs to follows.
        case confirmation = 2

        public var name: String {
            switch self {
            case .cardPhoto: "card_photo"
            case .confirmation: "confirmation"
            }
        }

        public var words: (chinese: String, english: String) {
            switch self {
            case .cardPhoto: ("证件芯片照片（未解码）", "Photo on the chip, not decoded")
            case .confirmation: ("人工确认附件", "Attachment of a confirmation by hand")
            }
        }
    }

    /// Raw values are stored.
    public enum Form: Int, Sendable, Hashable {
        /// The police's own compression of the photo; only a licensed library decodes it.
        case wlt = 1
        case jpeg = 2
        case png = 3
        case pdf = 4

        /// The end of a file's name, without its dot.
        public var suffix: String {
            switch self {
            case .wlt: "wlt"
            case .jpeg: "jpg"
            case .png: "png"
            case .pdf: "pdf"
            }
        }

        /// What an officer may attach, told by its first bytes; nil for anything else.
        public init?(attached bytes: [UInt8]) {
            if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
                self = .jpeg
            } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
                self = .png
            } else if bytes.starts(with: Array("%PDF-".utf8)) {
                self = .pdf
            } else {
                return nil
            }
        }
    }

    public let purpose: Purpose
    public let form: Form
    public let bytes: [UInt8]

    /// A screenshot in JPEG, or a scanned page.
    public static let byteCountLimit = 256 * 1_024

    public init(_ purpose: Purpose, _ form: Form, _ bytes: [UInt8]) {
        precondition(bytes.count <= Self.byteCountLimit, "a worker's file is bounded")
        self.purpose = purpose
        self.form = form
        self.bytes = bytes
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder(reservingByteCount: bytes.count + 16)
        encoder.array(count: 3)
        encoder.append(purpose.rawValue)
        encoder.append(form.rawValue)
        encoder.append(byteString: bytes)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 3,
            let purpose = Purpose(rawValue: Int(try decoder.integer())),
            let form = Form(rawValue: Int(try decoder.integer()))
        else { throw decoder.failure }
        self.purpose = purpose
        self.form = form
        bytes = try decoder.byteString()
    }
}

/// Body of `workerPhoto`: `[JPEG file]`, at most `PhotoReference.byteCountLimit`. The change that refers to
/// it by its digest follows.
public struct WorkerPhoto: EntryBody {
    public let jpeg: [UInt8]

    public init(jpeg: [UInt8]) {
        self.jpeg = jpeg
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder(reservingByteCount: jpeg.count + 8)
        encoder.array(count: 1)
        encoder.append(byteString: jpeg)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 1 else { throw decoder.failure }
        jpeg = try decoder.byteString()
    }
}
