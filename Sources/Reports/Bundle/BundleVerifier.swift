import AttendanceLedger
import SiteModel
import Tables

/// One bundle being checked: what was read so far. The order of the checks is that of naming the place: the
/// chain before the file that it stands in.
struct BundleVerifier {
    private(set) var keys: BundleKeys?
    private(set) var shownCount = 0
    private(set) var hiddenCount = 0
    private var checkpoints: [BundleCheckpoint] = []
    /// Places in `checkpoints` by sequence, of those not yet met in the chain.
    private var awaited: [LedgerSequence: Int] = [:]
    private var chain: EvidenceChain?
    /// Of the worker, shown.
    private var passes: Set<LedgerSequence> = []
    private var proofs: [LedgerEntry] = []

    mutating func verify(_ archive: ZipReader, progress: (Int, Int) -> Void) throws(BundleFault) {
        let keys = try readKeys(archive)
        self.keys = keys
        try readCheckpoints(archive, keys)
        try walk(try Self.content(of: .entries, archive), keys, progress: progress)
        if let left = awaited.values.min() {
            throw checkpoints[left].fault(.leftOver)
        }
        for checkpoint in checkpoints { try checkpoint.verify(keys) }
        try verifyReceipts(try Self.content(of: .receipts, archive))
        try verifyFiles(archive, keys)
        let head = checkpoints.last
        guard head?.sequence == keys.statement.headSequence, head?.hash == keys.statement.headHash else {
            throw BundleFault(.headDiffers, in: .keys)
        }
    }

    private func readKeys(_ archive: ZipReader) throws(BundleFault) -> BundleKeys {
        guard let keys = BundleKeys(try Self.content(of: .keys, archive)) else {
            throw BundleFault(.unreadable, in: .keys)
        }
        return keys
    }

    private mutating func readCheckpoints(_ archive: ZipReader, _ keys: BundleKeys) throws(BundleFault) {
        let content = try Self.content(of: .checkpoints, archive)
        for (index, line) in try Self.lines(of: content, .checkpoints).enumerated() {
            guard let checkpoint = BundleCheckpoint(line: line, number: index + 1) else {
                throw BundleFault(.unreadable, in: .checkpoints, line: index + 1)
            }
            guard checkpoints.last.map({ $0.sequence < checkpoint.sequence }) ?? true else {
                throw checkpoint.fault(.outOfOrder)
            }
            awaited[checkpoint.sequence] = checkpoints.count
            checkpoints.append(checkpoint)
        }
    }

    private mutating func walk(
        _ content: [UInt8], _ keys: BundleKeys, progress: (Int, Int) -> Void
    ) throws(BundleFault) {
        var number = 0
        for line in try Self.lines(of: content, .entries) {
            number += 1
            guard let json = JSONObject(line) else {
                throw BundleFault(.unreadable, in: .entries, line: number, sequence: chain?.sequence.next)
            }
            if json.number("after") != nil {
                try endSegment(line: number - 1)
                try beginSegment(json, keys, line: number)
            } else {
                try take(json, keys, line: number)
            }
            if number.isMultiple(of: 4_096) { progress(line.endIndex, content.count) }
        }
        try endSegment(line: number)
        progress(content.count, content.count)
    }

    private mutating func beginSegment(
        _ json: JSONObject, _ keys: BundleKeys, line: Int
    ) throws(BundleFault) {
        guard let after = json.number("after"), let hash = json.bytes("hash", count: 32), after >= 0,
            after < LedgerSequence.limit
        else { throw BundleFault(.unreadable, in: .entries, line: line) }
        let sequence = LedgerSequence(after)
        guard chain.map({ $0.sequence <= sequence }) ?? true else {
            throw BundleFault(.outOfOrder, in: .entries, line: line, sequence: sequence.next)
        }
        guard after > 0 || hash == keys.statement.publicKey else {
            throw BundleFault(.hashDiffers, in: .entries, line: line, sequence: sequence)
        }
        chain = EvidenceChain(after: sequence, hash: hash)
        try meetCheckpoint()
    }

    private mutating func take(_ json: JSONObject, _ keys: BundleKeys, line: Int) throws(BundleFault) {
        guard let number = json.number("sequence"), var chain else {
            throw BundleFault(.unreadable, in: .entries, line: line, sequence: self.chain?.sequence.next)
        }
        let sequence = chain.sequence.next
        func fault(_ reason: BundleFault.Reason) -> BundleFault {
            BundleFault(reason, in: .entries, line: line, sequence: sequence)
        }
        guard sequence.rawValue == number else { throw fault(.outOfOrder) }
        if let digest = json.bytes("digest", count: 32), json.text("canonical") == nil {
            chain.take(digest: digest)
            hiddenCount += 1
        } else if let bytes = json.bytes("canonical"), let hash = json.bytes("hash", count: 32) {
            chain.take(canonicalBytes: bytes)
            guard chain.hash == hash else { throw fault(.hashDiffers) }
            // try?: the reason is told.
            let entry = try? LedgerEntry(canonicalBytes: bytes, hash: [])
            if let reason = Self.wrongness(of: entry, bytes, sequence, keys.statement) { throw fault(reason) }
            if let entry { note(entry, keys.statement) }
            shownCount += 1
        } else {
            throw fault(.unreadable)
        }
        self.chain = chain
        try meetCheckpoint()
    }

