import AttendanceLedger
public import SiteModel
import Tables

/// What checking a bundle of evidence found. Whose public key it is, the bundle cannot say.
public struct BundleVerification: Sendable, Equatable {
    /// Who signed it, as `keys.json` says; nil when that cannot be read.
    public let origin: LedgerOrigin?
    public let worker: WorkerID?
    /// Ed25519, 32 bytes: to be compared with what was kept elsewhere.
    public let publicKey: [UInt8]?
    /// Entries that verify: shown in full, and as a digest only.
    public let shownCount: Int
    public let hiddenCount: Int
    /// What the newest checkpoint vouches for; nil unless everything verifies.
    public let headSequence: LedgerSequence?
    public let headHash: [UInt8]?
    /// The first thing that is wrong; nil when nothing is.
    public let fault: BundleFault?

    public var isAccepted: Bool { fault == nil }

    /// Checks the bytes of a bundle by the rules of LedgerFormat.md, "A bundle of evidence".
    ///
    /// - Parameter progress: called now and then with bytes of `entries.jsonl` done and in all.
    public init(checking bytes: [UInt8], progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) {
        let archive: ZipReader
        do throws(ArchiveError) {
            archive = try ZipReader(bytes)
        } catch {
            self.init(BundleVerifier(), fault: BundleFault(error))
            return
        }
        var verifier = BundleVerifier()
        do throws(BundleFault) {
            try verifier.verify(archive, progress: progress)
            self.init(verifier, fault: nil)
        } catch {
            self.init(verifier, fault: error)
        }
    }

    private init(_ verifier: BundleVerifier, fault: BundleFault?) {
        let statement = verifier.keys?.statement
        origin = statement?.origin
        worker = statement?.worker
        publicKey = statement?.publicKey
        shownCount = verifier.shownCount
        hiddenCount = verifier.hiddenCount
        headSequence = fault == nil ? statement?.headSequence : nil
        headHash = fault == nil ? statement?.headHash : nil
        self.fault = fault
    }

    /// One or two sentences for people.
    public var words: String {
        let name = origin.map { "origin \(Self.printable($0.text))" } ?? "origin unknown"
        guard let fault else {
            return "verified: \(name), worker \(worker.map { "\($0)" } ?? ""), \(shownCount) entries in full "
                + "and \(hiddenCount) as digest, up to entry \(headSequence.map { "\($0)" } ?? "")\n"
                + "head       \(headHash?.hexadecimal ?? "")\n"
                + "public key \(publicKey?.hexadecimal ?? "")\n"
                + "compare both with a checkpoint or a signed sheet that was kept elsewhere"
        }
        return "NOT VERIFIED: \(name), \(fault)"
    }

    /// `{"verified":…,"origin":…,"worker":…,"public_key":…,"shown":…,"hidden":…,"head_sequence":…,"head":…,
    /// "file":…,"line":…,"sequence":…,"reason":…}`; the last four are null when it is accepted.
    public var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("verified", isAccepted)
        json.member("origin", origin?.text)
        json.member("worker", worker?.description)
        json.member("public_key", publicKey?.hexadecimal)
        json.member("shown", shownCount)
        json.member("hidden", hiddenCount)
        json.member("head_sequence", headSequence?.rawValue)
        json.member("head", headHash?.hexadecimal)
        json.member("file", fault?.file)
        json.member("line", fault?.line.map(Int64.init))
        json.member("sequence", fault?.sequence?.rawValue)
        json.member("reason", fault?.reason.rawValue)
        json.endObject()
        return json.text
    }

    /// A name from a bundle that nobody has checked must not steer a terminal.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(64).filter { (0x20..<0x7F).contains($0.value) }))
    }
}

/// The first thing that is wrong with a bundle, and where.
public struct BundleFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// Nil when the archive itself is meant.
    public let file: String?
    /// Counts from 1; nil when the whole file is meant.
    public let line: Int?
    /// The entry that is wrong, or behind which the wrong thing shows.
    public let sequence: LedgerSequence?
    public let reason: Reason

    /// Raw values are printed.
    public enum Reason: String, Sendable, Equatable {
        case archiveDamaged = "it cannot be unpacked"
        case fileMissing = "it is missing"
        case fileUnexpected = "it is not one of the files that were signed"
        case unreadable = "it is not written as it must be"
        case outOfOrder = "it does not follow the entry before"
        case hashDiffers = "its hash is not the one computed from the entries before"
        case notCanonical = "its bytes are not those of an entry"
        case otherEntry = "its bytes are those of another entry"
        case sealBroken = "its sealed body does not open with the key of the worker"
        case notVouchedFor = "no checkpoint vouches for the end of its segment"
        case signatureWrong = "its signature does not hold"
        case statementDiffers = "what was signed says something else"
        case leftOver = "it belongs to no entry of the bundle"
        case digestDiffers = "it is not the file that was signed"
        case receiptDiffers = "it is not what the entries prove that platforms took"
        case headDiffers = "its head is not the newest checkpoint"
    }

    init(_ reason: Reason, in file: String?, line: Int? = nil, sequence: LedgerSequence? = nil) {
        self.file = file
        self.line = line
        self.sequence = sequence
        self.reason = reason
    }

    init(_ reason: Reason, in file: BundleFile, line: Int? = nil, sequence: LedgerSequence? = nil) {
        self.init(reason, in: file.rawValue, line: line, sequence: sequence)
    }

    init(_ error: ArchiveError) {
        switch error {
        case .damaged(let file, _): self.init(.archiveDamaged, in: file)
        case .methodUnknown(let file): self.init(.archiveDamaged, in: file)
        case .tooManyFiles, .tooLarge, .nameRefused: self.init(.archiveDamaged, in: String?.none)
        }
    }

    public var description: String {
        var place: [String] = []
        if let file { place.append(file) }
        if let line { place.append("line \(line)") }
        if let sequence { place.append("entry \(sequence)") }
        return "\(place.isEmpty ? "the archive" : place.joined(separator: ", ")): \(reason.rawValue)"
    }
}