    /// What is wrong with an entry that is shown, whose hash is right.
    private static func wrongness(
        of entry: LedgerEntry?, _ bytes: [UInt8], _ sequence: LedgerSequence, _ statement: EvidenceStatement
    ) -> BundleFault.Reason? {
        guard let entry, entry.canonicalBytes == bytes else { return .notCanonical }
        guard entry.origin == statement.origin, entry.sequence == sequence else { return .otherEntry }
        guard let key = statement.workerKey, entry.sealing == .workerKey, entry.subject == statement.worker
        else { return nil }
        return entry.opened(withKey: key) == nil ? .sealBroken : nil
    }

    private mutating func note(_ entry: LedgerEntry, _ statement: EvidenceStatement) {
        switch entry.kind {
        case .attendance where entry.subject == statement.worker: passes.insert(entry.sequence)
        case .attendanceConfirmed: proofs.append(entry)
        default: return
        }
    }

    /// The lines are those that the shown entries prove, all of them and no other.
    private func verifyReceipts(_ content: [UInt8]) throws(BundleFault) {
        var read: [(sequence: LedgerSequence, proof: AttendanceConfirmed)] = []
        for entry in proofs {
            // try?: the reason is told.
            guard let proof = try? AttendanceConfirmed(encoded: entry.body) else {
                throw BundleFault(.notCanonical, in: .entries, sequence: entry.sequence)
            }
            read.append((entry.sequence, proof))
        }
        let proven = BundleReceipt.all(of: passes, by: read)
        let lines = try Self.lines(of: content, .receipts)
        for index in 0..<max(lines.count, proven.count) {
            let expected = index < proven.count ? proven[index] : nil
            let found = index < lines.count ? BundleReceipt(line: lines[index]) : nil
            guard let expected, found == expected else {
                throw BundleFault(
                    .receiptDiffers, in: .receipts, line: index + 1, sequence: expected?.sequence)
            }
        }
    }

    /// Where the chain stands now, a checkpoint may vouch for it.
    private mutating func meetCheckpoint() throws(BundleFault) {
        guard let chain, let place = awaited[chain.sequence] else { return }
        guard checkpoints[place].hash == chain.hash else { throw checkpoints[place].fault(.hashDiffers) }
        awaited[chain.sequence] = nil
    }

    private func endSegment(line: Int) throws(BundleFault) {
        guard let chain else { return }
        // Found by bisection would be faster; a month has some 30.
        guard checkpoints.contains(where: { $0.sequence == chain.sequence }) else {
            throw BundleFault(.notVouchedFor, in: .entries, line: line, sequence: chain.sequence)
        }
    }

    private func verifyFiles(_ archive: ZipReader, _ keys: BundleKeys) throws(BundleFault) {
        for (name, digest) in keys.statement.files.sorted(by: { $0.key < $1.key }) {
            guard let content = archive[name] else { throw BundleFault(.fileMissing, in: name) }
            guard EvidenceDigest.digest(content) == digest else {
                throw BundleFault(.digestDiffers, in: name)
            }
        }
        for (name, _) in archive.files
        where name != BundleFile.keys.rawValue && keys.statement.files[name] == nil {
            throw BundleFault(.fileUnexpected, in: name)
        }
        guard keys.statement.isSigned(by: keys.signature) else {
            throw BundleFault(.signatureWrong, in: .keys)
        }
    }

    private static func content(of file: BundleFile, _ archive: ZipReader) throws(BundleFault) -> [UInt8] {
        guard let content = archive[file.rawValue] else { throw BundleFault(.fileMissing, in: file) }
        return content
    }

    /// Lines without their LF, which also the last one has.
    private static func lines(of content: [UInt8], _ file: BundleFile) throws(BundleFault) -> [ArraySlice<
        UInt8
    >] {
        guard !content.isEmpty else { return [] }
        guard content.last == UInt8(ascii: "\n") else { throw BundleFault(.unreadable, in: file) }
        return content.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    }
}

/// A line of `checkpoints.jsonl`.
struct BundleCheckpoint {
    let sequence: LedgerSequence
    let hash: [UInt8]
    private let signedAt: String
    private let statement: [UInt8]
    private let signature: [UInt8]
    private let line: Int

    /// - Returns: nil when the line is none.
    init?(line bytes: ArraySlice<UInt8>, number: Int) {
        guard let json = JSONObject(bytes), let sequence = json.number("sequence"),
            let hash = json.bytes("hash", count: 32), let signedAt = json.text("signed_at"),
            let statement = json.bytes("statement"), let signature = json.bytes("signature", count: 64)
        else { return nil }
        self.sequence = LedgerSequence(sequence)
        self.hash = hash
        self.signedAt = signedAt
        self.statement = statement
        self.signature = signature
        line = number
    }

    func verify(_ keys: BundleKeys) throws(BundleFault) {
        // try?: bytes that are no statement were not signed as one.
        guard let read = try? Checkpoint(encoded: statement), read.encoded == statement,
            SignedCheckpoint(statement: read, signature: signature).isSignatureValid
        else { throw fault(.signatureWrong) }
        guard read.origin == keys.statement.origin, read.publicKey == keys.statement.publicKey,
            read.sequence == sequence, read.hash == hash, read.signedAt.rfc3339 == signedAt
        else { throw fault(.statementDiffers) }
    }

    func fault(_ reason: BundleFault.Reason) -> BundleFault {
        BundleFault(reason, in: .checkpoints, line: line, sequence: sequence)
    }
}
